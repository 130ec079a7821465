import type { Other, Presence } from '@quire/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPresenceField, PRESENCE_EVERY_MS, readOthers } from './presence-field.ts';

let mine: Presence;
let said: unknown[];

/** What a room gives of what this page says. */
const presence: Parameters<typeof createPresenceField>[0] = {
  mine: { get: () => mine, subscribe: () => () => {} },
  update(patch) {
    mine = { ...mine, ...patch };
    said.push(mine.spot);
  },
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  mine = {};
  said = [];
});
afterEach(() => {
  vi.useRealTimers();
});

test('the first is said at once, and of what follows the last, 25 times a second at most', () => {
  const field = createPresenceField<number>(presence, 'spot');
  for (const spot of [1, 2, 3]) field.set(spot);
  expect(said).toEqual([1]);
  vi.advanceTimersByTime(PRESENCE_EVERY_MS);
  expect(said).toEqual([1, 3]);
  vi.advanceTimersByTime(10 * PRESENCE_EVERY_MS);
  expect(said).toEqual([1, 3]);
  expect(vi.getTimerCount()).toBe(0);
  field.set(4);
  expect(said).toEqual([1, 3, 4]);
  field.close();
});

test('what is taken back is taken back at once, with what was still to be said', () => {
  const field = createPresenceField<number>(presence, 'spot');
  field.set(1);
  field.set(2);
  field.clear();
  expect(said).toEqual([1, null]);
  expect(vi.getTimerCount()).toBe(0);
  field.clear();
  expect(said).toEqual([1, null]);
});

test('others are read by who can make sense of what they say', () => {
  const others = [2, 'nonsense', undefined, null].map(
    (spot, at): Other => ({
      clientId: at,
      name: 'Ada',
      color: 'red',
      isMe: false,
      cursorActiveAt: null,
      presence: { spot },
    }),
  );
  const parse = (value: unknown) => (typeof value === 'number' ? value : null);
  expect([...readOthers(others, 'spot', parse)]).toEqual([[others[0], 2]]);
});
