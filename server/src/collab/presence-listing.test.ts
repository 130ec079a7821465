import { decodePresence } from '@quire/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { createPresence } from '../testing/create-presence.ts';
import { KEPT_MS } from './places.ts';
import type { Presence } from './presence.ts';

const [ADA, BEN, EVE] = [1, 2, 3];
const hi = (clientId: number, clock: number, state: object = { at: clock }) => ({
  clientId,
  clock,
  state: JSON.stringify(state),
});
const bye = (clientId: number, clock: number) => ({ clientId, clock, state: 'null' });
const read = (message: Uint8Array | null | undefined) =>
  decodePresence(message ?? new Uint8Array([0]), { maxEntries: 1_000, maxStateBytes: 1_000 });
const take = (presence: Presence) => read(presence.takeChanges()?.message);

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** Somebody's awareness, as every published provider has one. */
function openAwareness(clientId: number): Awareness {
  const doc = new Y.Doc();
  doc.clientID = clientId;
  const awareness = new Awareness(doc);
  ends.push(() => awareness.destroy());
  return awareness;
}

/** A document that lists so many, and people who came in this order and moved once. */
function stage(maxListed: number, ...people: readonly number[]) {
  const clock = { now: 0 };
  const presence = createPresence({ maxListed, now: () => clock.now });
  const sockets = new Map(people.map((clientId) => [clientId, { clientId }]));
  const socketOf = (clientId: number): object => sockets.get(clientId) ?? {};
  for (const clientId of people) {
    presence.enter(socketOf(clientId));
    presence.hear(socketOf(clientId), hi(clientId, 1), false);
  }
  return { presence, clock, socketOf };
}

describe('of more people than a document lists', () => {
  it('the first are told to everybody, and of the others how many they are', () => {
    const { presence } = stage(2, ADA, BEN, EVE, 4);
    const changes = presence.takeChanges();
    expect(read(changes?.message)).toEqual([hi(ADA, 1), hi(BEN, 1)]);
    expect(changes?.viewers).toEqual({ count: 2, listed: 2 });
    expect(read(presence.answerQuery())).toEqual([hi(ADA, 1), hi(BEN, 1)]);
    expect(presence.size).toBe(4);
  });

  it('[G4] those who are counted move, come and go without a message', () => {
    const { presence, socketOf } = stage(1, ADA, BEN, EVE);
    take(presence);
    for (let clock = 2; clock <= 50; clock += 1) presence.hear(socketOf(BEN), hi(BEN, clock), false);
    presence.forget(socketOf(EVE));
    expect(presence.hasChanges).toBe(false);
    expect(presence.takeChanges()).toBeNull();
    expect(presence.remembered).toBe(1);
  });

  it('[G7] a place that becomes free goes to who has waited longest, as they are by then', () => {
    const { presence, socketOf } = stage(1, ADA, BEN, EVE);
    take(presence);
    presence.hear(socketOf(BEN), hi(BEN, 7), false);
    presence.forget(socketOf(ADA));
    expect(take(presence)).toEqual([bye(ADA, 2), hi(BEN, 7)]);
  });

  it('of a crowd that leaves in one moment nobody is shown on the way out', () => {
    const crowd = Array.from({ length: 100 }, (_, index) => 10 + index);
    const { presence, socketOf } = stage(1, ...crowd, ADA);
    take(presence);
    for (const person of crowd) presence.forget(socketOf(person));
    expect(take(presence)).toEqual([bye(10, 2), hi(ADA, 1)]);
  });

  it('[G7] [R10] who begins to edit is shown, and who makes room leaves the screens and returns above that', () => {
    const { presence, clock, socketOf } = stage(1, ADA, BEN);
    const reader = openAwareness(99);
    const tell = () => applyAwarenessUpdate(reader, presence.takeChanges()?.message ?? new Uint8Array([0]), null);
    const shown = (): number[] => [...reader.getStates().keys()].filter((clientId) => clientId !== 99);
    tell();
    expect(shown()).toEqual([ADA]);
    presence.noteEdit(socketOf(BEN));
    tell();
    expect(shown()).toEqual([BEN]);
    clock.now += KEPT_MS;
    // The same state, at the clock that Ada's client has, which readers heard before they heard that she is gone.
    presence.noteEdit(socketOf(ADA));
    tell();
    expect(shown()).toEqual([ADA]);
    expect(reader.getStates().get(ADA)).toEqual({ at: 1 });
    presence.hear(socketOf(ADA), hi(ADA, 4, { moved: true }), false);
    tell();
    expect(reader.getStates().get(ADA)).toEqual({ moved: true });
  });

  it('everybody keeps seeing themselves: who loses their place says so again, which is told to nobody', () => {
    const { presence, socketOf } = stage(1, ADA, BEN);
    const ada = openAwareness(ADA);
    ada.setLocalState({ at: 1 });
    const said: Uint8Array[] = [];
    ada.on('update', ({ removed, updated }: { removed: number[]; updated: number[] }) => {
      said.push(encodeAwarenessUpdate(ada, [...removed, ...updated]));
    });
    take(presence);
    presence.noteEdit(socketOf(BEN));
    applyAwarenessUpdate(ada, presence.takeChanges()?.message ?? new Uint8Array([0]), null);
    expect(ada.getLocalState()).toEqual({ at: 1 });
    for (const entry of said.flatMap(read)) presence.hear(socketOf(ADA), entry, false);
    expect(said.length).toBeGreaterThan(0);
    expect(presence.hasChanges).toBe(false);
  });

  it('[R10] what is repeated of somebody who lost their place neither brings them back nor takes them over', () => {
    const { presence, socketOf } = stage(1, ADA, BEN);
    take(presence);
    presence.noteEdit(socketOf(BEN));
    expect(take(presence)).toEqual([bye(ADA, 2), hi(BEN, 1)]);
    presence.hear(socketOf(BEN), hi(ADA, 1), false);
    presence.hear(socketOf(BEN), bye(ADA, 2), false);
    expect(presence.ownerOf(ADA)).toBe(socketOf(ADA));
    expect(presence.hasChanges).toBe(false);
    // And when they have left as well.
    presence.forget(socketOf(ADA));
    presence.hear(socketOf(BEN), hi(ADA, 1), false);
    expect(presence.size).toBe(1);
  });

  it('[R10] who is counted and returns on another socket before the old one is missed stays counted when that ends', () => {
    const { presence, socketOf } = stage(1, BEN, ADA);
    const current = {};
    take(presence);
    presence.enter(current);
    presence.hear(current, hi(ADA, 1), true);
    expect(presence.ownerOf(ADA)).toBe(current);
    presence.forget(socketOf(ADA));
    expect(presence.size).toBe(2);
    presence.forget(socketOf(BEN));
    expect(take(presence)).toEqual([bye(BEN, 2), hi(ADA, 1)]);
  });

  it('[R10] nobody is kept from their own state by a clock that somebody claimed while it was told to nobody', () => {
    const { presence, socketOf } = stage(1, BEN, ADA);
    const mallory = {};
    presence.enter(mallory);
    presence.hear(mallory, hi(ADA, 2 ** 40, { forged: true }), false);
    presence.hear(socketOf(ADA), hi(ADA, 2), false);
    expect(presence.ownerOf(ADA)).toBe(socketOf(ADA));
  });

  it('who may only look on makes room for who may edit', () => {
    const readers = new Set<object>();
    const presence = createPresence({ maxListed: 1, mayEdit: (owner) => !readers.has(owner) });
    const [reader, editor] = [{}, {}];
    readers.add(reader);
    presence.hear(reader, hi(ADA, 1), false);
    expect(take(presence)).toEqual([hi(ADA, 1)]);
    presence.hear(editor, hi(BEN, 1), false);
    expect(take(presence)).toEqual([bye(ADA, 2), hi(BEN, 1)]);
  });

  it('it is counted how many are shown in either way, until they leave', () => {
    const people = { listed: 0, counted: 0 };
    const count = {
      add(shown: 'listed' | 'counted', amount: number): void {
        people[shown] += amount;
      },
    };
    const presence = createPresence({ maxListed: 2, count });
    const sockets = [ADA, BEN, EVE].map((clientId) => ({ clientId }));
    for (const socket of sockets) presence.hear(socket, hi(socket.clientId, 1), false);
    expect(people).toEqual({ listed: 2, counted: 1 });
    presence.forget(sockets[0] ?? {});
    take(presence);
    expect(people).toEqual({ listed: 2, counted: 0 });
    for (const socket of sockets) presence.forget(socket);
    expect(people).toEqual({ listed: 0, counted: 0 });
  });
});

it('[R10] who gets a place after somebody came back is told above what that one may know of them', () => {
  const presence = createPresence({ maxListed: 1, timeOfDay: () => 1_000 });
  const [ada, ben, eve] = [{}, {}, {}];
  presence.hear(ada, hi(ADA, 1), false);
  presence.hear(ben, hi(BEN, 1), false);
  take(presence);
  presence.comesBack(eve);
  presence.forget(ada);
  expect(take(presence)).toContainEqual(hi(BEN, 1_001, { at: 1 }));
});
