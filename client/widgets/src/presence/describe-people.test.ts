import type { Person } from '@quire/client';
import { expect, test } from 'vitest';
import { describePeople, readMax } from './describe-people.ts';

const people: readonly Person[] = ['Ada', 'Ben', 'Cleo', 'Dan'].map((name, index) => ({
  name,
  color: '#7c3aed',
  clientId: index,
  isMe: index === 0,
  cursorActiveAt: null,
}));

test('those for whom there is no place are counted, with those whom the server only counts', () => {
  const { shown, hidden, more } = describePeople(people, 7, 3);
  expect(shown.map(({ name }) => name)).toEqual(['Ada', 'Ben', 'Cleo']);
  expect(hidden.map(({ name }) => name)).toEqual(['Dan']);
  expect(more).toBe(8);
  expect(describePeople(people, 0, 4)).toMatchObject({ more: 0, hidden: [] });
});

test('there is a place for one at least, whatever an attribute says', () => {
  for (const value of ['0', '-2', 'many', '', null]) expect(readMax(value, 5)).toBe(5);
  expect(readMax('2', 5)).toBe(2);
  expect(describePeople(people, 0, 0).shown).toHaveLength(1);
});
