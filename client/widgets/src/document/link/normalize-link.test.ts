import { expect, test } from 'vitest';
import { normalizeLink } from './normalize-link.ts';

test.each([
  ['example.com', 'https://example.com'],
  [' https://example.com/a?b#c ', 'https://example.com/a?b#c'],
  ['http://example.com', 'http://example.com'],
  ['ines@example.com', 'mailto:ines@example.com'],
  ['mailto:ines@example.com', 'mailto:ines@example.com'],
  ['tel:+351123', 'tel:+351123'],
  ['localhost:8080/d/x', 'https://localhost:8080/d/x'],
  ['example.com:8080', 'https://example.com:8080'],
])('%s links to %s', (typed, address) => {
  expect(normalizeLink(typed)).toBe(address);
});

test('what is no address, or runs code, links to nothing', () => {
  for (const typed of [
    '',
    ' ',
    'two words',
    'word',
    'javascript:alert(1)',
    'JaVaScRiPt:x',
    'data:text/html,x',
    'https://',
  ]) {
    expect(normalizeLink(typed)).toBeNull();
  }
});
