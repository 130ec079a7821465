import { describe, expect, it } from 'vitest';
import { documentMetrics } from '../observability/metrics/table/documents.ts';
import { type FlushCosts, MAX_WINDOW_MS, NO_COSTS, windowBeforeFlush } from './flush-window.ts';

describe('the flush window', () => {
  const always = (costMs: number): FlushCosts => [costMs, costMs, costMs];

  it('a quiet document waits for nothing', () => {
    expect(windowBeforeFlush(always(5), 1_000)).toBe(0);
    expect(windowBeforeFlush(NO_COSTS, 0)).toBe(0);
  });

  it('grows with what flushes cost again and again, up to its limit', () => {
    expect(windowBeforeFlush(always(2), 0)).toBe(8);
    expect(windowBeforeFlush(always(3), 0)).toBeGreaterThan(windowBeforeFlush(always(2), 0));
    expect(windowBeforeFlush(always(25), 0)).toBe(MAX_WINDOW_MS);
    expect(windowBeforeFlush(always(500), 0)).toBe(MAX_WINDOW_MS);
  });

  it.each([0, 1, 2])('is not that of a single flush that was unlike the others (%i)', (at) => {
    const costs = (usual: number, once: number): FlushCosts => {
      const [first, second, third] = always(usual).map((cost, index) => (index === at ? once : cost));
      return [first ?? usual, second ?? usual, third ?? usual];
    };
    expect(windowBeforeFlush(costs(0.1, 25), 0)).toBeCloseTo(0.4);
    expect(windowBeforeFlush(costs(25, 0.1), 0)).toBe(MAX_WINDOW_MS);
  });

  it('counts the time since the last flush began', () => {
    expect(windowBeforeFlush(always(2), 6)).toBe(2);
  });

  it('is measured up to its limit', () => {
    const { buckets } = documentMetrics.quire_flush_window_seconds;
    expect(Math.max(...buckets) * 1000).toBeGreaterThanOrEqual(MAX_WINDOW_MS);
  });
});
