import { expect, test } from 'vitest';
import { inventGuest, MAX_GUEST_NAME_LENGTH, parseGuest, tidyGuestName } from './guest.ts';

test('an invented guest survives being stored', () => {
  for (const random of [0, 0.25, 0.5, 0.999]) {
    const person = inventGuest(() => random);
    expect(parseGuest(JSON.stringify(person))).toEqual(person);
  }
});

test('a stored guest that was tampered with or is of another shape is not used', () => {
  for (const stored of ['', 'null', '{}', '[]', '{"name":"","color":"#7c3aed"}', '{"name":"Ann","color":"url(x)"}']) {
    expect(parseGuest(stored)).toBeNull();
  }
});

test('a guest name is one short line', () => {
  expect(tidyGuestName('  Mila\n\tKovač ')).toBe('Mila Kovač');
  expect([...tidyGuestName('🙂'.repeat(60))]).toHaveLength(MAX_GUEST_NAME_LENGTH);
});
