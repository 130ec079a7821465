import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { doubt, MAX_SYMBOLS, parseQuotes, type Quotes, tick } from './quotes.ts';

const none: Quotes = new Map();

function quote(symbol: string, price: number) {
  return { symbol, price, change: null };
}

describe('quotes', () => {
  it('stand where they first stood, with the latest price and where it went', () => {
    const first = tick(none, [quote('ACME', 10), quote('INIT', 5)], 1);
    const then = tick(tick(first, [quote('INIT', 4)], 2), [quote('ACME', 11)], 3);
    expect([...then.values()]).toEqual([
      { symbol: 'ACME', price: 11, change: null, at: 3, direction: 'up', isStale: false, ticks: 2 },
      { symbol: 'INIT', price: 4, change: null, at: 2, direction: 'down', isStale: false, ticks: 2 },
    ]);
  });

  it('are in doubt after a gap, each until it is told again', () => {
    const doubted = doubt(tick(none, [quote('ACME', 10), quote('INIT', 5)], 1));
    expect([...doubted.values()].map(({ isStale }) => isStale)).toEqual([true, true]);
    const told = tick(doubted, [quote('INIT', 5)], 2);
    expect([...told.values()].map(({ symbol, isStale }) => [symbol, isStale])).toEqual([
      ['ACME', true],
      ['INIT', false],
    ]);
  });

  it('come one by one or in a list, and what is no quote is passed over', () => {
    expect(parseQuotes({ symbol: 'ACME', price: 10, change: -0.5 })).toEqual([
      { symbol: 'ACME', price: 10, change: -0.5 },
    ]);
    const odd = [
      null,
      'ACME',
      { symbol: '', price: 1 },
      { symbol: 'x'.repeat(33), price: 1 },
      { symbol: 'A', price: '1' },
    ];
    expect(parseQuotes([...odd, { symbol: 'INIT', price: 5, change: 'up' }])).toEqual([quote('INIT', 5)]);
    fc.assert(
      fc.property(fc.anything(), (anything) => {
        for (const { price } of parseQuotes(anything)) expect(Number.isFinite(price)).toBe(true);
      }),
    );
  });

  it('[G4] are never more than so many: who was silent for longest makes room', () => {
    let quotes = none;
    for (let at = 0; at < MAX_SYMBOLS; at += 1) quotes = tick(quotes, [quote(`S${at}`, 1)], at);
    quotes = tick(quotes, [quote('S0', 2)], MAX_SYMBOLS);
    quotes = tick(quotes, [quote('NEW', 1)], MAX_SYMBOLS + 1);
    expect(quotes.size).toBe(MAX_SYMBOLS);
    expect([quotes.has('S0'), quotes.has('S1'), quotes.has('NEW')]).toEqual([true, false, true]);
    expect(parseQuotes(Array.from({ length: 1_000 }, (_, at) => quote(`S${at}`, 1)))).toHaveLength(MAX_SYMBOLS);
  });
});
