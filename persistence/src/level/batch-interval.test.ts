import { expect, it } from 'vitest';
import { batchInterval, WriteRate } from './batch-interval.ts';

const LONGEST_MS = 8;

/** The interval after a second in which one write came every so many milliseconds. */
function intervalAt(everyMs: number): number {
  const rate = new WriteRate();
  for (let at = 0; at < 1000; at += everyMs) rate.count(at);
  return batchInterval(rate.perMs(1000), LONGEST_MS);
}

it('keeps no interval for a thousand writes a second, and the longest for two and a half', () => {
  expect(intervalAt(1)).toBe(0);
  expect(intervalAt(0.6)).toBeGreaterThan(0);
  expect(intervalAt(0.6)).toBeLessThan(LONGEST_MS);
  expect(intervalAt(0.4)).toBe(LONGEST_MS);
});

it('does not take a burst for a rate, and forgets a rush within a quarter of a second', () => {
  const rate = new WriteRate();
  for (let write = 0; write < 100; write += 1) rate.count(0);
  expect(batchInterval(rate.perMs(0), LONGEST_MS)).toBe(0);
  for (let write = 0; write < 900; write += 1) rate.count(0);
  expect(batchInterval(rate.perMs(10), LONGEST_MS)).toBe(LONGEST_MS);
  expect(batchInterval(rate.perMs(250), LONGEST_MS)).toBe(0);
});

it('is not thrown by a clock that is put back', () => {
  const rate = new WriteRate();
  rate.count(100_000);
  expect(rate.perMs(0)).toBeLessThanOrEqual(1);
});
