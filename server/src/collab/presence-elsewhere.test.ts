import { decodePresence } from '@quire/protocol';
import { describe, expect, it } from 'vitest';
import { createPresence } from '../testing/create-presence.ts';
import type { Presence, PresenceOptions } from './presence.ts';
import { UNSEEN_EVERY_MS } from './presence-outward.ts';
import { decodeTold, type ToldPerson } from './presence-told.ts';

const [ADA, BEN, EVE] = [1, 2, 3];
const [NORTH, SOUTH] = ['north', 'south'];
const hi = (clientId: number, clock: number, state: object = { at: clock }) => ({
  clientId,
  clock,
  state: JSON.stringify(state),
});
const bye = (clientId: number, clock: number) => ({ clientId, clock, state: 'null' });
const there = (
  clientId: number,
  clock: number,
  more: Partial<Extract<ToldPerson, { kind: 'here' }>> = {},
): ToldPerson => {
  return { kind: 'here', ...hi(clientId, clock), user: '', mayEdit: true, editedMsAgo: null, ...more };
};
const left = (clientId: number, clock = 0): ToldPerson => ({ kind: 'left', clientId, clock });
const read = (message: Uint8Array | null | undefined) =>
  decodePresence(message ?? new Uint8Array([0]), { maxEntries: 1_000, maxStateBytes: 1_000 });
const take = (presence: Presence) => read(presence.takeChanges()?.message);
const tells = (message: Uint8Array | null) => (message === null ? null : decodeTold(message, 1_000));
const hear = (presence: Presence, node: string, ...people: ToldPerson[]): void =>
  presence.hearElsewhere(node, { people, counted: 0 }, false);

/** A presence of which others are told. */
function stage(options: Partial<PresenceOptions> = {}) {
  const presence = createPresence(options);
  presence.takeAllForOthers();
  const enter = (clientId: number): object => {
    const socket = { clientId };
    presence.enter(socket);
    presence.hear(socket, hi(clientId, 1), true);
    return socket;
  };
  return { presence, enter };
}

describe('people of other nodes', () => {
  it('[G7] are shown like ours, and leave when their node says so', () => {
    const { presence } = stage();
    hear(presence, NORTH, there(ADA, 7));
    expect(take(presence)).toEqual([hi(ADA, 7)]);
    hear(presence, NORTH, left(ADA));
    expect(take(presence)).toEqual([bye(ADA, 8)]);
    expect(presence.size).toBe(0);
  });

  it('are told to nobody but our own connections', () => {
    const { presence, enter } = stage();
    hear(presence, NORTH, there(ADA, 7));
    expect(presence.takeChangesForOthers()).toBeNull();
    enter(BEN);
    expect(tells(presence.takeChangesForOthers())?.people).toEqual([there(BEN, 1)]);
    expect(tells(presence.takeAllForOthers())?.people).toEqual([there(BEN, 1)]);
  });

  it('[R10] only their node removes them: not another, nor a connection here', () => {
    const { presence } = stage();
    const socket = {};
    presence.enter(socket);
    hear(presence, NORTH, there(ADA, 7));
    take(presence);
    hear(presence, SOUTH, left(ADA));
    presence.hear(socket, bye(ADA, 9), false);
    presence.loseNode(SOUTH);
    presence.forget(socket);
    expect(presence.hasChanges).toBe(false);
    expect(presence.size).toBe(1);
  });

  it('[G7] all leave with a node that is lost, above the last clock, and nobody else', () => {
    const { presence, enter } = stage();
    enter(EVE);
    hear(presence, NORTH, there(ADA, 7));
    hear(presence, SOUTH, there(BEN, 4));
    take(presence);
    presence.loseNode(NORTH);
    expect(take(presence)).toEqual([bye(ADA, 8)]);
    expect(presence.size).toBe(2);
  });

  it('[G7] who is not in what a node says of everybody has left, and who is unchanged is no news', () => {
    const { presence } = stage();
    hear(presence, NORTH, there(ADA, 7), there(BEN, 4));
    take(presence);
    presence.hearElsewhere(NORTH, { people: [there(ADA, 7)], counted: 0 }, true);
    expect(take(presence)).toEqual([bye(BEN, 5)]);
    presence.hearElsewhere(NORTH, { people: [there(ADA, 7)], counted: 0 }, true);
    expect(presence.hasChanges).toBe(false);
  });

  it('[R10] what a provider repeats of them is not news, nor does it make them ours', () => {
    const { presence, enter } = stage();
    const viewer = enter(BEN);
    hear(presence, NORTH, there(ADA, 7));
    take(presence);
    presence.takeChangesForOthers();
    presence.hear(viewer, hi(ADA, 7), false);
    expect(presence.hasChanges).toBe(false);
    hear(presence, NORTH, left(ADA));
    presence.hear(viewer, hi(ADA, 7), false);
    expect(take(presence)).toEqual([bye(ADA, 8)]);
    expect(presence.takeChangesForOthers()).toBeNull();
  });

  it('[R10] one who comes here stays visible when the old node misses their connection, and is told above it', () => {
    const { presence } = stage();
    const socket = {};
    hear(presence, NORTH, there(ADA, 7));
    take(presence);
    presence.enter(socket);
    presence.hear(socket, hi(ADA, 7), true);
    expect(take(presence)).toEqual([hi(ADA, 8, { at: 7 })]);
    expect(tells(presence.takeChangesForOthers())?.people).toEqual([there(ADA, 8, { state: '{"at":7}' })]);
    hear(presence, NORTH, left(ADA));
    expect(presence.hasChanges).toBe(false);
    expect(presence.size).toBe(1);
  });

  it('[R10] one who comes here after the old node has missed them is told above that', () => {
    const { presence } = stage();
    const socket = {};
    hear(presence, NORTH, there(ADA, 7));
    take(presence);
    hear(presence, NORTH, left(ADA));
    expect(take(presence)).toEqual([bye(ADA, 8)]);
    presence.enter(socket);
    presence.hear(socket, hi(ADA, 7), true);
    expect(take(presence)).toEqual([hi(ADA, 9, { at: 7 })]);
  });

  it('[R10] one who comes from there with something new keeps it, though it is told and repeats what was known here of them', () => {
    const { presence } = stage({ timeOfDay: () => 1_000 });
    hear(presence, NORTH, there(ADA, 900, { state: '{"at":2}' }));
    take(presence);
    const socket = {};
    presence.enter(socket);
    presence.comesBack(socket);
    const [told] = read(presence.answerQuery());
    expect(told).toEqual(hi(ADA, 900, { at: 2 }));
    presence.hear(socket, hi(ADA, 3), true);
    expect(take(presence)).toEqual([hi(ADA, 1_001, { at: 3 })]);
    // As providers do with what they hear, be it of themselves.
    presence.hear(socket, hi(ADA, 900, { at: 2 }), false);
    expect(take(presence)).toEqual([]);
  });

  it('[R10] a removal there and an announcement elsewhere leave the same behind, in either order', () => {
    for (const isRemovedFirst of [false, true]) {
      const { presence } = stage();
      hear(presence, NORTH, there(ADA, 7));
      take(presence);
      const crossing = [() => hear(presence, NORTH, left(ADA)), () => hear(presence, SOUTH, there(ADA, 8))];
      for (const arrive of isRemovedFirst ? crossing : crossing.reverse()) arrive();
      const last = take(presence).at(-1);
      expect([last?.clientId, last?.state]).toEqual([ADA, '{"at":8}']);
      expect(last?.clock).toBeGreaterThanOrEqual(8);
      expect(presence.size).toBe(1);
    }
  });

  it('[R10] one who is told as gone elsewhere is announced above that by whom they are here, to all', () => {
    for (const isKnown of [false, true]) {
      const { presence } = stage();
      const socket = {};
      if (isKnown) hear(presence, NORTH, there(ADA, 7));
      presence.enter(socket);
      presence.hear(socket, hi(ADA, 7), true);
      take(presence);
      presence.takeChangesForOthers();
      hear(presence, NORTH, left(ADA, 8));
      expect(take(presence)).toEqual([hi(ADA, 9, { at: 7 })]);
      expect(tells(presence.takeChangesForOthers())?.people).toEqual([there(ADA, 9, { state: '{"at":7}' })]);
      hear(presence, NORTH, left(ADA, 8));
      expect(presence.hasChanges).toBe(false);
    }
  });

  it('[R10] one who has moved on from here is shown as they are there, and stays when the socket here ends', () => {
    const { presence, enter } = stage();
    const socket = enter(ADA);
    take(presence);
    hear(presence, NORTH, there(ADA, 5));
    expect(take(presence)).toEqual([hi(ADA, 5)]);
    presence.forget(socket);
    expect(presence.hasChanges).toBe(true); // for other nodes
    expect(take(presence)).toEqual([]);
    expect(tells(presence.takeChangesForOthers())?.people).toEqual([left(ADA, 5)]);
    expect(presence.size).toBe(1);
  });

  it('[R10] and who is still here when that node takes it back is shown again, above what was told', () => {
    const { presence, enter } = stage();
    enter(ADA);
    hear(presence, NORTH, there(ADA, 5));
    take(presence);
    hear(presence, NORTH, left(ADA));
    expect(take(presence)).toEqual([hi(ADA, 6, { at: 1 })]);
  });

  it('[G6] a node that lets in somebody else as the same client puts nobody out', () => {
    const { presence } = stage();
    hear(presence, NORTH, there(ADA, 7, { user: 'ada' }));
    hear(presence, SOUTH, there(ADA, 1_000, { user: 'eve' }));
    expect(take(presence)).toEqual([hi(ADA, 7)]);
    expect(presence.userOf(ADA)).toBe('ada');
    hear(presence, NORTH, left(ADA));
    expect(presence.userOf(ADA)).toBe('eve');
  });

  it('[R10] a clock at the end of all numbers keeps nobody from coming after it', () => {
    const { presence } = stage();
    const socket = {};
    hear(presence, NORTH, there(ADA, Number.MAX_SAFE_INTEGER));
    const told = take(presence).at(-1)?.clock ?? 0;
    presence.enter(socket);
    presence.hear(socket, hi(ADA, told, { here: true }), true);
    const back = take(presence).at(-1);
    expect(back?.state).toBe('{"here":true}');
    expect(Number.isSafeInteger(back?.clock)).toBe(true);
    expect(Number.isSafeInteger(tells(presence.takeChangesForOthers())?.counted)).toBe(true);
  });

  it('many moves between two flushes are one word to other nodes, the last', () => {
    const { presence, enter } = stage();
    const socket = enter(ADA);
    presence.takeChangesForOthers();
    for (let clock = 2; clock <= 50; clock += 1) presence.hear(socket, hi(ADA, clock), false);
    expect(tells(presence.takeChangesForOthers())?.people).toEqual([there(ADA, 50)]);
    expect(presence.takeChangesForOthers()).toBeNull();
  });
});

describe('of more people than a document lists, on several nodes', () => {
  it('who may edit goes before who looks on, wherever they are, and all are counted', () => {
    const readers = new Set<object>();
    const { presence } = stage({ maxListed: 1, mayEdit: (owner) => !readers.has(owner) });
    const reader = {};
    readers.add(reader);
    presence.hear(reader, hi(ADA, 1), false);
    hear(presence, NORTH, there(BEN, 1, { mayEdit: false }));
    take(presence);
    hear(presence, SOUTH, there(EVE, 1));
    const changes = presence.takeChanges();
    expect(read(changes?.message)).toEqual([bye(ADA, 2), hi(EVE, 1)]);
    expect(presence.viewers.forNewcomer()).toEqual({ count: 2, listed: 1 });
  });

  it('[G4] other nodes are told of as many as can be listed, and how many the others are', () => {
    const { presence, enter } = stage({ maxListed: 2 });
    for (let clientId = 1; clientId <= 5; clientId += 1) enter(clientId);
    const told = tells(presence.takeChangesForOthers());
    expect(told?.people.map(({ clientId }) => clientId)).toEqual([1, 2]);
    expect(told?.counted).toBe(3);
  });

  it('[G4] of a node that tells of more than can be listed the first are heard', () => {
    const { presence } = stage({ maxListed: 2 });
    hear(presence, NORTH, ...Array.from({ length: 50 }, (_, index) => there(index, 1)));
    expect(presence.size).toBe(2);
  });

  it('[G7] who is told of in place of somebody has their room, in whatever order that is said', () => {
    for (const isWhole of [false, true]) {
      const { presence } = stage({ maxListed: 1 });
      hear(presence, NORTH, there(ADA, 1));
      const people = isWhole ? [there(BEN, 1)] : [there(BEN, 1), left(ADA)];
      presence.hearElsewhere(NORTH, { people, counted: 0 }, isWhole);
      expect([presence.userOf(ADA), presence.userOf(BEN)]).toEqual([null, '']);
    }
  });

  it('those who are only counted by another node are counted here, until it is lost', () => {
    const { presence } = stage({ maxListed: 1 });
    presence.hearElsewhere(NORTH, { people: [there(ADA, 1)], counted: 41 }, true);
    expect(presence.takeChanges()?.viewers).toEqual({ count: 41, listed: 1 });
    presence.loseNode(NORTH);
    expect(presence.viewers.forNewcomer()).toEqual({ count: 0, listed: 0 });
  });

  it('[G7] who gets the place of somebody who left is told to other nodes with that', () => {
    const { presence, enter } = stage({ maxListed: 1 });
    const ada = enter(ADA);
    enter(BEN);
    presence.takeChangesForOthers();
    presence.forget(ada);
    take(presence);
    expect(tells(presence.takeChangesForOthers())).toEqual({ people: [left(ADA, 2), there(BEN, 1)], counted: 0 });
  });

  it('who begins to edit elsewhere is shown here', () => {
    const clock = { now: 50_000 };
    const { presence, enter } = stage({ maxListed: 1, now: () => clock.now });
    enter(ADA);
    hear(presence, NORTH, there(BEN, 1));
    take(presence);
    hear(presence, NORTH, there(BEN, 1, { editedMsAgo: 10 }));
    expect(take(presence)).toEqual([bye(ADA, 2), hi(BEN, 1)]);
  });

  it('[G4] who is counted here is told to other nodes as they move, once a second', () => {
    const clock = { now: 0 };
    const { presence, enter } = stage({ maxListed: 1, now: () => clock.now });
    hear(presence, NORTH, there(ADA, 1));
    take(presence);
    const ben = enter(BEN);
    take(presence);
    expect(tells(presence.takeChangesForOthers())?.people).toEqual([there(BEN, 1)]);
    presence.hear(ben, hi(BEN, 2), false);
    expect([presence.hasChanges, presence.dueInMs]).toEqual([false, UNSEEN_EVERY_MS]);
    clock.now += UNSEEN_EVERY_MS;
    expect(presence.hasChanges).toBe(true);
    expect(tells(presence.takeChangesForOthers())?.people).toEqual([there(BEN, 2)]);
    expect(presence.dueInMs).toBeNull();
  });

  it('each is counted by the node that they are here by, once', () => {
    const people = { listed: 0, counted: 0 };
    const count = {
      add(shown: 'listed' | 'counted', amount: number): void {
        people[shown] += amount;
      },
    };
    const { presence, enter } = stage({ maxListed: 2, count });
    hear(presence, NORTH, there(ADA, 1));
    const ben = enter(BEN);
    enter(EVE);
    expect(people).toEqual({ listed: 1, counted: 1 });
    presence.loseNode(NORTH);
    take(presence);
    expect(people).toEqual({ listed: 2, counted: 0 });
    hear(presence, NORTH, there(BEN, 9));
    expect(people).toEqual({ listed: 2, counted: 0 });
    presence.forget(ben);
    expect(people).toEqual({ listed: 1, counted: 0 });
  });

  it('[G4] nothing is noted for other nodes while none has the document open', () => {
    const { presence, enter } = stage();
    presence.stopTellingOthers();
    enter(ADA);
    take(presence);
    expect(presence.hasChanges).toBe(false);
    expect(tells(presence.takeChangesForOthers())?.people).toEqual([there(ADA, 1)]); // everybody, to begin with
  });
});
