import { readRetryHint } from '@quire/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeRetryDelayMs } from './backoff.ts';

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
/** Anything that a server may write there: most are no hint at all. */
const reason = fc.oneof(
  fc.string(),
  fc.tuple(fc.nat(), fc.nat()).map(([min, max]) => `the server is restarting; retry in ${min}-${max} ms`),
);

describe('reconnect delay', () => {
  it('grows, stays bounded, and never falls to zero', () => {
    const longest = Array.from({ length: 60 }, (_, failures) => computeRetryDelayMs(failures, 0.999));
    expect(longest).toEqual([...longest].sort((a, b) => a - b));
    expect(longest[0]).toBeLessThanOrEqual(250);
    expect(Math.max(...longest)).toBeLessThanOrEqual(15_000);
    expect(computeRetryDelayMs(0, 0)).toBeGreaterThan(0);
    expect(computeRetryDelayMs(Number.MAX_SAFE_INTEGER, 0.5)).toBeLessThanOrEqual(15_000);
  });

  it('waits at most 3 s between attempts in the first half minute of an outage', () => {
    let waited = 0;
    for (let failures = 0; waited < 30_000; failures += 1) {
      const delay = computeRetryDelayMs(failures, 0.999);
      expect(delay).toBeLessThanOrEqual(3_000);
      waited += delay;
    }
  });

  it('spreads the clients of a restarted server over half of the delay', () => {
    const delays = Array.from({ length: 100 }, (_, index) => computeRetryDelayMs(10, index / 100));
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(1_000);
  });
});

describe('reconnect delay while a server restarts', () => {
  /** Half a second of the three is left for the handshake. */
  const LONGEST_MS = 2_500;
  const agoMs = fc.integer({ min: 0, max: 10 * 60_000 - 1 });

  it('[G4] is 2.5 s at most, however often it failed, whatever is drawn and whatever the close reason says', () => {
    fc.assert(
      fc.property(fc.nat(), random, agoMs, reason, (failures, drawn, ago, words) => {
        const delay = computeRetryDelayMs(failures, drawn, { agoMs: ago, hint: readRetryHint(words) });
        expect(delay).toBeLessThanOrEqual(LONGEST_MS);
        expect(delay).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('is within the hint the first time, over all of it, and never shorter than the hint allows', () => {
    const hint = { minMs: 400, maxMs: 2_000 };
    const first = Array.from({ length: 101 }, (_, index) => computeRetryDelayMs(0, index / 101, { agoMs: 0, hint }));
    expect(first[0]).toBe(400);
    expect(first.at(-1)).toBeGreaterThan(1_950);
    expect(first).toEqual([...first].sort((a, b) => a - b));
    fc.assert(
      fc.property(fc.nat(), random, (failures, drawn) => {
        const delay = computeRetryDelayMs(failures, drawn, { agoMs: 60_000, hint });
        expect(delay).toBeGreaterThanOrEqual(hint.minMs);
      }),
    );
  });

  it('grows like any other after a hint for few, and without a hint', () => {
    for (const hint of [{ minMs: 100, maxMs: 500 }, null]) {
      const delays = Array.from({ length: 6 }, (_, failures) => computeRetryDelayMs(failures, 0.5, { agoMs: 0, hint }));
      expect(delays).toEqual([...delays].sort((a, b) => a - b));
      expect(delays.at(-1)).toBe(computeRetryDelayMs(5, 0.5));
    }
  });

  it('spares a server that has not come back within ten minutes', () => {
    expect(computeRetryDelayMs(300, 0.999, { agoMs: 10 * 60_000, hint: null })).toBeGreaterThan(10_000);
  });
});
