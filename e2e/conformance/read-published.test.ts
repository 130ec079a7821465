import { readFileSync } from 'node:fs';
import { type CheckResult, checks } from '@quire/testing/conformance';
import { describe, expect, test } from 'vitest';
import { findDifferences, readPrinted, readTable } from './read-published.ts';
import { PAGE, subjectNames, subjects } from './subjects.ts';

const page = readFileSync(PAGE, 'utf8');
const table = readTable(page);
const printed = readPrinted(page);
const labels = subjectNames.map((name) => subjects[name].label);
const ids = checks.map(({ id }) => id);
const titles = checks.map(({ id, title }) => [id, title]);

describe('what docs/conformance.md says came out', () => {
  test('is about every server', () => {
    expect([...table.keys()]).toEqual(labels);
    expect([...printed.keys()]).toEqual(labels);
  });

  test.each(labels)('has every check of the suite, and says the same of it twice: %s', (label) => {
    const outcomes = table.get(label) ?? {};
    expect(Object.keys(outcomes)).toEqual(ids);
    expect(printed.get(label)?.outcomes).toEqual(outcomes);
    expect(Object.entries(printed.get(label)?.titles ?? {})).toEqual(titles);
    const kinds = Object.values(outcomes);
    const count = (wanted: string) => kinds.filter((kind) => kind === wanted).length;
    expect(printed.get(label)?.counts).toEqual({
      passed: count('passed'),
      failed: count('failed'),
      'not-checked': count('not-checked'),
    });
  });

  test('is not what a run gives when a check comes out in another way, or is new', () => {
    const [check] = checks;
    if (check === undefined) throw new Error('there are no checks');
    const results: readonly CheckResult[] = [{ check, outcome: { kind: 'passed' }, durationMs: 1 }];
    expect(findDifferences({ [check.id]: 'passed' }, results)).toEqual([]);
    expect(findDifferences({ [check.id]: 'failed' }, results)).toEqual([`${check.id}: passed, and failed on the page`]);
    expect(findDifferences(undefined, results)).toEqual([`${check.id}: passed, and missing on the page`]);
  });
});
