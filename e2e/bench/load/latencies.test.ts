import { describe, expect, test } from 'vitest';
import { Latencies } from './latencies.ts';

describe('latencies', () => {
  test('quantiles are right to a twentieth of a millisecond', () => {
    const latencies = new Latencies();
    for (let index = 1; index <= 1000; index += 1) latencies.add(index / 10);
    expect(latencies.count).toBe(1000);
    expect(latencies.quantile(0.5)).toBeCloseTo(50, 0.05);
    expect(latencies.quantile(0.99)).toBeCloseTo(99, 0.05);
    expect(latencies.maxMs).toBe(100);
  });

  test('what is beyond the scale counts, and the largest is kept as it was', () => {
    const latencies = new Latencies();
    latencies.add(1);
    latencies.add(90_000);
    expect(latencies.count).toBe(2);
    expect(latencies.maxMs).toBe(90_000);
    expect(latencies.quantile(1)).toBeGreaterThanOrEqual(20_000);
  });

  test('of nothing the quantile is 0', () => {
    expect(new Latencies().quantile(0.99)).toBe(0);
  });
});
