import { expect, test } from 'vitest';
import { isShallowEqual } from './is-shallow-equal.ts';

const item = { deep: true };

test.each([
  [Number.NaN, Number.NaN],
  [[], []],
  [
    ['a', item],
    ['a', item],
  ],
  [
    { a: 1, item },
    { item, a: 1 },
  ],
])('%j has the same parts as %j', (one, other) => {
  expect(isShallowEqual(one, other)).toBe(true);
});

test.each([
  [0, false],
  [null, {}],
  [[], {}],
  [['a'], ['a', 'b']],
  [
    ['a', 'b'],
    ['b', 'a'],
  ],
  [[item], [{ deep: true }]],
  [{ a: undefined }, { b: undefined }],
  [{ a: 1 }, { a: 1, b: 2 }],
])('%j has other parts than %j', (one, other) => {
  expect(isShallowEqual(one, other)).toBe(false);
});
