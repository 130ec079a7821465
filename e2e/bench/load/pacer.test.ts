import { describe, expect, test } from 'vitest';
import { countDue } from './pacer.ts';

describe('the pace of the load', () => {
  test('so many are due that a second brings the rate', () => {
    const atStart = countDue(0, 50);
    expect(atStart).toBe(1);
    expect(countDue(1000, 50) - atStart).toBe(50);
    expect(countDue(60_000, 4000) - 1).toBe(240_000);
  });

  test('a late look finds all that was missed', () => {
    expect(countDue(500, 100) - countDue(100, 100)).toBe(40);
  });
});
