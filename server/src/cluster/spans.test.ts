import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contiguousEnd,
  countSpans,
  intersectSpans,
  type Spans,
  spansInclude,
  spansOf,
  subtractHoldings,
  subtractSpans,
  uniteSpans,
} from './spans.ts';

const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 40 }));
const numbersIn = (spans: Spans): number[] =>
  Array.from({ length: 41 }, (_, at) => at).filter((at) => spansInclude(spans, at));
const ascending = (some: readonly number[]): number[] => [...new Set(some)].sort((a, b) => a - b);

describe('spans', () => {
  it('[R11] are united, subtracted and intersected as the sets of numbers that they stand for', () => {
    fc.assert(
      fc.property(numbers, numbers, (some, others) => {
        const [a, b] = [spansOf(some), spansOf(others)];
        expect(numbersIn(uniteSpans(a, b))).toEqual(ascending([...some, ...others]));
        expect(numbersIn(subtractSpans(a, b))).toEqual(ascending(some.filter((each) => !others.includes(each))));
        expect(numbersIn(intersectSpans(a, b))).toEqual(ascending(some.filter((each) => others.includes(each))));
        expect(countSpans(a)).toBe(some.length);
      }),
    );
  });

  it('neither overlap nor touch, whatever they were made from', () => {
    fc.assert(
      fc.property(numbers, numbers, (some, others) => {
        const united = uniteSpans(spansOf(some), spansOf(others));
        for (const [at, span] of united.entries()) expect(span.first).toBeGreaterThan((united[at - 1]?.last ?? -1) + 1);
      }),
    );
  });

  it('[R11] are contiguous only up to the first gap, and only from the first number on', () => {
    expect(contiguousEnd(spansOf([1, 2, 4]))).toBe(2);
    expect(contiguousEnd(spansOf([2, 3]))).toBe(0);
    expect(contiguousEnd(undefined)).toBe(0);
  });

  it('leave out incarnations of which nothing is missing', () => {
    const theirs = new Map([
      ['a', spansOf([1, 2, 3])],
      ['b', spansOf([1])],
    ]);
    const ours = new Map([
      ['a', spansOf([1, 3])],
      ['b', spansOf([1])],
    ]);
    expect([...subtractHoldings(theirs, ours)]).toEqual([['a', [{ first: 2, last: 2 }]]]);
  });
});
