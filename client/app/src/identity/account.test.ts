import { expect, test } from 'vitest';
import { parseAccount } from './account.ts';

test('who has signed in is called as the server calls them', () => {
  expect(parseAccount({ user: { id: 'ada', name: 'Ada Lovelace' } })).toEqual({ name: 'Ada Lovelace' });
});

test('whom the server does not name is a guest', () => {
  for (const answer of [{ user: null }, {}, null, 'ada', { user: { id: 'ada' } }, { user: { name: 7 } }])
    expect(parseAccount(answer)).toBeNull();
});
