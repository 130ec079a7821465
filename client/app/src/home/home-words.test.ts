import { expect, test } from 'vitest';
import { matchesQuery, nameForPeople } from './document-words.ts';
import { formatSize } from './format-size.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 KB'],
  [9_940, '9.9 KB'],
  [9_960, '10 KB'],
  [999_499, '999 KB'],
  [999_500, '1.0 MB'],
  [1_234_567_890, '1.2 GB'],
  [5e15, '5000000 GB'],
])('%i bytes are %s', (bytes, words) => {
  expect(formatSize(bytes)).toBe(words);
});

test('a document without a title is called by its name, unless the server invented that', () => {
  expect(nameForPeople({ name: 'team/plan', title: '' })).toEqual({ title: 'team/plan', detail: null });
  expect(nameForPeople({ name: '7k3d-x0pa-m2vh-8qte', title: ' ' })).toEqual({
    title: 'Untitled document',
    detail: null,
  });
});

test('a name that somebody chose stays visible beside the title', () => {
  expect(nameForPeople({ name: 'team/plan', title: 'Plan' }).detail).toBe('team/plan');
  expect(nameForPeople({ name: '7k3d-x0pa-m2vh-8qte', title: 'Plan' }).detail).toBeNull();
  expect(nameForPeople({ name: 'Plan', title: 'Plan' }).detail).toBeNull();
});

test('search finds every word, in title or name, whatever its case or accents', () => {
  const document = { name: 'bridge/2026', title: 'Mila Kovač: Fähre' };
  for (const query of ['kovac', 'FAHRE mila', 'bridge kov', '2026', ' ']) {
    expect(matchesQuery(document, query)).toBe(true);
  }
  expect(matchesQuery(document, 'mila ferry')).toBe(false);
});

test('an invented name is found by its beginning, and by nothing else', () => {
  const document = { name: '7k3d-x0pa-m2vh-8qte', title: 'Chapter 1' };
  expect(matchesQuery(document, '7k3d-x0')).toBe(true);
  expect(matchesQuery(document, 'chapter 8')).toBe(false);
});
