import { describe, expect, it } from 'vitest';
import { computeRetryDelayMs } from './backoff.ts';

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
