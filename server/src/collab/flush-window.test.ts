import { describe, expect, it } from 'vitest';
import { documentMetrics } from '../observability/metrics/table/documents.ts';
import { MAX_WINDOW_MS, windowBeforeFlush } from './flush-window.ts';

describe('the flush window', () => {
  it('a quiet document waits for nothing', () => {
    expect(windowBeforeFlush(5, 1_000)).toBe(0);
    expect(windowBeforeFlush(0, 0)).toBe(0);
  });

  it('grows with the cost of a flush, up to its limit', () => {
    expect(windowBeforeFlush(2, 0)).toBe(8);
    expect(windowBeforeFlush(3, 0)).toBeGreaterThan(windowBeforeFlush(2, 0));
    expect(windowBeforeFlush(500, 0)).toBe(MAX_WINDOW_MS);
  });

  it('counts the time since the last flush began', () => {
    expect(windowBeforeFlush(2, 6)).toBe(2);
  });

  it('is measured up to its limit', () => {
    const { buckets } = documentMetrics.quire_flush_window_seconds;
    expect(Math.max(...buckets) * 1000).toBeGreaterThanOrEqual(MAX_WINDOW_MS);
  });
});
