import { decodePresence } from '@quire/protocol';
import { describe, expect, it } from 'vitest';
import { Awareness, applyAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { createPresence } from '../testing/create-presence.ts';
import type { Presence } from './presence.ts';

const ADA = 1;
const BEN = 2;
const hi = (clientId: number, clock: number, state: object = { at: clock }) => ({
  clientId,
  clock,
  state: JSON.stringify(state),
});
const bye = (clientId: number, clock: number) => ({ clientId, clock, state: 'null' });
const read = (message: Uint8Array | null | undefined) =>
  decodePresence(message ?? new Uint8Array([0]), { maxEntries: 100, maxStateBytes: 1_000 });
const take = (presence: Presence) => read(presence.takeChanges()?.message);

describe('presence', () => {
  it('[G7] whoever leaves is announced as gone, once', () => {
    const presence = createPresence();
    const socket = {};
    presence.hear(socket, hi(ADA, 1), false);
    take(presence);
    presence.forget(socket);
    expect(take(presence)).toEqual([bye(ADA, 2)]);
    presence.forget(socket);
    expect(presence.hasChanges).toBe(false);
    expect(presence.size).toBe(0);
  });

  it('[R10] a clock at the end of all numbers keeps nobody from being read, or from coming after it', () => {
    const presence = createPresence();
    const [ada, eve, ben] = [{}, {}, {}];
    const end = Number.MAX_SAFE_INTEGER;
    const readers = new Awareness(new Y.Doc());
    const read = (): void =>
      applyAwarenessUpdate(readers, presence.takeChanges()?.message ?? new Uint8Array([0]), null);
    presence.hear(ada, hi(ADA, 3), false);
    presence.hear(eve, hi(ADA, end), false);
    presence.hear(eve, hi(BEN, end), false);
    presence.hear(eve, hi(BEN, end, { again: true }), false);
    read();
    // What Ada's client takes for its own last clock is what readers know; it goes on from there.
    const known = (clientId: number): number => readers.meta.get(clientId)?.clock ?? 0;
    presence.hear(ada, hi(ADA, known(ADA) + 1, { back: true }), false);
    presence.hear(eve, bye(BEN, end), false);
    read();
    presence.hear(ben, hi(BEN, known(BEN) + 1, { here: true }), false);
    read();
    expect(readers.getStates().get(ADA)).toEqual({ back: true });
    expect(readers.getStates().get(BEN)).toEqual({ here: true });
    expect(known(BEN)).toBeLessThan(2 ** 49);
    readers.destroy();
  });

  it('[G7] [R10] what is repeated of somebody who has left meanwhile does not bring them back', () => {
    const presence = createPresence();
    const [ada, viewer, adaAgain] = [{}, {}, {}];
    for (const connection of [ada, viewer]) presence.enter(connection);
    presence.hear(ada, hi(ADA, 7), false);
    take(presence);
    presence.forget(ada);
    presence.hear(viewer, hi(ADA, 7), false);
    expect(take(presence)).toEqual([bye(ADA, 8)]);
    expect(presence.countOf(viewer)).toBe(0);
    // Who has come since was not told of her, and speaks for herself, at whatever clock she has.
    presence.enter(adaAgain);
    presence.hear(adaAgain, hi(ADA, 7), false);
    expect(take(presence)).toEqual([hi(ADA, 9, { at: 7 })]);
  });

  it('[R10] who hears of their own end, and is here, says so at a later clock and is back', () => {
    const presence = createPresence();
    const [old, current] = [{}, {}];
    presence.enter(old);
    presence.hear(old, hi(ADA, 7), false);
    presence.enter(current);
    presence.hear(current, hi(ADA, 7), false);
    presence.forget(old);
    expect(take(presence)).toEqual([bye(ADA, 8)]);
    presence.hear(current, hi(ADA, 9), false);
    expect(take(presence)).toEqual([hi(ADA, 9)]);
  });

  it('[R10] only the owner removes a state', () => {
    const presence = createPresence();
    const [ada, eve] = [{}, {}];
    presence.hear(ada, hi(ADA, 1), false);
    presence.hear(eve, hi(BEN, 1), false);
    take(presence);
    presence.hear(eve, bye(ADA, 5), false);
    expect(presence.hasChanges).toBe(false);
    presence.forget(eve);
    expect(take(presence)).toEqual([bye(BEN, 2)]);
  });

  it('[R10] what a client repeats of others is not news', () => {
    const presence = createPresence();
    const [ada, ben] = [{}, {}];
    presence.hear(ada, hi(ADA, 3), false);
    presence.hear(ben, hi(BEN, 1), false);
    take(presence);
    presence.hear(ben, hi(ADA, 3), false);
    presence.hear(ben, hi(ADA, 2), false);
    presence.forget(ben);
    expect(take(presence)).toEqual([bye(BEN, 2)]);
  });

  it('[G7] [R10] a viewer without a state of its own, who repeats what it hears, keeps nobody here', () => {
    const presence = createPresence();
    const [ada, viewer] = [{}, {}];
    presence.hear(ada, hi(ADA, 3), false);
    presence.hear(viewer, hi(ADA, 3), false);
    take(presence);
    presence.forget(ada);
    expect(take(presence)).toEqual([bye(ADA, 4)]);
  });

  it('[R10] a client that returns before its old socket is missed stays visible when that socket ends', () => {
    const presence = createPresence();
    const [oldSocket, newSocket] = [{}, {}];
    presence.hear(oldSocket, hi(ADA, 3), false);
    presence.hear(newSocket, hi(ADA, 3), true);
    presence.forget(oldSocket);
    expect(presence.size).toBe(1);
    expect(take(presence).at(-1)?.state).not.toBe('null');
  });

  it('[R10] [G7] one who had the document open before is told above what they claim: who saw them then knows that clock', () => {
    const presence = createPresence();
    const [ada, ben] = [{}, {}];
    presence.comesBack(ada);
    presence.hear(ada, hi(ADA, 7), true);
    presence.hear(ben, hi(BEN, 7), true);
    expect(take(presence)).toEqual([hi(ADA, 8, { at: 7 }), hi(BEN, 7)]);
    // Said before that reached her: it is news, and told above it.
    presence.hear(ada, hi(ADA, 8), false);
    expect(take(presence)).toEqual([hi(ADA, 9, { at: 8 })]);
    presence.forget(ada);
    expect(take(presence)).toEqual([bye(ADA, 10)]);
  });

  it('[R10] one who came back is told of the others at the time of day, and what these say next is told above that', () => {
    const presence = createPresence({ timeOfDay: () => 1_000 });
    const [ada, ben] = [{}, {}];
    presence.hear(ben, hi(BEN, 3), false);
    take(presence);
    presence.comesBack(ada);
    expect(presence.takeWelcome(ada)).toBeNull(); // until she has said who she is
    presence.hear(ada, hi(ADA, 7), true);
    expect(read(presence.takeWelcome(ada))).toEqual([hi(BEN, 1_000, { at: 3 })]);
    expect(presence.takeWelcome(ada)).toBeNull();
    take(presence);
    presence.hear(ben, hi(BEN, 4), false);
    expect(take(presence)).toEqual([hi(BEN, 1_001, { at: 4 })]);
  });

  it('[R10] one who says who they are before what they have is told anew once that is known', () => {
    const presence = createPresence({ timeOfDay: () => 1_000 });
    const ada = {};
    presence.hear(ada, hi(ADA, 7), true);
    expect(take(presence)).toEqual([hi(ADA, 7)]);
    presence.comesBack(ada);
    expect(take(presence)).toEqual([hi(ADA, 1_001, { at: 7 })]);
  });

  it('[R10] a client that returns after it was seen leaving is announced above that', () => {
    const reader = new Awareness(new Y.Doc());
    const presence = createPresence();
    const [oldSocket, newSocket] = [{}, {}];
    const tell = () => applyAwarenessUpdate(reader, presence.takeChanges()?.message ?? new Uint8Array([0]), null);
    presence.hear(oldSocket, hi(ADA, 3), false);
    tell();
    presence.forget(oldSocket);
    tell();
    expect(reader.getStates().has(ADA)).toBe(false);
    presence.enter(newSocket);
    presence.hear(newSocket, hi(ADA, 3), false);
    tell();
    expect(reader.getStates().has(ADA)).toBe(true);
    presence.hear(newSocket, hi(ADA, 4, { moved: true }), false);
    tell();
    expect(reader.getStates().get(ADA)).toEqual({ moved: true });
    reader.destroy();
  });

  it('[R10] what somebody repeats of their own, of what was told at a later clock than theirs, does not undo what they said since', () => {
    const presence = createPresence();
    const [old, current] = [{}, {}];
    presence.enter(old);
    presence.hear(old, hi(ADA, 7), false);
    presence.forget(old);
    take(presence);
    presence.enter(current);
    presence.hear(current, hi(ADA, 7), false);
    expect(take(presence)).toEqual([hi(ADA, 9, { at: 7 })]);
    // She moved before she heard that; her provider takes over what it hears of her, and says each of it again.
    presence.hear(current, hi(ADA, 8), false);
    expect(take(presence)).toEqual([hi(ADA, 10, { at: 8 })]);
    presence.hear(current, hi(ADA, 9, { at: 7 }), false);
    presence.hear(current, hi(ADA, 10, { at: 8 }), false);
    expect(presence.hasChanges).toBe(false);
    presence.hear(current, hi(ADA, 11), false);
    expect(take(presence)).toEqual([hi(ADA, 11)]);
  });

  it('many moves between two flushes are one entry, the last', () => {
    const presence = createPresence();
    const socket = {};
    for (let clock = 1; clock <= 50; clock += 1) presence.hear(socket, hi(ADA, clock), false);
    expect(take(presence)).toEqual([hi(ADA, 50)]);
    expect(presence.takeChanges()).toBeNull();
  });

  it('who alone said something need not hear it, unless it was changed', () => {
    const presence = createPresence();
    const [ada, ben] = [{}, {}];
    presence.hear(ada, hi(ADA, 1), false);
    presence.hear(ada, hi(ADA, 2), false);
    expect(presence.takeChanges()?.saidBy).toBe(ada);
    presence.hear(ada, hi(ADA, 3), false);
    presence.hear(ben, hi(BEN, 1), false);
    expect(presence.takeChanges()?.saidBy).toBeNull();
    presence.forget(ben);
    expect(presence.takeChanges()?.saidBy).toBeNull();
    presence.enter(ben);
    presence.hear(ben, hi(BEN, 1), false);
    expect(presence.takeChanges()?.saidBy).toBeNull(); // announced above its last clock: news to Ben too
  });

  it('[G4] clocks of people who left are forgotten beyond a number', () => {
    const presence = createPresence();
    for (let client = 0; client < 5_000; client += 1) {
      const socket = {};
      presence.hear(socket, hi(client, 7), false);
      presence.forget(socket);
      take(presence);
    }
    presence.hear({}, hi(0, 1), false);
    expect(take(presence)).toEqual([hi(0, 1)]);
  });

  const since = (presence: Presence, version: number) => {
    const message = presence.encodeSince(version);
    if (message === 'forgotten') return message;
    return message === null ? [] : decodePresence(message, { maxEntries: 10_000, maxStateBytes: 1_000 });
  };

  it('[G4] whoever was behind is told the latest of each, of those who left too, and of nobody else', () => {
    const presence = createPresence();
    const [ada, ben, eve] = [{}, {}, {}];
    presence.hear(ada, hi(ADA, 1), false);
    presence.hear(ben, hi(BEN, 1), false);
    presence.hear(eve, hi(3, 1), false);
    take(presence);
    const { version } = presence;
    for (let clock = 2; clock <= 50; clock += 1) {
      presence.hear(ada, hi(ADA, clock), false);
      take(presence);
    }
    presence.forget(ben);
    take(presence);
    expect(since(presence, version)).toEqual([hi(ADA, 50), bye(BEN, 2)]);
    expect(since(presence, presence.version)).toEqual([]);
  });

  it('[G7] says so when it no longer knows everybody who left', () => {
    const presence = createPresence();
    take(presence);
    presence.hear({}, hi(ADA, 1), false);
    take(presence);
    const { version } = presence;
    for (let clientId = 10; clientId < 2_100; clientId += 1) {
      const guest = {};
      presence.hear(guest, hi(clientId, 1), false);
      presence.forget(guest);
      take(presence);
    }
    expect(since(presence, version)).toBe('forgotten');
    expect(since(presence, presence.version - 1)).toEqual([bye(2_099, 2)]);
  });
});
