import { expect, test } from 'vitest';
import { perEach } from './per-each.ts';

test('a cost is shared out', () => {
  expect(perEach('full', 10, 4)).toBe(2.5);
});

test('nothing to share it among is no figure, but in the short form', () => {
  expect(() => perEach('full', 10, 0)).toThrow(/nothing was counted/);
  expect(perEach('short', 10, 0)).toBe(0);
});
