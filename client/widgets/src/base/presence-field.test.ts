import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Awareness } from 'y-protocols/awareness';
import { Doc } from 'yjs';
import { createPresenceField, PRESENCE_EVERY_MS, readOthers } from './presence-field.ts';

let awareness: Awareness;
let said: unknown[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  awareness = new Awareness(new Doc());
  said = [];
  awareness.on('update', () => said.push(awareness.getLocalState()?.spot));
});
afterEach(() => {
  awareness.destroy();
  vi.useRealTimers();
});

test('the first is said at once, and of what follows the last, 25 times a second at most', () => {
  const field = createPresenceField<number>(awareness, 'spot');
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
  const field = createPresenceField<number>(awareness, 'spot');
  field.set(1);
  field.set(2);
  field.clear();
  expect(said).toEqual([1, null]);
  expect(vi.getTimerCount()).toBe(0);
  field.clear();
  expect(said).toEqual([1, null]);
});

test('[G7] who has left is not brought back by what they last did', () => {
  const field = createPresenceField<number>(awareness, 'spot');
  field.set(1);
  field.set(2);
  awareness.setLocalState(null);
  vi.advanceTimersByTime(PRESENCE_EVERY_MS);
  expect(awareness.getLocalState()).toBeNull();
  field.close();
  expect(awareness.getLocalState()).toBeNull();
});

test('others are read by who can make sense of what they say, and oneself is not among them', () => {
  awareness.setLocalStateField('spot', 1);
  for (const [clientId, state] of [
    [7, { spot: 2 }],
    [8, { spot: 'nonsense' }],
    [9, {}],
    [10, { spot: null }],
  ] as const) {
    awareness.getStates().set(clientId, state);
  }
  const parse = (value: unknown) => (typeof value === 'number' ? value : null);
  expect([...readOthers(awareness, 'spot', parse)]).toEqual([[7, 2]]);
});
