import { describe, expect, it } from 'vitest';
import { HoldingsDigest } from './holdings-digest.ts';
import { spansOf } from './spans.ts';

function digestOf(entries: readonly (readonly [string, number[]])[]): HoldingsDigest {
  const digest = new HoldingsDigest();
  digest.refresh(new Map(entries.map(([incarnation, held]) => [incarnation, spansOf(held)] as const)));
  return digest;
}

describe('a digest of holdings', () => {
  it('[R12] is the same for the same holdings, in whatever order they came, and another for others', () => {
    const one = digestOf([
      ['a', [1, 2]],
      ['b', [5]],
    ]);
    const other = digestOf([
      ['b', [5]],
      ['a', [1, 2]],
    ]);
    expect(one.without([])).toBe(other.without([]));
    expect(one.without([])).not.toBe(digestOf([['a', [1, 2]]]).without([]));
    expect(one.without([])).not.toBe(
      digestOf([
        ['a', [1, 2]],
        ['b', [4]],
      ]).without([]),
    );
  });

  it('[R12] leaves incarnations out, so that what changes lately need not be the same', () => {
    const one = digestOf([
      ['a', [1, 2]],
      ['b', [5]],
    ]);
    const other = digestOf([
      ['a', [1, 2]],
      ['b', [5, 6]],
    ]);
    expect(one.without([])).not.toBe(other.without([]));
    expect(one.without(['b'])).toBe(other.without(['b']));
  });

  it('is empty when nothing else is held, whichever unknown incarnations are left out', () => {
    expect(digestOf([['a', [1]]]).without(['a', 'x'])).toBe('');
    expect(digestOf([]).without([])).toBe('');
  });

  it('follows what changes', () => {
    const digest = digestOf([['a', [1]]]);
    digest.refresh(new Map([['a', spansOf([1, 2])]]));
    expect(digest.without([])).toBe(digestOf([['a', [1, 2]]]).without([]));
  });
});
