import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DocumentName } from './document-name.ts';
import { compilePattern } from './document-pattern.ts';

const matches = (pattern: string, name: string): boolean => compilePattern(pattern)(name as DocumentName);

describe('[G6] a pattern of document names', () => {
  it.each([
    ['team/plan', ['team/plan'], ['team/plan2', 'team', 'plan', 'team/plan/a', 'TEAM/plan']],
    ['team/*', ['team/plan', 'team/*'], ['team', 'team/a/b', 'teams/plan', 'x/team/plan']],
    ['team/**', ['team/a', 'team/a/b/c'], ['team', 'teams/a', 'x/team/a']],
    ['**', ['a', 'a/b', '*', 'constructor'], []],
    ['*', ['a', 'constructor'], ['a/b']],
    ['**/notes', ['a/notes', 'a/b/notes'], ['notes', 'a/notes/b', 'a/my-notes']],
    ['report-*-2026', ['report-q1-2026', 'report--2026'], ['report-q1-2027', 'report-q1/-2026']],
    ['*/draft*', ['a/draft', 'a/draft-2'], ['a/b/draft', 'draft']],
    ['a**b', ['ab', 'axxb'], ['a/b', 'abc']],
    ['.*', ['.a', '.'], ['a', 'x.a']],
  ])('%s matches %j and none of %j', (pattern, these, others) => {
    expect(these.filter((name) => !matches(pattern, name))).toEqual([]);
    expect(others.filter((name) => matches(pattern, name))).toEqual([]);
  });

  it('says the same as a regular expression made of it', () => {
    const letter = fc.constantFrom('a', 'b', '/');
    const text = fc.string({ unit: letter, minLength: 1, maxLength: 8 });
    const pattern = fc.string({ unit: fc.oneof(letter, fc.constant('*')), minLength: 1, maxLength: 8 });
    void fc.assert(
      fc.property(pattern, text, (shape, name) => {
        expect([shape, name, matches(shape, name)]).toEqual([shape, name, asExpression(shape).test(name)]);
      }),
      { numRuns: 5_000 },
    );
  });

  it('[G4] is judged quickly, however many stars it has', () => {
    expect(matches(`${'*a'.repeat(200)}b`, 'a'.repeat(500))).toBe(false);
    expect(matches(`${'**/a/'.repeat(80)}b`, Array.from({ length: 250 }, () => 'a').join('/'))).toBe(false);
  });
});

function asExpression(pattern: string): RegExp {
  const segments = pattern.split('/').map((segment) => {
    if (segment === '**') return '[^/]*(?:/[^/]*)*';
    return segment.replaceAll(/\*+/g, '[^/]*');
  });
  return new RegExp(`^${segments.join('/')}$`);
}
