import { once } from 'node:events';
import { MemoryStore } from '@quire/persistence';
import {
  type ClientFrame,
  closeCodes,
  decodePresence,
  decodeServerFrame,
  encodeHocuspocusFrame,
  encodeYWebsocketFrame,
  type ServerFrame,
} from '@quire/protocol';
import { startTcpProxy } from '@quire/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { type Authenticator, createOpenAuthenticator } from '../auth/authenticator.ts';
import type { Extension } from '../collab/collaboration.ts';
import { GatewayMeters } from '../observability/metrics/gateway-meters.ts';
import {
  createGatewayStage,
  EMPTY_UPDATE,
  EMPTY_VECTOR,
  keystrokes,
  type RawClient,
  textOf,
} from '../testing/gateway-stage.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

const stage = createGatewayStage();
const { start, joinHocuspocus, openRaw, atEnd } = stage;
afterEach(() => stage.close());

/** Megabytes are on their way, and the machine may be busy. */
function eventually(assertion: () => void): Promise<void> {
  return vi.waitFor(assertion, { timeout: 20_000 });
}

type Started = Awaited<ReturnType<typeof start>>;

const countOf = (client: RawClient, kind: ServerFrame['kind']): number =>
  client.heard.filter((frame) => frame.kind === kind).length;

async function openSynced(url: string, name = 'plan'): Promise<RawClient> {
  const client = await openRaw(url, name);
  client.say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
  client.say({ kind: 'step-2', update: EMPTY_UPDATE });
  await eventually(() => expect(client.receipts()).toBe(1));
  return client;
}

/** What a client has that takes in everything that it heard. */
function readerOf(client: RawClient): Y.Doc {
  const doc = new Y.Doc();
  for (const frame of client.heard) {
    if (frame.kind === 'step-2' || frame.kind === 'update') Y.applyUpdate(doc, frame.update);
  }
  return doc;
}

/** Writes until what the system takes for somebody who reads nothing is full; each value replaces, and deletes, the last. */
async function writeUntil(isEnough: () => boolean, writer: ReturnType<typeof joinHocuspocus>): Promise<void> {
  for (let part = 0; !isEnough(); part += 1) {
    expect(part).toBeLessThan(200);
    writer.doc.getMap('blobs').set('one', 'x'.repeat(MIB));
    await eventually(() => expect(writer.provider.hasUnsyncedChanges).toBe(false));
  }
}

async function fallBehind({ url, collaboration }: Started) {
  const slow = await openSynced(url);
  slow.socket.pause();
  const writer = joinHocuspocus(url, 'plan');
  await writeUntil(() => collaboration.ringBytes > 0, writer);
  return { slow, writer };
}

describe('a slow reader', () => {
  it('[R16] catches up on the same connection, with deletions, one presence of each person, and its receipts', async () => {
    const started = await start({ limits: { maxRingBytesPerDocument: 64 * MIB } });
    const { slow, writer } = await fallBehind(started);
    const witness = await openSynced(started.url);
    const seen = (client: RawClient): string[] =>
      client.heard.flatMap((frame) =>
        frame.kind === 'presence'
          ? decodePresence(frame.presence, { maxEntries: 100, maxStateBytes: KIB }).map(({ state }) => state)
          : [],
      );
    for (let move = 1; move <= 20; move += 1) {
      writer.provider.setAwarenessField('at', move);
      await eventually(() => expect(seen(witness).at(-1)).toContain(`"at":${move}`));
    }
    for (const update of keystrokes(50)) slow.say({ kind: 'update', update });
    await eventually(() => expect(textOf(writer.doc)).toHaveLength(50));
    writer.doc.getText('body').delete(0, 10);
    await eventually(() => expect(writer.provider.hasUnsyncedChanges).toBe(false));

    slow.socket.resume();
    await eventually(() => expect(Y.encodeStateAsUpdate(readerOf(slow))).toEqual(Y.encodeStateAsUpdate(writer.doc)));
    await eventually(() => expect(slow.receipts()).toBe(51));
    expect(seen(slow).filter((state) => state.includes('"at":'))).toEqual([expect.stringContaining('"at":20')]);
    expect(countOf(slow, 'step-2')).toBe(1);
    expect(slow.socket.readyState).toBe(WebSocket.OPEN);
    expect(started.collaboration.ringBytes).toBe(0);
  });

  it('[G4] is closed once the ring has gone on without it, and has everything when it returns', async () => {
    const started = await start({ limits: { maxRingBytesPerDocument: 3 * MIB } });
    const { slow, writer } = await fallBehind(started);
    let most = 0;
    await writeUntil(() => {
      most = Math.max(most, started.collaboration.ringBytes);
      return started.collaboration.ringBytes === 0;
    }, writer);
    expect(most).toBeLessThanOrEqual(3 * MIB);
    slow.socket.resume();
    expect(await slow.closed).toBe(closeCodes.slowReader.code);
    const returned = joinHocuspocus(started.url, 'plan');
    await eventually(() => expect(Y.encodeStateAsUpdate(returned.doc)).toEqual(Y.encodeStateAsUpdate(writer.doc)));
  });

  it('[G4] is closed when it takes nothing for a time, though nothing more is broadcast', async () => {
    const { url, gateway } = await start({ limits: { maxRingBytesPerDocument: 64 * MIB, stallTimeoutMs: 1_000 } });
    const slow = await openSynced(url);
    slow.socket.pause();
    const writer = joinHocuspocus(url, 'plan');
    let written = 0;
    await writeUntil(() => ++written > 16, writer); // more than the system takes for somebody who reads nothing
    await eventually(() => expect(gateway.sessions).toBe(1));
    expect(writer.provider.isSynced).toBe(true);
  });
});

describe('a slow line', () => {
  it('[R15] gets a large document however long it takes: neither a missing pong nor the stall timeout ends it', async () => {
    const meters = new GatewayMeters();
    const limits = { stallTimeoutMs: 2_000, pingIntervalMs: 1_000, maxDocumentBytes: 128 * MIB };
    const { url } = await start({ meters, limits });
    const writer = joinHocuspocus(url, 'plan');
    await eventually(() => expect(writer.provider.isSynced).toBe(true));
    for (let part = 0; part < 16; part += 1) {
      writer.doc.getMap('blobs').set(String(part), new Uint8Array(4 * MIB));
      await eventually(() => expect(writer.provider.hasUnsyncedChanges).toBe(false));
    }
    const line = await startTcpProxy(Number(new URL(url).port));
    line.narrow();
    atEnd(() => line.close());
    const slow = await openRaw(`ws://127.0.0.1:${line.port}`, 'plan');
    slow.say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
    await eventually(() => expect(countOf(slow, 'step-2')).toBe(1));
    writer.doc.getText('body').insert(0, 'x');
    await eventually(() => expect(countOf(slow, 'update')).toBe(1));
    expect(meters.opened.values.hocuspocus).toBe(2);
  });
});

describe('a client that pings', () => {
  it('[R15] gets a large document however long it takes, and an answer to its last ping', async () => {
    const { url } = await start({ limits: { maxDocumentBytes: 64 * MIB } });
    const writer = joinHocuspocus(url, 'plan');
    await eventually(() => expect(writer.provider.isSynced).toBe(true));
    for (let part = 0; part < 8; part += 1) {
      writer.doc.getMap('blobs').set(String(part), new Uint8Array(4 * MIB));
      await eventually(() => expect(writer.provider.hasUnsyncedChanges).toBe(false));
    }
    const slow = await openRaw(url, 'plan');
    const pongs: string[] = [];
    slow.socket.on('pong', (payload) => pongs.push(payload.toString()));
    slow.socket.pause();
    slow.say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
    for (let second = 1; second <= 100; second += 1) slow.socket.ping(String(second));
    slow.say({ kind: 'update', update: keystrokes(1)[0] ?? EMPTY_UPDATE });
    await eventually(() => expect(textOf(writer.doc)).toBe('x')); // all of that was read
    slow.socket.resume();
    await eventually(() => expect(countOf(slow, 'step-2')).toBe(1));
    await eventually(() => expect(pongs.at(-1)).toBe('100'));
    expect(slow.socket.readyState).toBe(WebSocket.OPEN);
  });
});

describe('echoes', () => {
  it('[G4] wait up to the limit for a client that writes and does not read; then it is closed, and keeps what it wrote', async () => {
    const meters = new GatewayMeters();
    const { url } = await start({ meters, limits: { maxUnsentBytes: MIB, maxRingBytesPerDocument: 64 * MIB } });
    const socket = new WebSocket(`${url}/yjs/plan`);
    atEnd(() => socket.terminate());
    await once(socket, 'open');
    socket.send(encodeYWebsocketFrame({ kind: 'step-1', stateVector: EMPTY_VECTOR }));
    await once(socket, 'message');
    socket.pause();
    const updates = notes(400, 64 * KIB);
    for (const update of updates) socket.send(encodeYWebsocketFrame({ kind: 'update', update }));
    await eventually(() => expect(meters.closed.values['slow-reader']).toBe(1));
    const reader = joinHocuspocus(url, 'plan');
    await eventually(() => expect(reader.provider.isSynced).toBe(true));
    const kept = reader.doc.getMap('notes');
    expect(kept.size).toBeGreaterThan(0);
    for (let index = 0; index < kept.size; index += 1) expect(kept.has(String(index))).toBe(true);
  });
});

describe('answers', () => {
  const hooks: readonly Extension[] = [{ beforeHandleMessage: async () => {} }];
  it.each([
    { maker: 'the owner', extensions: [] },
    { maker: 'Hocuspocus, for its hooks,', extensions: hooks },
  ])('[R15] $maker makes no step 2 for a socket that has not taken the last one', async ({ extensions }) => {
    const started = await start({ extensions, limits: { maxUnsentBytes: 64 * KIB, maxUnestablishedBytes: 8 * MIB } });
    const writer = joinHocuspocus(started.url, 'plan');
    await eventually(() => expect(writer.provider.isSynced).toBe(true));
    writer.doc.getMap('blobs').set('one', 'x'.repeat(2 * MIB));
    await eventually(() => expect(writer.provider.hasUnsyncedChanges).toBe(false));
    const slow = await openSynced(started.url);
    slow.socket.pause();
    for (let asked = 0; asked < 300; asked += 1) slow.say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
    slow.say({ kind: 'step-2', update: EMPTY_UPDATE });
    slow.say({ kind: 'update', update: keystrokes(1)[0] ?? EMPTY_UPDATE });
    await eventually(() => expect(textOf(writer.doc)).toBe('x'));
    slow.socket.resume();
    // The step 2 before the pause, then the step 2 and the update.
    await eventually(() => expect(slow.receipts()).toBe(3));
    await eventually(() => expect(Y.encodeStateAsUpdate(readerOf(slow))).toEqual(Y.encodeStateAsUpdate(writer.doc)));
    expect(countOf(slow, 'step-2')).toBeLessThan(20);
    expect(slow.socket.readyState).toBe(WebSocket.OPEN);
  });

  it('[R15] of many queries for presence while a socket is behind, the last is answered', async () => {
    const started = await start({ limits: { maxRingBytesPerDocument: 64 * MIB } });
    const { slow, writer } = await fallBehind(started);
    for (let asked = 0; asked < 300; asked += 1) slow.say({ kind: 'query-presence' });
    slow.say({ kind: 'update', update: keystrokes(1)[0] ?? EMPTY_UPDATE });
    await eventually(() => expect(textOf(writer.doc)).toBe('x'));
    slow.socket.resume();
    await eventually(() => expect(slow.receipts()).toBe(2));
    expect(countOf(slow, 'presence')).toBeLessThan(5); // and what the writer said on coming
  });

  it('[R15] of questions that waited at the door, the last is answered', async () => {
    let admit: () => void = () => {};
    const door = new Promise<void>((resolve) => {
      admit = resolve;
    });
    const open = createOpenAuthenticator();
    const authenticator: Authenticator = {
      authenticate(request) {
        if (request.document === 'the last one') admit(); // everything before it has been read
        return door.then(() => open.authenticate(request));
      },
    };
    const { url } = await start({ authenticator });
    const socket = new WebSocket(`${url}/collab`);
    atEnd(() => socket.terminate());
    const heard: ServerFrame['kind'][] = [];
    socket.on('message', (data: Buffer) => heard.push(decodeServerFrame(data).frame.kind));
    await once(socket, 'open');
    const say = (frame: ClientFrame, name = 'plan'): void => socket.send(encodeHocuspocusFrame(name, frame));
    say({ kind: 'token', token: '', providerVersion: null });
    for (let asked = 0; asked < 50; asked += 1) {
      say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
      say({ kind: 'query-presence' });
    }
    say({ kind: 'step-2', update: EMPTY_UPDATE });
    say({ kind: 'token', token: '', providerVersion: null }, 'the last one');
    await eventually(() => expect(heard).toContain('receipt'));
    expect(heard.filter((kind) => kind === 'step-2' || kind === 'presence').sort()).toEqual(['presence', 'step-2']);
  });
});

describe('a client that writes faster than the disk', () => {
  it('[R4] is not read until the disk has caught up: it is not closed, and no frame of it is lost', async () => {
    const store = new MemoryStore({ flushing: 'manual' });
    atEnd(() => store.close());
    const meters = new GatewayMeters();
    const { url } = await start({ store, meters, limits: { maxQueueBytesPerDocument: 512 * KIB } });
    const writer = await openSynced(url);
    const updates = notes(4_000);
    for (const update of updates) writer.say({ kind: 'update', update });
    await eventually(() => expect(meters.sessionsPaused).toBe(1));
    await eventually(() => {
      store.flush();
      expect(writer.receipts()).toBe(1 + updates.length);
    });
    expect(writer.socket.readyState).toBe(WebSocket.OPEN);
    const reader = joinHocuspocus(url, 'plan');
    await eventually(() => expect(reader.doc.getMap('notes').size).toBe(updates.length));
    expect(meters.sessionsPaused).toBe(0);
  });

  it('[G4] is not read either while other documents fill what may wait for the disk', async () => {
    const store = new MemoryStore({ flushing: 'manual' });
    atEnd(() => store.close());
    const meters = new GatewayMeters();
    const { url } = await start({ store, meters, maxJournalQueueBytes: 64 * KIB });
    const [hers, his] = [await openSynced(url), await openSynced(url, 'other')];
    const [large] = notes(1, 40 * KIB);
    hers.say({ kind: 'update', update: large ?? EMPTY_UPDATE });
    await eventually(() => expect(store.queue.bytes).toBeGreaterThan(32 * KIB));
    const [first, second] = keystrokes(2);
    his.say({ kind: 'update', update: first ?? EMPTY_UPDATE });
    await eventually(() => expect(store.queue.entries).toBe(2));
    his.say({ kind: 'update', update: second ?? EMPTY_UPDATE });
    await eventually(() => expect(meters.sessionsPaused).toBe(1));
    await eventually(() => {
      store.flush();
      expect(his.receipts()).toBe(3);
    });
    expect(meters.sessionsPaused).toBe(0);
  });
});

/** Updates of one client, a little longer than `length` each, every one built on the last. */
function notes(count: number, length = KIB): Uint8Array[] {
  const doc = new Y.Doc();
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  for (let index = 0; index < count; index += 1) doc.getMap('notes').set(String(index), 'x'.repeat(length));
  return updates;
}
