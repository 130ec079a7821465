import { MemoryStore } from '@quire/persistence';
import {
  type ClientFrame,
  closeCodes,
  decodePresence,
  encodePresence,
  type PresenceEntry,
  type ServerFrame,
} from '@quire/protocol';
import { createRandom, inventSeed, type Random, until } from '@quire/testing';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import * as Y from 'yjs';

import { systemClock } from '../clock.ts';
import { FakePort } from '../testing/fake-port.ts';
import { openGuard } from '../testing/open-guard.ts';
import { testLimits } from '../testing/start-gateway.ts';
import type { CollabSession } from './collab-session.ts';
import { type Collaboration, createCollaboration } from './collaboration.ts';

const KIB = 1024;
const PEOPLE = 5;
const STEPS = 400;
/** A line that stops takes so much more. */
const LAST_BYTES = 4 * KIB;

const origin = { remoteAddress: '127.0.0.1', url: new URL('http://localhost/collab'), headers: new Headers() };

/** What a run must have seen to say anything. */
interface Tally {
  fellBehind: number;
  caughtUp: number;
  cutOff: number;
  askedWhileBehind: number;
}

/** Somebody with a provider's habits and a line that a test stops and lets go. */
class Client {
  readonly doc = new Y.Doc();
  readonly people = new Map<number, { readonly clock: number; readonly state: string }>();
  /** As a provider counts: 1 from its step 1 on, one more for each edit, one less for each receipt. */
  unsaved = 0;
  readonly #collaboration: Collaboration;
  readonly #tally: Tally;
  #port = new FakePort();
  #session: CollabSession | null = null;
  #asks = false;
  #clock = 0;
  #wasBehind = false;

  constructor(collaboration: Collaboration, tally: Tally) {
    this.#collaboration = collaboration;
    this.#tally = tally;
    this.doc.on('update', (update: Uint8Array, from: unknown) => {
      if (from === this) return;
      this.unsaved += 1;
      this.#say({ kind: 'update', update });
    });
    this.connect();
  }

  connect(): void {
    this.#port = new FakePort();
    this.#session = this.#collaboration.openSession(this.#port, origin);
    this.#say({ kind: 'token', token: '', providerVersion: null });
    this.ask();
    this.show();
  }

  /** A handshake, unless one is under way. */
  ask(): void {
    this.read();
    if (this.#asks && this.#port.isOpen) return;
    if (this.#port.isBehind) this.#tally.askedWhileBehind += 1;
    this.#asks = true;
    this.unsaved = 1;
    this.#say({ kind: 'step-1', stateVector: Y.encodeStateVector(this.doc) });
  }

  show(): void {
    this.#clock += 1;
    const state = JSON.stringify({ at: this.#clock });
    this.people.set(this.doc.clientID, { clock: this.#clock, state });
    const presence = encodePresence([{ clientId: this.doc.clientID, clock: this.#clock, state }]);
    this.#say({ kind: 'presence', presence });
  }

  stopLine(): void {
    this.#port.takesBytes = LAST_BYTES;
  }

  /** The line takes all that it was given, and goes on to take everything, or only a little. */
  drain(andRuns: boolean): void {
    const wasBehind = this.#port.isBehind;
    this.#port.takesBytes = andRuns ? Number.POSITIVE_INFINITY : LAST_BYTES;
    this.#port.isBehind = false;
    if (!wasBehind) return;
    this.#session?.catchUp();
    if (!this.#port.isBehind) this.#tally.caughtUp += 1;
  }

  /** Reads what has arrived; who was closed comes back. */
  read(): void {
    if (this.#port.isBehind && !this.#wasBehind) this.#tally.fellBehind += 1;
    this.#wasBehind = this.#port.isBehind;
    for (const frame of this.#port.takeFrames()) this.#hear(frame);
    if (this.#port.isOpen) return;
    expect(this.#port.closedWith).toBe(closeCodes.slowReader);
    this.#tally.cutOff += 1;
    this.#session?.end(closeCodes.slowReader.code, '');
    this.#asks = false;
    this.connect();
  }

  #say(frame: ClientFrame): void {
    if (this.#port.isOpen) this.#session?.receive('plan', frame, null);
  }

  #hear(frame: ServerFrame): void {
    switch (frame.kind) {
      case 'step-1':
        this.#say({ kind: 'step-2', update: Y.encodeStateAsUpdate(this.doc, frame.stateVector) });
        return;
      case 'step-2':
        this.#asks = false;
        Y.applyUpdate(this.doc, frame.update, this);
        return;
      case 'update':
        Y.applyUpdate(this.doc, frame.update, this);
        return;
      case 'presence':
        for (const entry of decodePresence(frame.presence, { maxEntries: 1000, maxStateBytes: KIB })) this.#see(entry);
        return;
      case 'receipt':
        this.unsaved -= 1;
        expect(this.unsaved, 'more receipts than edits').toBeGreaterThanOrEqual(0);
        return;
      default:
        return;
    }
  }

  /** As y-protocols does. */
  #see({ clientId, clock, state }: PresenceEntry): void {
    if (clientId === this.doc.clientID) return;
    const known = this.people.get(clientId);
    if (known === undefined || clock > known.clock || (clock === known.clock && state === 'null')) {
      this.people.set(clientId, { clock, state });
    }
  }
}

function edit(doc: Y.Doc, random: Random): void {
  const text = doc.getText('body');
  if (random.oneIn(3) && text.length > 0) {
    const at = random.below(text.length);
    text.delete(at, Math.min(text.length - at, 1 + random.below(2 * KIB)));
    return;
  }
  const length = random.oneIn(10) ? random.below(20 * KIB) : 1 + random.below(50);
  text.insert(random.below(text.length + 1), 'x'.repeat(length));
}

function act(client: Client, random: Random): void {
  const die = random.below(20);
  if (die < 8) edit(client.doc, random);
  else if (die < 11) client.show();
  else if (die < 13) client.stopLine();
  else if (die < 15) client.drain(random.oneIn(2));
  else if (die < 16) client.ask();
  else client.read();
}

const present = (client: Client): Record<number, string> =>
  Object.fromEntries(
    [...client.people].filter(([, { state }]) => state !== 'null').map(([id, { state }]) => [id, state]),
  );

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function play(seed: number, maxRingBytesPerDocument: number): Promise<Tally> {
  const random = createRandom(seed);
  const store = new MemoryStore();
  const collaboration = createCollaboration({
    store,
    guard: openGuard,
    log: pino({ level: 'silent' }),
    clock: systemClock,
    limits: { ...testLimits, maxRingBytesPerDocument },
    maxJournalQueueBytes: 1024 * KIB,
    extensions: [],
  });
  const tally = { fellBehind: 0, caughtUp: 0, cutOff: 0, askedWhileBehind: 0 };
  const clients = Array.from({ length: PEOPLE }, () => new Client(collaboration, tally));
  for (let step = 0; step < STEPS; step += 1) {
    act(random.pick(clients), random);
    if (random.oneIn(3)) await turn();
  }
  const newcomer = new Client(collaboration, tally);
  const everybody = [...clients, newcomer];
  const areEqual = (): boolean => {
    for (const client of everybody) {
      client.drain(true);
      client.read();
    }
    const state = JSON.stringify([...Y.encodeStateVector(newcomer.doc)]);
    return everybody.every(
      (client) =>
        client.unsaved === 0 &&
        JSON.stringify([...Y.encodeStateVector(client.doc)]) === state &&
        client.doc.getText('body').toString() === newcomer.doc.getText('body').toString() &&
        JSON.stringify(present(client)) === JSON.stringify(present(newcomer)),
    );
  };
  await until(areEqual, { what: () => `seed ${seed}: ${JSON.stringify(everybody.map(describeClient))}` });
  expect(collaboration.ringBytes).toBe(0);
  expect(newcomer.doc.getText('body').length).toBeGreaterThan(0);
  await collaboration.close();
  await store.close();
  return tally;
}

const describeClient = (client: Client): object => ({
  unsaved: client.unsaved,
  length: client.doc.getText('body').length,
  people: present(client),
});

it('[G2] lines that stop and go on, in whatever order: everybody ends with the same text and people, all of it saved', async () => {
  const seen: Tally = { fellBehind: 0, caughtUp: 0, cutOff: 0, askedWhileBehind: 0 };
  const first = inventSeed();
  for (let run = 0; run < 20; run += 1) {
    const tally = await play((first + run) >>> 0, run % 2 === 0 ? 1024 * KIB : 24 * KIB);
    for (const key of Object.keys(seen) as (keyof Tally)[]) seen[key] += tally[key];
  }
  for (const [what, times] of Object.entries(seen)) expect(times, `${what}, from seed ${first} on`).toBeGreaterThan(5);
}, 60_000);
