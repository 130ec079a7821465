import { closeCodes, encodeYWebsocketFrame, parseAddress, readViewers } from '@quire/protocol';
import { describe, expect, it } from 'vitest';
import { createPresence } from '../testing/create-presence.ts';
import { FakePort } from '../testing/fake-port.ts';
import { Audience } from './audience.ts';
import { sendToAll } from './broadcast.ts';
import type { RingBudget } from './broadcast-ring.ts';
import { DocumentConnection } from './document-connection.ts';
import type { DueReceipts } from './receipt-ledger.ts';
import { Stragglers } from './stragglers.ts';
import { COUNT_EVERY_MS, encodeViewers } from './viewer-count.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** The counts of viewers among what a socket was sent since it was last looked at. */
const readCounts = (port: FakePort): (number | undefined)[] =>
  port.takeFrames().flatMap((frame) => (frame.kind === 'stateless' ? readViewers(frame.payload)?.count : []));

const takeKinds = (port: FakePort): string[] => port.takeFrames().map(({ kind }) => kind);

function stage({ maxRingBytes = MIB, connections = 1, maxListed = Number.POSITIVE_INFINITY } = {}) {
  let now = 0;
  const presence = createPresence({ maxListed, now: () => now });
  const budget: RingBudget = { bytes: 0, maxBytes: 64 * MIB };
  const sent: DueReceipts[] = [];
  const stragglers = new Stragglers(presence, maxRingBytes, budget, (receipts) => sent.push(receipts));
  const audience = new Audience();
  const open = (): { port: FakePort; connection: DocumentConnection } => {
    const port = new FakePort();
    const connection = new DocumentConnection(port, parseAddress('plan'), {
      endConnection() {},
      countWaiting() {},
      renewGrant() {},
    });
    audience.add(connection);
    return { port, connection };
  };
  const people = Array.from({ length: connections }, open);
  const flush = (bytes = KIB): void => {
    const update = encodeYWebsocketFrame({ kind: 'update', update: new Uint8Array(bytes) });
    const { message = null, viewers = null } = presence.takeChanges() ?? {};
    const updates = bytes === 0 ? [] : [update];
    sendToAll(audience, stragglers, {
      updates,
      presence: message === null ? null : encodeYWebsocketFrame({ kind: 'presence', presence: message }),
      viewers: viewers === null ? null : encodeViewers(viewers),
      own: new Map(),
      knowsAll: null,
    });
  };
  const move = (owner: object, clock: number): void => {
    presence.hear(owner, { clientId: 7, clock, state: '{}' }, false);
  };
  const pass = (ms: number): void => {
    now += ms;
  };
  return { presence, budget, stragglers, audience, people, flush, move, open, pass, sent };
}

describe('those whose sockets are behind', () => {
  it('[R16] are written nothing, and catch up on what they missed in one write, presence once and last', () => {
    const { stragglers, people, flush, move } = stage({ connections: 2 });
    const [slow, quick] = people as [(typeof people)[number], (typeof people)[number]];
    slow.port.isBehind = true;
    for (let clock = 1; clock <= 20; clock += 1) {
      move(quick, clock);
      flush();
    }
    expect(slow.port.writes).toEqual([]);
    expect(takeKinds(quick.port)).toHaveLength(40);
    slow.port.isBehind = false;
    stragglers.catchUp(slow.connection);
    expect(slow.port.writes).toHaveLength(1);
    expect(takeKinds(slow.port)).toEqual([...Array.from({ length: 20 }, () => 'update'), 'presence']);
    flush();
    expect(takeKinds(slow.port)).toEqual(['update']);
    expect(slow.connection.backlog).toBeNull();
  });

  it('[R10] are welcomed back with the rest, where they came back', () => {
    const { stragglers, presence, people, flush, move } = stage({ connections: 2 });
    const [slow, quick] = people as [(typeof people)[number], (typeof people)[number]];
    move(quick, 1);
    flush(0);
    presence.comesBack(slow.connection);
    presence.hear(slow.connection, { clientId: 8, clock: 1, state: '{}' }, true);
    slow.port.isBehind = true;
    stragglers.welcome(slow.connection);
    flush();
    takeKinds(slow.port);
    slow.port.isBehind = false;
    stragglers.catchUp(slow.connection);
    expect(takeKinds(slow.port)).toEqual(['update', 'presence', 'presence']);
    stragglers.welcome(slow.connection);
    expect(takeKinds(slow.port)).toEqual([]);
  });

  it('[G4] a hundred of them hold what one holds: each broadcast once', () => {
    const [one, hundred] = [stage({ connections: 1 }), stage({ connections: 100 })];
    for (const { people, flush } of [one, hundred]) {
      for (const { port } of people) port.isBehind = true;
      for (let count = 0; count < 50; count += 1) flush();
    }
    expect(hundred.budget.bytes).toBe(one.budget.bytes);
    expect(one.budget.bytes).toBeGreaterThan(50 * KIB);
    for (const { connection } of hundred.people) hundred.stragglers.forget(connection);
    expect(hundred.budget.bytes).toBe(0);
  });

  it('[G4] whoever falls behind the ring is closed with a code that says to come back; others catch up', () => {
    const { budget, stragglers, people, flush } = stage({ connections: 2, maxRingBytes: 100 * KIB });
    const [slow, slower] = people as [(typeof people)[number], (typeof people)[number]];
    slower.port.isBehind = true;
    for (let count = 0; count < 50; count += 1) flush();
    takeKinds(slow.port);
    slow.port.isBehind = true;
    for (let count = 0; count < 60; count += 1) flush();
    expect(slower.port.closedWith).toBe(closeCodes.slowReader);
    expect(closeCodes.slowReader.retry).toBe('backoff');
    expect(budget.bytes).toBeLessThanOrEqual(100 * KIB);
    slow.port.isBehind = false;
    stragglers.catchUp(slow.connection);
    expect(takeKinds(slow.port)).toHaveLength(60);
    expect(budget.bytes).toBe(0);
  });

  it('[G4] are sent a portion, and the next once that is taken: what waits for a socket stays small', () => {
    const { stragglers, people, flush } = stage();
    const [{ port, connection }] = people as [(typeof people)[number]];
    port.isBehind = true;
    for (let count = 0; count < 200; count += 1) flush();
    const received: string[] = [];
    let rounds = 0;
    for (; connection.backlog !== null; rounds += 1) {
      port.isBehind = false;
      port.takesBytes = 10 * KIB;
      stragglers.catchUp(connection);
      expect(Math.max(...port.writes.map((write) => write.length))).toBeLessThan(80 * KIB);
      received.push(...takeKinds(port));
    }
    expect(rounds).toBeGreaterThan(2);
    expect(received).toHaveLength(200);
  });

  it('[R15] receipts that are owed are sent with it, whatever their number, and told of with the time of the first', () => {
    const { stragglers, people, sent } = stage();
    const [{ port, connection }] = people as [(typeof people)[number]];
    port.isBehind = true;
    for (let edit = 0; edit < 1_000; edit += 1) {
      connection.ledger.keepOwed({ count: 1, sinceMs: 100 + edit });
      stragglers.note(connection);
    }
    port.isBehind = false;
    stragglers.catchUp(connection);
    expect(port.writes.length).toBeLessThan(10);
    expect(takeKinds(port)).toEqual(Array.from({ length: 1_000 }, () => 'receipt'));
    expect(sent.reduce((sum, { count }) => sum + count, 0)).toBe(1_000);
    expect(new Set(sent.map(({ sinceMs }) => sinceMs))).toEqual(new Set([100]));
  });

  it('[R16] a step 2 stands for all that was broadcast until then', () => {
    const { stragglers, people, flush } = stage();
    const [{ port, connection }] = people as [(typeof people)[number]];
    port.isBehind = true;
    for (let count = 0; count < 10; count += 1) flush();
    stragglers.passOver(connection);
    flush();
    port.isBehind = false;
    stragglers.catchUp(connection);
    expect(takeKinds(port)).toEqual(['update']);
  });

  it('[G7] one who comes while its socket is behind is told everybody who is there', () => {
    const { stragglers, presence, open, flush, move } = stage();
    move({}, 1);
    flush(0);
    const { port, connection } = open();
    port.isBehind = true;
    stragglers.note(connection).presence = null;
    port.isBehind = false;
    stragglers.catchUp(connection);
    expect(takeKinds(port)).toEqual(['presence']);
    expect(presence.size).toBe(1);
  });

  it('[G7] one who has missed more people leave than are remembered is closed, or would see ghosts', () => {
    const { stragglers, people, presence, flush } = stage();
    const [{ port, connection }] = people as [(typeof people)[number]];
    flush();
    port.isBehind = true;
    for (let clientId = 10; clientId < 2_100; clientId += 1) {
      const guest = {};
      presence.hear(guest, { clientId, clock: 1, state: '{}' }, false);
      flush(0);
      presence.forget(guest);
      flush(0);
    }
    port.isBehind = false;
    stragglers.catchUp(connection);
    expect(port.closedWith).toBe(closeCodes.slowReader);
  });

  it('are told how many are counted once, as many as there are by then, and not what was told meanwhile', () => {
    const { stragglers, people, presence, flush, pass } = stage({ connections: 2, maxListed: 1 });
    const [slow, quick] = people as [(typeof people)[number], (typeof people)[number]];
    slow.port.isBehind = true;
    const ada = {};
    presence.hear(ada, { clientId: 1, clock: 1, state: '{}' }, false);
    for (let clientId = 2; clientId <= 4; clientId += 1) {
      presence.hear({}, { clientId, clock: 1, state: '{}' }, false);
      flush(0);
      pass(COUNT_EVERY_MS);
    }
    expect(readCounts(quick.port)).toEqual([1, 2, 3]);
    slow.port.isBehind = false;
    stragglers.catchUp(slow.connection);
    expect(readCounts(slow.port)).toEqual([3]);
    presence.hear(ada, { clientId: 1, clock: 2, state: '{}' }, false);
    flush();
    slow.port.isBehind = true;
    flush();
    slow.port.isBehind = false;
    stragglers.catchUp(slow.connection);
    expect(readCounts(slow.port)).toEqual([]);
  });

  it('one who was told how many more are here, and asks while behind, hears that none are any more', () => {
    const { stragglers, presence, people, flush, pass } = stage({ maxListed: 1 });
    const [slow] = people as [(typeof people)[number]];
    const guest = {};
    presence.hear({}, { clientId: 1, clock: 1, state: '{}' }, false);
    presence.hear(guest, { clientId: 2, clock: 1, state: '{}' }, false);
    flush(0);
    expect(readCounts(slow.port)).toEqual([1]);
    slow.port.isBehind = true;
    stragglers.tellEverybody(slow.connection);
    presence.forget(guest);
    pass(COUNT_EVERY_MS);
    flush(0);
    slow.port.isBehind = false;
    stragglers.catchUp(slow.connection);
    expect(readCounts(slow.port)).toEqual([0]);
  });

  it('one who asks who is here is answered in one write, how many more among it; later, if behind', () => {
    const { stragglers, presence, open, flush } = stage({ connections: 0, maxListed: 1 });
    for (const clientId of [1, 2, 3]) presence.hear({}, { clientId, clock: 1, state: '{}' }, false);
    flush(0);
    const [prompt, late] = [open(), open()];
    stragglers.tellEverybody(prompt.connection);
    expect(prompt.port.writes).toHaveLength(1);
    expect(readCounts(prompt.port)).toEqual([2]);
    late.port.isBehind = true;
    stragglers.tellEverybody(late.connection);
    expect(late.port.writes).toEqual([]);
    late.port.isBehind = false;
    stragglers.catchUp(late.connection);
    expect(readCounts(late.port)).toEqual([2]);
  });
});
