import { expect, test } from 'vitest';
import { describeEnd, describeLink, endOf } from './link-words.ts';

test('a link is what it is called, and what it lets people do', () => {
  expect(describeLink({ role: 'reader', label: '' })).toBe('Whoever has it can view');
  expect(describeLink({ role: 'editor', label: 'The board' })).toBe('The board: can edit');
});

test('a link says when it ends', () => {
  expect(describeEnd(null, 'en-GB')).toBe('lasts until it is revoked');
  expect(describeEnd('2026-03-01T12:00:00.000Z', 'en-GB')).toMatch(/^ends 1 Mar 2026, \d\d:00$/);
});

test('the end of a new link is counted from now', () => {
  const now = Date.parse('2026-03-01T12:00:00.000Z');
  expect(endOf('always', now)).toBeUndefined();
  expect(endOf('day', now)).toBe('2026-03-02T12:00:00.000Z');
  expect(endOf('week', now)).toBe('2026-03-08T12:00:00.000Z');
});
