import { describe, expect, it } from 'vitest';
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
});
