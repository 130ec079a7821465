import { expect, it } from 'vitest';
import { cutText } from './cut-text.ts';

it.each([
  ['short', 'Ada', 3, 'Ada'],
  ['long', 'Ada Lovelace', 4, 'Ada '],
  ['one whose last character fits', 'Ada 🦊', 6, 'Ada 🦊'],
  ['one of whose last character half would fit', 'Ada 🦊', 5, 'Ada '],
])('a text that is %s', (_, text, length, cut) => {
  expect(cutText(text, length)).toBe(cut);
});
