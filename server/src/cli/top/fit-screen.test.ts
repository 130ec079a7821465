import { expect, it } from 'vitest';
import { fitScreen } from './fit-screen.ts';

it('what fits is left alone', () => {
  expect(fitScreen('one\ntwo', { columns: 3, rows: 2 })).toBe('one\ntwo');
});

it('lines that are too long are cut, with a sign that they were', () => {
  expect(fitScreen('sessions  12\nedits', { columns: 8, rows: 9 })).toBe('session…\nedits');
});

it('lines that there is no row for are left out, from below', () => {
  expect(fitScreen('one\ntwo\nthree\n', { columns: 80, rows: 2 })).toBe('one\ntwo');
});

it('the smallest screen shows something', () => {
  expect(fitScreen('one\ntwo', { columns: 1, rows: 0 })).toBe('…');
});
