import { describe, expect, it } from 'vitest';
import { missingOf, Patience, type Source, shareOut } from './gaps.ts';
import { countHoldings, type Spans, spansOf, uniteInto } from './spans.ts';

const held = (incarnation: string, first: number, last: number): Map<string, Spans> =>
  new Map([[incarnation, [{ first, last }]]]);
const source = (incarnation: string, holdings: Map<string, Spans>): Source => ({
  incarnation,
  address: incarnation,
  holdings,
});

describe('what is missing', () => {
  it('[R11] is what anybody holds and this node does not, but for what it can not store', () => {
    const missing = missingOf([held('x', 1, 5), held('x', 4, 9)], held('x', 1, 2), new Map([['x', spansOf([7])]]));
    expect([...missing]).toEqual([['x', spansOf([3, 4, 5, 6, 8, 9])]]);
  });

  it('[R11] is fetched only when it outlasts a look: records on their way look like a gap', () => {
    const patience = new Patience();
    expect(patience.due(held('x', 1, 2), true).size).toBe(0);
    expect([...patience.due(held('x', 2, 3), true)]).toEqual([['x', spansOf([2])]]);
    expect([...patience.due(held('x', 2, 9), false)]).toEqual([['x', spansOf([2])]]);
    expect(patience.due(held('x', 3, 9), false).size).toBe(0);
  });

  it('[R12] is shared out evenly among those who hold it, and nobody is asked for what it lacks', () => {
    const a = source('a', held('x', 1, 4_000));
    const b = source('b', held('x', 1_001, 4_000));
    const shares = shareOut(held('x', 1, 4_000), [a, b]);
    const wanted = new Map<string, Spans>();
    for (const [{ holdings }, wants] of shares) {
      for (const { incarnation, spans } of wants) {
        const want = new Map([[incarnation, spans]]);
        expect(missingOf([want], holdings, new Map()).size).toBe(0);
        uniteInto(wanted, want);
      }
    }
    expect(shares.size).toBe(2);
    expect([...wanted]).toEqual([...held('x', 1, 4_000)]);
  });

  it('[G4] is asked for in bounded questions, however much it is', () => {
    const a = source('a', held('x', 1, 10_000_000));
    const [wants = []] = [...shareOut(held('x', 1, 10_000_000), [a]).values()];
    const asked = new Map(wants.map(({ incarnation, spans }) => [incarnation, spans] as const));
    expect(countHoldings(asked)).toBeLessThanOrEqual(10_000);
  });
});
