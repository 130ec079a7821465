import { describe, expect, test } from 'vitest';
import { orderOf } from './measure.ts';

describe('the order of contestants', () => {
  const names = ['quire', 'hocuspocus', 'bare'] as const;

  test('every run has all of them', () => {
    for (let run = 1; run <= 7; run += 1) expect(new Set(orderOf(names, run))).toEqual(new Set(names));
  });

  test('nobody always goes first or always follows the same', () => {
    const firsts = new Set([1, 2, 3, 4, 5].map((run) => orderOf(names, run)[0]));
    expect(firsts.size).toBe(3);
    const followers = new Set([1, 2].map((run) => orderOf(names, run)[orderOf(names, run).indexOf('quire') + 1]));
    expect(followers.size).toBe(2);
  });
});
