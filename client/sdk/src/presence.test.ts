import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from 'y-protocols/awareness';
import { Doc } from 'yjs';
import type { Presence, RoomPresence } from './api.ts';
import { type PeopleList, watchPeople } from './people.ts';
import { createPresence } from './presence.ts';
import { ManualClock } from './testing/manual-clock.ts';

let awareness: Awareness;
let people: PeopleList;
let presence: RoomPresence;

beforeEach(() => {
  awareness = new Awareness(new Doc());
  people = watchPeople(awareness, new ManualClock());
  presence = createPresence(awareness, people, () => {});
});
afterEach(() => {
  people.close();
  awareness.destroy();
});

/** Somebody else, who says this of themselves; returns how they say something else, or with null that they leave. */
function somebody(state: Presence): (said: Presence | null) => void {
  const theirs = new Awareness(new Doc());
  const say = (said: Presence | null) => {
    theirs.setLocalState(said);
    applyAwarenessUpdate(awareness, encodeAwarenessUpdate(theirs, [theirs.clientID]), 'a test');
    if (said === null) theirs.destroy();
  };
  say(state);
  return say;
}

const ada = { name: 'Ada', color: 'red' };
const ben = { name: 'Ben', color: 'blue' };

describe('presence', () => {
  it('of others has who they are and what they say, without oneself, for as long as they are there', () => {
    const told = vi.fn();
    presence.others.subscribe(told);
    presence.update({ user: ben });
    const say = somebody({ user: ada, pointer: { x: 1 } });
    expect(presence.others.get()).toMatchObject([{ ...ada, isMe: false, presence: { pointer: { x: 1 } } }]);
    say({ user: ada, pointer: { x: 2 } });
    expect(told).toHaveBeenLastCalledWith([expect.objectContaining({ presence: { user: ada, pointer: { x: 2 } } })]);
    say({ user: { ...ada, name: 'Adah' } });
    expect(presence.others.get()).toMatchObject([{ name: 'Adah' }]);
    say(null);
    expect(told).toHaveBeenLastCalledWith([]);
    expect(told).toHaveBeenCalledTimes(4);
  });

  it('is the same object of whoever has not changed', () => {
    presence.others.subscribe(() => {});
    const say = somebody({ user: ada, pointer: { x: 1 } });
    somebody({ user: ben });
    const before = presence.others.get();
    say({ user: ada, pointer: { x: 2 } });
    const after = presence.others.get();
    expect([after[0] === before[0], after[1] === before[1]]).toEqual([false, true]);
    say({ user: ada, pointer: { x: 2 } });
    expect(presence.others.get()).toBe(after);
  });

  it('is the same list until somebody in it changes, also when nobody watches', () => {
    somebody({ user: ada });
    const before = presence.others.get();
    expect(presence.others.get()).toBe(before);
    somebody({ user: ben });
    expect(presence.others.get()).toHaveLength(2);
  });

  it('of this page is merged from what is said, in one change each', () => {
    const told = vi.fn();
    presence.mine.subscribe(told);
    presence.update({ pointer: { x: 1 }, mood: 'calm' });
    presence.update({ pointer: null });
    expect(presence.mine.get()).toEqual({ pointer: null, mood: 'calm' });
    expect(told).toHaveBeenCalledTimes(2);
  });

  it('[G7] does not bring back who has left', () => {
    presence.update({ mood: 'calm' });
    awareness.setLocalState(null);
    presence.update({ mood: 'sad' });
    expect([awareness.getLocalState(), presence.mine.get()]).toEqual([null, {}]);
  });
});
