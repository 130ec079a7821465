import { decodePresence } from '@quire/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { createPresence } from '../testing/create-presence.ts';
import { KEPT_MS } from './places.ts';
import type { Presence } from './presence.ts';

const PEOPLE = 5;
/** A message is told, repeated, told to be old: after so many rounds somebody says the same for ever. */
const MOST_ROUNDS = 100;

const read = (message: Uint8Array) => decodePresence(message, { maxEntries: 1_000, maxStateBytes: 1_000 });

/** Somebody whose provider does what published ones do: it says what changes here, of whomever, and repeats what it hears. */
class Person {
  readonly awareness: Awareness;
  readonly clientId: number;
  socket: object | null = null;
  /** On the way here, and to the server, in order. */
  readonly inbox: Uint8Array[] = [];
  readonly #outbox: Uint8Array[] = [];
  readonly #presence: Presence;
  #moves = 0;
  said: object = {};

  constructor(clientId: number, presence: Presence) {
    const doc = new Y.Doc();
    doc.clientID = clientId;
    this.clientId = clientId;
    this.#presence = presence;
    this.awareness = new Awareness(doc);
    this.move(); // what is said at clock 0, as it is before anything was set, readers ignore
    this.awareness.on('update', (change: Record<'added' | 'updated' | 'removed', number[]>) => {
      const changed = [...change.added, ...change.updated, ...change.removed];
      if (this.socket !== null) this.#outbox.push(encodeAwarenessUpdate(this.awareness, changed));
    });
  }

  get isQuiet(): boolean {
    return this.inbox.length === 0 && this.#outbox.length === 0;
  }

  /** As it enters it says who it is. A socket that it had before may not have been missed yet. */
  connect(): void {
    this.disconnect();
    this.socket = {};
    this.#presence.enter(this.socket);
    this.inbox.push(this.#presence.answerQuery());
    for (const entry of read(encodeAwarenessUpdate(this.awareness, [this.clientId]))) {
      this.#presence.hear(this.socket, entry, true);
    }
  }

  /** @returns the socket, for the server to miss it */
  disconnect(): object | null {
    const { socket } = this;
    this.socket = null;
    this.inbox.length = 0;
    this.#outbox.length = 0;
    const others = [...this.awareness.getStates().keys()].filter((clientId) => clientId !== this.clientId);
    removeAwarenessStates(this.awareness, others, 'connection lost');
    // Published providers ignore whom they knew until these move again, whatever a server says: no matter of this one.
    for (const clientId of others) this.awareness.meta.delete(clientId);
    return socket;
  }

  move(): void {
    this.#moves += 1;
    this.said = { at: this.#moves };
    this.awareness.setLocalState(this.said as Record<string, unknown>);
  }

  edit(): void {
    if (this.socket !== null) this.#presence.noteEdit(this.socket);
  }

  speak(): void {
    const message = this.#outbox.shift();
    if (message === undefined || this.socket === null) return;
    for (const entry of read(message)) this.#presence.hear(this.socket, entry, false);
  }

  listen(): void {
    const message = this.inbox.shift();
    if (message !== undefined) applyAwarenessUpdate(this.awareness, message, 'remote');
  }

  /** Whom it shows besides its own. */
  get screen(): Record<number, string> {
    const others = [...this.awareness.getStates()].filter(([clientId]) => clientId !== this.clientId);
    return Object.fromEntries(others.map(([clientId, state]) => [clientId, JSON.stringify(state)]));
  }

  close(): void {
    this.awareness.destroy();
  }
}

const acts = ['connect', 'lose', 'miss', 'move', 'edit', 'speak', 'listen', 'flush', 'wait'] as const;
const step = fc.record({ act: fc.constantFrom(...acts), who: fc.nat({ max: PEOPLE - 1 }) });

function play(maxListed: number, steps: readonly { act: (typeof acts)[number]; who: number }[]): void {
  let now = 0;
  const presence = createPresence({ maxListed, now: () => now });
  const people = Array.from({ length: PEOPLE }, (_, index) => new Person(index + 1, presence));
  const lost: object[] = [];
  const lose = (person: Person): void => {
    const socket = person.disconnect();
    if (socket !== null) lost.push(socket);
  };
  const flush = (): void => {
    const { message = null, saidBy = null } = presence.takeChanges() ?? {};
    if (message === null) return;
    for (const { inbox, socket } of people) if (socket !== null && socket !== saidBy) inbox.push(message);
  };
  const doStep = (act: (typeof acts)[number], person: Person): void => {
    switch (act) {
      case 'connect':
        lose(person);
        person.connect();
        return;
      case 'lose':
        lose(person);
        return;
      case 'miss': {
        const socket = lost.shift();
        if (socket !== undefined) presence.forget(socket);
        return;
      }
      case 'move':
      case 'edit':
      case 'speak':
      case 'listen':
        person[act]();
        return;
      case 'flush':
        flush();
        return;
      case 'wait':
        now += KEPT_MS;
        return;
      default:
        act satisfies never;
    }
  };
  try {
    for (const person of people) person.connect();
    for (const { act, who } of steps) doStep(act, people[who] as Person);
    for (const socket of lost) presence.forget(socket);
    let rounds = 0;
    for (; rounds < MOST_ROUNDS && (presence.hasChanges || people.some((one) => !one.isQuiet)); rounds += 1) {
      flush();
      for (const person of people) person.listen();
      for (const person of people) person.speak();
    }
    expect(rounds, 'nobody comes to rest').toBeLessThan(MOST_ROUNDS);
    const listed = read(presence.answerQuery());
    const here = people.filter(({ socket }) => socket !== null);
    expect(listed.length).toBe(Math.min(maxListed, here.length));
    for (const person of here) {
      const others = listed.filter(({ clientId }) => clientId !== person.clientId);
      expect(person.screen).toEqual(Object.fromEntries(others.map(({ clientId, state }) => [clientId, state])));
      // Who lost their place on the way in may have been told an older state of themself, and is told no later one.
      if (listed.some(({ clientId }) => clientId === person.clientId)) {
        expect(person.awareness.getLocalState()).toEqual(person.said);
      }
    }
  } finally {
    for (const person of people) person.close();
  }
}

it.each([0, 1, 2, PEOPLE])(
  '[G7] [R10] whoever comes, goes, moves and edits, all screens end with who is listed: %i of five',
  (maxListed) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => play(maxListed, steps)),
      { numRuns: 300 },
    );
  },
);
