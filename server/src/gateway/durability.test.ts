import { MemoryStore } from '@quire/persistence';
import { closeCodes } from '@quire/protocol';
import type { joinWithYWebsocket } from '@quire/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import {
  createGatewayStage,
  EMPTY_UPDATE,
  EMPTY_VECTOR,
  keystrokes,
  storedText,
  textOf,
} from '../testing/gateway-stage.ts';

const stage = createGatewayStage();
const { start, joinHocuspocus, joinYWebsocket, openRaw, atEnd } = stage;
afterEach(() => stage.close());

describe('an edit and the disk', () => {
  it('[G1] no receipt, no echo and no reader sees an edit before it is durable', async () => {
    const store = new MemoryStore({ flushing: 'manual' });
    atEnd(() => store.close());
    const { url } = await start({ store });
    const raw = await openRaw(url, 'plan');
    raw.say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
    raw.say({ kind: 'step-2', update: EMPTY_UPDATE });
    await vi.waitFor(() => expect(raw.receipts()).toBe(1));
    const reader = joinYWebsocket(url, 'plan');
    await vi.waitFor(() => expect(reader.provider.synced).toBe(true));
    const writer = joinYWebsocket(url, 'plan');
    const echoes = countEchoes(writer.provider);
    await vi.waitFor(() => expect(writer.provider.synced).toBe(true));

    raw.say({ kind: 'update', update: keystrokes(1)[0] ?? EMPTY_UPDATE });
    writer.doc.getText('body').insert(0, 'y');
    await vi.waitFor(() => expect(store.queue.entries).toBe(1));
    // A round trip after the edits arrived: whatever the server had to say about them, it has said.
    raw.say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
    await vi.waitFor(() => expect(raw.heard.filter((frame) => frame.kind === 'step-2')).toHaveLength(2));
    expect(raw.receipts()).toBe(1);
    expect(echoes()).toBe(0);
    expect(textOf(reader.doc)).toBe('');

    store.flush();
    await vi.waitFor(() => expect(textOf(reader.doc)).toHaveLength(2));
    await vi.waitFor(() => expect(echoes()).toBeGreaterThan(0));
  });

  it('[G5] a refusing disk: edits are refused with a code, readers stay, nothing is shown that is not stored', async () => {
    const store = new MemoryStore();
    atEnd(() => store.close());
    const { url } = await start({ store });
    const reader = joinYWebsocket(url, 'plan');
    await vi.waitFor(() => expect(reader.provider.synced).toBe(true));
    const raw = await openRaw(url, 'plan');
    store.refuse();
    raw.say({ kind: 'update', update: keystrokes(1)[0] ?? EMPTY_UPDATE });
    expect(await raw.closed).toBe(closeCodes.storageRefused.code);
    expect(reader.provider.wsconnected).toBe(true);
    expect(textOf(reader.doc)).toBe('');

    store.recover();
    const writer = joinHocuspocus(url, 'plan');
    writer.doc.getText('body').insert(0, 'after');
    await vi.waitFor(() => expect(textOf(reader.doc)).toBe('after'));
    expect(await storedText(store, 'plan')).toBe('after');
  });
});

describe('an edit that is at the disk when the disk begins to refuse', () => {
  it('[G5] [R1] its sender hears so at once; when the disk recovers it is stored, shown, and not doubled', async () => {
    const store = new MemoryStore({ flushing: 'manual' });
    atEnd(() => store.close());
    const { url } = await start({ store });
    const reader = joinYWebsocket(url, 'plan');
    await vi.waitFor(() => expect(reader.provider.synced).toBe(true));
    const raw = await openRaw(url, 'plan');
    raw.say({ kind: 'update', update: keystrokes(1)[0] ?? EMPTY_UPDATE });
    await vi.waitFor(() => expect(store.queue.entries).toBe(1));
    store.refuse();
    expect(await raw.closed).toBe(closeCodes.storageRefused.code);
    expect(textOf(reader.doc)).toBe('');
    store.recover();
    store.flush();
    await vi.waitFor(() => expect(textOf(reader.doc)).toBe('x'));
    expect(await storedText(store, 'plan')).toBe('x');
  });
});

describe('receipts', () => {
  it('[R2] a provider that returns with offline edits is not told "saved" before the last of them is', async () => {
    const store = new MemoryStore({ flushing: 'manual' });
    atEnd(() => store.close());
    const { url } = await start({ store });
    const ada = joinHocuspocus(url, 'plan');
    await vi.waitFor(() => expect(ada.provider.isSynced).toBe(true));
    ada.socket.disconnect();
    await vi.waitFor(() => expect(ada.provider.isSynced).toBe(false));
    for (const letter of 'abcde') ada.doc.getText('body').insert(0, letter);
    const counts: number[] = [];
    ada.provider.on('unsyncedChanges', ({ number }: { number: number }) => counts.push(number));
    await ada.socket.connect();
    const offline = Y.encodeStateAsUpdate(ada.doc).length;
    await vi.waitFor(() => expect(store.queue.bytes).toBeGreaterThan(offline / 2));
    expect(counts).not.toContain(0);
    while (counts.at(-1) !== 0) {
      const saved = (await storedText(store, 'plan')).length;
      if (saved < 5) expect(counts).not.toContain(0);
      store.flush();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await storedText(store, 'plan')).toBe('edcba');
  });

  it('[R2] what is typed while a token is fetched is not confirmed before the handshake is on disk', async () => {
    const store = new MemoryStore({ flushing: 'manual' });
    atEnd(() => store.close());
    const { url } = await start({ store });
    const raw = await openRaw(url, 'plan');
    for (const update of keystrokes(3)) raw.say({ kind: 'update', update }); // before any step 1, as a provider does then
    await vi.waitFor(() => expect(store.queue.entries).toBe(1));
    raw.say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
    raw.say({ kind: 'step-2', update: Y.encodeStateAsUpdate(new Y.Doc()) });
    while (raw.heard.filter((frame) => frame.kind === 'step-2').length === 0) await new Promise(setImmediate);
    store.flush();
    await vi.waitFor(() => {
      store.flush();
      expect(raw.receipts()).toBe(1);
    });
  });

  it('[R9] a y-websocket client hears its own bytes, also when it sends them again', async () => {
    const { url } = await start();
    const socket = new WebSocket(`${url}/yjs/plan`);
    atEnd(() => socket.terminate());
    const heard: string[] = [];
    socket.on('message', (data: Buffer) => heard.push(data.toString('hex')));
    await new Promise((resolve) => socket.on('open', resolve));
    const update = keystrokes(1)[0] ?? EMPTY_UPDATE;
    const frame = Buffer.from([0, 2, update.length, ...update]);
    socket.send(frame);
    await vi.waitFor(() => expect(heard.filter((hex) => hex === frame.toString('hex')).length).toBeGreaterThan(0));
    heard.length = 0;
    socket.send(frame);
    await vi.waitFor(() => expect(heard).toEqual([frame.toString('hex')]));
  });
});

function countEchoes(provider: ReturnType<typeof joinWithYWebsocket>['provider']): () => number {
  const sent = new Set<string>();
  let echoes = 0;
  provider.doc.on('update', (update: Uint8Array, origin: unknown) => {
    if (origin !== provider) sent.add(Buffer.from(update).toString('hex'));
  });
  const handle = provider.messageHandlers[0];
  provider.messageHandlers[0] = (encoder, decoder, target, emitSynced, type) => {
    const rest = Buffer.from(decoder.arr.subarray(decoder.pos)).toString('hex');
    for (const hex of sent) if (rest.endsWith(hex)) echoes += 1;
    handle?.(encoder, decoder, target, emitSynced, type);
  };
  return () => echoes;
}
