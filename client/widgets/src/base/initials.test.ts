import { expect, test } from 'vitest';
import { initialsOf } from './initials.ts';

test.each([
  ['Ines Duarte', 'ID'],
  ['mila kovač', 'MK'],
  ['Anna Maria van der Berg', 'AB'],
  ['Plato', 'P'],
  ['李 小龙', '李小'],
  ['jean-luc', 'JL'],
  ['(nobody)', 'N'],
  ['…', '?'],
])('the initials of %s are %s', (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});
