import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyChange,
  type BookChange,
  doubtBook,
  type Level,
  MAX_LEVELS,
  type OrderBook,
  parseBookChange,
  unknownBook,
} from './order-book.ts';

const DEPTH = 3;

function changeOf(change: Partial<BookChange>): BookChange {
  return { symbol: null, bids: [], asks: [], isWhole: false, seq: null, ...change };
}

function levels(...pairs: readonly (readonly [number, number])[]): Level[] {
  return pairs.map(([price, size]) => ({ price, size }));
}

const whole = changeOf({ isWhole: true, bids: levels([9, 1], [10, 2]), asks: levels([12, 4], [11, 3]) });

function follow(...changes: readonly BookChange[]): OrderBook {
  return changes.reduce((book, change) => applyChange(book, change, DEPTH), unknownBook);
}

describe('an order book', () => {
  it('has the best of each side first, and takes levels away at a size of 0', () => {
    const book = follow(whole, changeOf({ bids: levels([10, 0], [9.5, 7]), asks: levels([11, 1]) }));
    expect(book.bids.levels).toEqual(levels([9.5, 7], [9, 1]));
    expect(book.asks.levels).toEqual(levels([11, 1], [12, 4]));
    expect(book.isWhole).toBe(true);
  });

  it('is not made of changes alone: it waits for a whole book', () => {
    const book = follow(changeOf({ bids: levels([10, 1]) }));
    expect(book).toBe(unknownBook);
    expect(follow(changeOf({ bids: levels([10, 1]) }), whole).isWhole).toBe(true);
  });

  it('after a gap stays what it was, and is whole again with the next whole book', () => {
    const doubted = doubtBook(follow(whole));
    const later = applyChange(doubted, changeOf({ bids: levels([10, 99]) }), DEPTH);
    expect(later.isWhole).toBe(false);
    expect(later.bids).toEqual(follow(whole).bids);
    expect(applyChange(later, whole, DEPTH)).toEqual(follow(whole));
  });

  it('is that of one symbol, the first whole one: others under the same name are no part of it, nor take its place', () => {
    const acme = { ...whole, symbol: 'ACME' };
    const init = changeOf({ symbol: 'INIT', isWhole: true, bids: levels([500, 1]), asks: levels([501, 1]) });
    const others = [init, changeOf({ symbol: 'INIT', bids: levels([499, 7]) }), changeOf({ bids: levels([1, 1]) })];
    const book = follow(changeOf({ symbol: 'INIT', bids: levels([500, 1]) }), acme, ...others);
    expect(book).toEqual(follow(acme));
    expect(book.symbol).toBe('ACME');
    const doubted = others.reduce((before, change) => applyChange(before, change, DEPTH), doubtBook(book));
    expect(doubted).toEqual(doubtBook(book));
    expect(applyChange(doubted, acme, DEPTH)).toEqual(book);
  });

  it('whose changes are numbered by their own symbol misses none of them for those of others', () => {
    const acme = { ...whole, symbol: 'ACME', seq: 7 };
    const book = follow(acme, changeOf({ symbol: 'INIT', seq: 12 }), changeOf({ symbol: 'ACME', seq: 8 }));
    expect([book.isWhole, book.seq]).toEqual([true, 8]);
  });

  it('whose changes are numbered knows when one is missing', () => {
    const first = { ...whole, seq: 7 };
    expect(follow(first, changeOf({ seq: 8 }), changeOf({ seq: 9 })).isWhole).toBe(true);
    expect(follow(first, changeOf({ seq: 9 })).isWhole).toBe(false);
    expect(follow(first, changeOf({ seq: 7 })).isWhole).toBe(false);
  });

  it('[G4] keeps so many levels and no more, and as deep as it is shown is always right', () => {
    const level = fc.record({ price: fc.integer({ min: 1, max: 600 }), size: fc.constantFrom(0, 0, 1, 2) });
    const change = fc.array(level, { maxLength: 300 });
    const start = fc.uniqueArray(fc.integer({ min: 1, max: 600 }), { minLength: 100, maxLength: 500 });
    fc.assert(
      fc.property(start, fc.array(change, { maxLength: 8 }), (prices, changes) => {
        const everything = new Map(prices.map((price) => [price, 1]));
        let book = applyChange(unknownBook, changeOf({ isWhole: true, bids: levels(...everything) }), DEPTH);
        for (const bids of changes) {
          for (const { price, size } of bids) {
            if (size === 0) everything.delete(price);
            else everything.set(price, size);
          }
          book = applyChange(book, changeOf({ bids }), DEPTH);
          expect(book.bids.levels.length).toBeLessThanOrEqual(MAX_LEVELS);
          if (!book.isWhole) return;
          const best = [...everything].sort(([one], [other]) => other - one).slice(0, DEPTH);
          expect(book.bids.levels.slice(0, DEPTH)).toEqual(levels(...best));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('of which too much was dropped says that it is not whole', () => {
    const prices = Array.from({ length: MAX_LEVELS + 50 }, (_, at) => at + 1);
    const deep = changeOf({ isWhole: true, bids: levels(...prices.map((price) => [price, 1] as const)) });
    const best = prices.slice(-MAX_LEVELS).map((price) => [price, 0] as const);
    expect(follow(deep).isWhole).toBe(true);
    expect(follow(deep, changeOf({ bids: levels(...best.slice(DEPTH)) })).isWhole).toBe(true);
    expect(follow(deep, changeOf({ bids: levels(...best.slice(DEPTH - 1)) })).isWhole).toBe(false);
  });
});

describe('a change of a book', () => {
  it('is read from lists of a price and a size', () => {
    expect(parseBookChange({ symbol: 'ACME', bids: [[10, 2]], whole: true, seq: 3 })).toEqual({
      symbol: 'ACME',
      bids: levels([10, 2]),
      asks: [],
      isWhole: true,
      seq: 3,
    });
  });

  it('that is none is passed over, and so is what is no level', () => {
    for (const odd of [null, 'book', {}, { bids: 'many' }]) expect(parseBookChange(odd)).toBeNull();
    expect(parseBookChange({ bids: [[1], [1, -1], ['1', 1], [Number.NaN, 1], 7, [2, 3]] })?.bids).toEqual(
      levels([2, 3]),
    );
  });
});
