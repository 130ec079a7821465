import { once } from 'node:events';
import { MemoryStore } from '@quire/persistence';
import { encodeYWebsocketFrame, readRetryHint } from '@quire/protocol';
import { until } from '@quire/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createGatewayStage, EMPTY_UPDATE, EMPTY_VECTOR, keystrokes, storedText } from '../testing/gateway-stage.ts';
import { ManualClock } from '../testing/manual-clock.ts';

const stage = createGatewayStage();
const { start, openRaw, joinYWebsocket, atEnd } = stage;
afterEach(() => stage.close());

const typed = keystrokes(2);

/** A client whose handshake is over and receipted, and whose next edit is at the disk. */
async function typeInto(url: string, store: MemoryStore) {
  const raw = await openRaw(url, 'plan');
  raw.say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
  raw.say({ kind: 'step-2', update: EMPTY_UPDATE });
  await vi.waitFor(() => expect(raw.receipts()).toBe(1));
  raw.say({ kind: 'update', update: typed[0] ?? EMPTY_UPDATE });
  await vi.waitFor(() => expect(store.queue.entries).toBe(1));
  return raw;
}

describe('a gateway that closes', () => {
  it('[G1] receipts what a client had sent, in both dialects, before it says "service restart"', async () => {
    const store = new MemoryStore({ flushing: 'manual' });
    atEnd(() => store.close());
    const { url, gateway } = await start({ store, drain: { spreadMs: 0, receiptsMs: 30_000, goodbyeMs: 30_000 } });
    const raw = await typeInto(url, store);
    const ben = joinYWebsocket(url, 'plan');
    await vi.waitFor(() => expect(ben.provider.synced).toBe(true));
    const heard: string[] = [];
    ben.provider.ws?.addEventListener('message', ({ data }) => heard.push(Buffer.from(data).toString('hex')));
    let sent = '';
    ben.doc.once('update', (update: Uint8Array) => {
      sent = Buffer.from(update).toString('hex');
    });
    ben.doc.getText('body').insert(0, 'y');
    // A round trip: what was sent before it has arrived.
    ben.provider.ws?.send(encodeYWebsocketFrame({ kind: 'query-presence' }));
    await vi.waitFor(() => expect(heard.some((frame) => frame.startsWith('01'))).toBe(true));
    expect(heard.some((frame) => frame.includes(sent))).toBe(false);

    ben.provider.shouldConnect = false;
    const closed = gateway.close();
    while (gateway.sessions > 0) {
      store.flush();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await closed;
    expect(await raw.closed).toBe(1012);
    expect(raw.receipts()).toBe(2);
    expect(heard.some((frame) => frame.includes(sent))).toBe(true);
    expect(await storedText(store, 'plan')).toHaveLength(2);
  });

  it('[G1] waits for no disk that does not answer: what it holds is unreceipted, and stored once it does', async () => {
    const store = new MemoryStore({ flushing: 'manual' });
    atEnd(() => store.close());
    const { url, gateway, collaboration } = await start({
      store,
      drain: { spreadMs: 0, receiptsMs: 1, goodbyeMs: 30_000 },
    });
    const raw = await typeInto(url, store);
    await gateway.close();
    expect(await raw.closed).toBe(1012);
    expect(raw.receipts()).toBe(1);
    const flushed = collaboration.close();
    store.flush();
    await flushed;
    expect(await storedText(store, 'plan')).toBe('x');
  });

  it('waits for the receipts of what was sent before, though others never stop writing', async () => {
    const store = new MemoryStore({ flushing: 'manual' });
    atEnd(() => store.close());
    const { url, collaboration } = await start({ store });
    const raw = await typeInto(url, store);
    let flushes = 0;
    const settled = collaboration.settled().then(() => flushes);
    const answers = (): number => raw.heard.filter(({ kind }) => kind === 'presence').length;
    for (const update of keystrokes(5)) {
      const answered = answers();
      raw.say({ kind: 'update', update });
      raw.say({ kind: 'query-presence' });
      await vi.waitFor(() => expect(answers()).toBeGreaterThan(answered)); // the edit has arrived
      flushes += 1;
      store.flush();
      await new Promise((resolve) => setImmediate(resolve));
    }
    // What was at the disk, and the one batch that came behind it.
    expect(await settled).toBe(2);
  });

  it('[G4] says to all of a slice when to come back, and serves the others until it is their turn', async () => {
    const clock = new ManualClock();
    const { url, gateway } = await start({ clock, drain: { spreadMs: 2_000, receiptsMs: 1_000, goodbyeMs: 1_000 } });
    const reasons: string[] = [];
    const sockets = Array.from({ length: 150 }, () => new WebSocket(`${url}/collab`));
    for (const socket of sockets) {
      atEnd(() => socket.terminate());
      socket.once('close', (code, reason) => reasons.push(`${code} ${reason}`));
    }
    await Promise.all(sockets.map((socket) => once(socket, 'open')));
    const last = await openRaw(url, 'plan');
    expect(gateway.sessions).toBe(151);

    const closed = gateway.close();
    await until(() => reasons.length === 76, { what: () => `${reasons.length} are gone` });
    last.say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
    last.say({ kind: 'step-2', update: EMPTY_UPDATE });
    last.say({ kind: 'update', update: typed[0] ?? EMPTY_UPDATE });
    await vi.waitFor(() => expect(last.receipts()).toBe(2));
    expect(gateway.sessions).toBe(75);

    clock.advance(20);
    await closed;
    expect(await last.closed).toBe(1012);
    await until(() => reasons.length === 150, { what: 'all are gone' });
    for (const reason of reasons) {
      expect(reason).toMatch(/^1012 the server is restarting; /);
      expect(readRetryHint(reason)).not.toBeNull();
    }
  });

  it('lets nobody in any more', async () => {
    const clock = new ManualClock();
    const { url, gateway } = await start({ clock, drain: { spreadMs: 0, receiptsMs: 0, goodbyeMs: 1_000 } });
    const paused = new WebSocket(`${url}/collab`);
    atEnd(() => paused.terminate());
    await once(paused, 'open');
    paused.pause();
    const closed = gateway.close();
    const late = new WebSocket(`${url}/collab`);
    const [error] = (await once(late, 'error')) as [Error];
    expect(error.message).toContain('503');
    expect(gateway.sessions).toBe(1);
    // Who doesn't say goodbye is put out.
    clock.advance(1_000);
    await closed;
    expect(gateway.sessions).toBe(0);
  });

  it('closes once, however often it is told to', async () => {
    const { gateway } = await start();
    expect(gateway.close()).toBe(gateway.close());
    await gateway.close();
  });
});
