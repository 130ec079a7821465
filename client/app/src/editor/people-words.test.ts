import { expect, test } from 'vitest';
import { nameMore, shortenMore } from './people-words.ts';

test.each([
  [1, '1 more person', '+1'],
  [2, '2 more people', '+2'],
  [999, '999 more people', '+999'],
  [1_204, '1,204 more people', '+1.2K'],
  [34_567, '34,567 more people', '+35K'],
])('%i more than are shown are "%s", and "%s" on the screen', (count, name, badge) => {
  expect(nameMore(count)).toBe(name);
  expect(shortenMore(count)).toBe(badge);
});
