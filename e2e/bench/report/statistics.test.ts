import { describe, expect, test } from 'vitest';
import { spreadOf } from './statistics.ts';

describe('medians', () => {
  test('of an odd number it is the one in the middle, of an even number between the two', () => {
    expect(spreadOf([9, 1, 5])).toEqual({ median: 5, min: 1, max: 9 });
    expect(spreadOf([4, 1, 2, 100])).toEqual({ median: 3, min: 1, max: 100 });
  });

  test('of nothing there is none', () => {
    expect(() => spreadOf([])).toThrow(RangeError);
  });
});
