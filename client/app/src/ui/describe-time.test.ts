import { expect, test } from 'vitest';
import { chooseDateLocale, describeTime } from './describe-time.ts';

const now = new Date(2026, 10, 18, 14, 30);

test.each([
  [new Date(2026, 10, 18, 14, 30, 20), 'Just now'],
  [new Date(2026, 10, 18, 14, 29, 30), 'Just now'],
  [new Date(2026, 10, 18, 14, 29), '1 minute ago'],
  [new Date(2026, 10, 18, 13, 35), '55 minutes ago'],
  [new Date(2026, 10, 18, 9, 5), 'Today, 09:05'],
  [new Date(2026, 10, 17, 23, 59), 'Yesterday, 23:59'],
  [new Date(2026, 10, 16, 8, 0), 'Monday, 08:00'],
  [new Date(2026, 9, 3, 8, 0), '3 Oct'],
  [new Date(2025, 9, 3, 8, 0), '3 Oct 2025'],
])('%s, seen at half past two, is %s', (then, words) => {
  expect(describeTime(then, now, 'en-GB')).toBe(words);
});

test('shortly after midnight, yesterday evening is minutes ago, and yesterday morning is yesterday', () => {
  const night = new Date(2026, 10, 18, 0, 10);
  expect(describeTime(new Date(2026, 10, 17, 23, 50), night, 'en-GB')).toBe('20 minutes ago');
  expect(describeTime(new Date(2026, 10, 17, 9, 0), night, 'en-GB')).toBe('Yesterday, 09:00');
});

test('dates are in English, in the manner of the reader where they read English', () => {
  expect(chooseDateLocale(['de-AT', 'en-US'])).toBe('en-US');
  expect(chooseDateLocale(['sl'])).toBe('en-GB');
});

test('a language that only the system knows by that name keeps no date from being shown', () => {
  expect(chooseDateLocale(['en-US@posix', 'en-AU'])).toBe('en-AU');
  expect(chooseDateLocale(['en-US@posix'])).toBe('en-GB');
});
