import { HocuspocusProvider } from '@hocuspocus/provider';
import { type DocumentStore, MemoryStore, PersistenceError } from '@quire/persistence';
import { closeCodes, decodeServerFrame, encodeHocuspocusFrame, type ServerFrame } from '@quire/protocol';
import { joinWithHocuspocus, joinWithYWebsocket } from '@quire/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import type { Authenticator } from '../auth/authenticator.ts';
import { type StartedGateway, type StartOptions, startGateway, testLimits } from '../testing/start-gateway.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(options?: StartOptions): Promise<StartedGateway> {
  const gateway = await startGateway(options);
  ends.push(() => gateway.close());
  return gateway;
}
const joinHocuspocus: typeof joinWithHocuspocus = (...parameters) => {
  const person = joinWithHocuspocus(...parameters);
  ends.push(() => person.leave());
  return person;
};
const joinYWebsocket: typeof joinWithYWebsocket = (...parameters) => {
  const person = joinWithYWebsocket(...parameters);
  ends.push(() => person.leave());
  return person;
};

/** A client of the Hocuspocus dialect that does only what a test tells it to. */
async function openRaw(url: string, name: string) {
  const socket = new WebSocket(`${url}/collab`);
  const heard: ServerFrame[] = [];
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  socket.on('message', (data: Buffer) => heard.push(decodeServerFrame(data).frame));
  await new Promise((resolve) => socket.on('open', resolve));
  ends.push(() => socket.terminate());
  const say = (frame: Parameters<typeof encodeHocuspocusFrame>[1]) => socket.send(encodeHocuspocusFrame(name, frame));
  say({ kind: 'token', token: '', providerVersion: null });
  await vi.waitFor(() => expect(heard).toContainEqual({ kind: 'authenticated', scope: 'read-write' }));
  const receipts = () => heard.filter((frame) => frame.kind === 'receipt' && frame.durable).length;
  return { socket, heard, closed, say, receipts };
}

const EMPTY_UPDATE = Y.encodeStateAsUpdate(new Y.Doc());
const EMPTY_VECTOR = Y.encodeStateVector(new Y.Doc());

function keystrokes(count: number): Uint8Array[] {
  const doc = new Y.Doc();
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  for (let index = 0; index < count; index += 1) doc.getText('body').insert(index, 'x');
  return updates;
}
const textOf = (doc: Y.Doc): string => doc.getText('body').toString();
const stored = async (store: DocumentStore, name: string): Promise<string> => {
  const loaded = await store.load(name);
  const doc = new Y.Doc();
  if (loaded?.snapshot != null) Y.applyUpdate(doc, loaded.snapshot);
  for (const entry of loaded?.entries ?? []) for (const { update } of entry.updates) Y.applyUpdate(doc, update);
  return textOf(doc);
};

describe('an edit and the disk', () => {
  it('[G1] no receipt, no echo and no reader sees an edit before it is durable', async () => {
    const store = new MemoryStore({ flushing: 'manual' });
    ends.push(() => store.close());
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
    ends.push(() => store.close());
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
    expect(await stored(store, 'plan')).toBe('after');
  });
});

describe('an edit that is at the disk when the disk begins to refuse', () => {
  it('[G5] [R1] its sender hears so at once; when the disk recovers it is stored, shown, and not doubled', async () => {
    const store = new MemoryStore({ flushing: 'manual' });
    ends.push(() => store.close());
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
    expect(await stored(store, 'plan')).toBe('x');
  });
});

describe('receipts', () => {
  it('[R2] a provider that returns with offline edits is not told "saved" before the last of them is', async () => {
    const store = new MemoryStore({ flushing: 'manual' });
    ends.push(() => store.close());
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
      const saved = (await stored(store, 'plan')).length;
      if (saved < 5) expect(counts).not.toContain(0);
      store.flush();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await stored(store, 'plan')).toBe('edcba');
  });

  it('[R2] what is typed while a token is fetched is not confirmed before the handshake is on disk', async () => {
    const store = new MemoryStore({ flushing: 'manual' });
    ends.push(() => store.close());
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
    ends.push(() => socket.terminate());
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

describe('what a client may not do', () => {
  it('[R3] a flood of updates without their predecessors is closed at the limit and leaves others alone', async () => {
    const { url, store } = await start();
    const bystander = joinHocuspocus(url, 'plan');
    const raw = await openRaw(url, 'plan');
    for (const update of keystrokes(testLimits.maxPendingUpdates + 20).slice(1)) raw.say({ kind: 'update', update });
    expect(await raw.closed).toBe(closeCodes.tooMuchPending.code);
    bystander.doc.getText('body').insert(0, 'fine');
    await vi.waitFor(() => expect(bystander.provider.hasUnsyncedChanges).toBe(false));
    expect(await stored(store, 'plan')).toBe('fine');
  });

  it('[R3] updates that arrive before their predecessor are receipted, kept, and shown once it comes', async () => {
    const { url } = await start();
    const reader = joinYWebsocket(url, 'plan');
    const raw = await openRaw(url, 'plan');
    raw.say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
    raw.say({ kind: 'step-2', update: EMPTY_UPDATE });
    const [first, second, third] = keystrokes(3);
    raw.say({ kind: 'update', update: third ?? EMPTY_UPDATE });
    raw.say({ kind: 'update', update: second ?? EMPTY_UPDATE });
    await vi.waitFor(() => expect(raw.receipts()).toBe(3));
    expect(textOf(reader.doc)).toBe('');
    raw.say({ kind: 'update', update: first ?? EMPTY_UPDATE });
    await vi.waitFor(() => expect(textOf(reader.doc)).toBe('xxx'));
  });

  it('[R3] the limit is the document’s, not that of one opening', async () => {
    const { url, collaboration } = await start();
    const orphans = keystrokes(testLimits.maxPendingUpdates + 20).slice(1);
    const half = Math.ceil(testLimits.maxPendingUpdates / 2);
    for (const part of [orphans.slice(0, half), orphans.slice(half)]) {
      const raw = await openRaw(url, 'plan');
      raw.say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
      raw.say({ kind: 'step-2', update: EMPTY_UPDATE });
      for (const update of part) raw.say({ kind: 'update', update });
      if (part.length === half) {
        await vi.waitFor(() => expect(raw.receipts()).toBe(half + 1));
        raw.socket.close();
        await vi.waitFor(() => expect(collaboration.openDocuments).toBe(0));
      } else {
        expect(await raw.closed).toBe(closeCodes.tooMuchPending.code);
      }
    }
  });

  it('[R3] [R5] readers who bring pending edits back are neither counted nor journalled', async () => {
    const { url, store } = await start();
    const raw = await openRaw(url, 'plan');
    raw.say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
    raw.say({ kind: 'step-2', update: EMPTY_UPDATE });
    raw.say({ kind: 'update', update: keystrokes(2)[1] ?? EMPTY_UPDATE });
    await vi.waitFor(() => expect(raw.receipts()).toBe(2));
    for (let visit = 0; visit < 5; visit += 1) {
      const reader = joinHocuspocus(url, 'plan');
      await vi.waitFor(() => expect(reader.provider.isSynced && !reader.provider.hasUnsyncedChanges).toBe(true));
      reader.leave();
    }
    expect((await store.load('plan'))?.entries).toHaveLength(1);
  });

  it('ten bytes that name themselves are refused, stored nowhere, and unnoticed by others', async () => {
    const { url, store } = await start();
    const bystander = joinHocuspocus(url, 'plan');
    bystander.doc.getText('body').insert(0, 'fine');
    await vi.waitFor(() => expect(bystander.provider.hasUnsyncedChanges).toBe(false));
    const raw = await openRaw(url, 'plan');
    raw.say({ kind: 'update', update: Buffer.from('01010700840700017800', 'hex') });
    expect(await raw.closed).toBe(closeCodes.badUpdate.code);
    bystander.doc.getText('body').insert(4, '!');
    await vi.waitFor(() => expect(bystander.provider.hasUnsyncedChanges).toBe(false));
    expect(await stored(store, 'plan')).toBe('fine!');
  });

  it('[R4] after a refused update nothing more is taken from that connection', async () => {
    const { url, store } = await start();
    const raw = await openRaw(url, 'plan');
    const [first, second] = keystrokes(2);
    raw.say({ kind: 'update', update: new Uint8Array([7, 7, 7]) });
    raw.say({ kind: 'update', update: first ?? EMPTY_UPDATE });
    raw.say({ kind: 'update', update: second ?? EMPTY_UPDATE });
    expect(await raw.closed).toBe(closeCodes.badUpdate.code);
    expect(await store.load('plan')).toBeNull();
  });

  it('[R5] a step 2 that adds nothing is receipted and not journalled', async () => {
    const { url, store } = await start();
    const ada = joinHocuspocus(url, 'plan');
    ada.doc.getText('body').insert(0, 'hello');
    ada.doc.getText('body').delete(0, 3);
    await vi.waitFor(() => expect(ada.provider.hasUnsyncedChanges).toBe(false));
    const before = (await store.load('plan'))?.entries.length;
    const raw = await openRaw(url, 'plan');
    raw.say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
    raw.say({ kind: 'step-2', update: Y.encodeStateAsUpdate(ada.doc) });
    await vi.waitFor(() => expect(raw.receipts()).toBe(1));
    expect((await store.load('plan'))?.entries.length).toBe(before);
  });

  it('[R5] edits that somebody else brings along stay those of who typed them', async () => {
    const { url, store } = await start({ authenticator: everybodyEdits });
    const ada = joinHocuspocus(url, 'plan', { token: 'Ada' });
    ada.doc.getText('body').insert(0, 'one');
    await vi.waitFor(() => expect(ada.provider.hasUnsyncedChanges).toBe(false));
    ada.socket.disconnect();
    ada.doc.getText('body').insert(3, ' two');
    const carried = new Y.Doc();
    Y.applyUpdate(carried, Y.encodeStateAsUpdate(ada.doc));
    carried.getText('body').insert(7, ' three');
    const ben = joinHocuspocus(url, 'plan', { token: 'Ben', doc: carried });
    await vi.waitFor(() => expect(ben.provider.isSynced && !ben.provider.hasUnsyncedChanges).toBe(true));
    const entries = (await store.load('plan'))?.entries ?? [];
    const byAuthor = entries.at(-1)?.updates.map(({ author, update }) => {
      const { structs } = Y.decodeUpdate(update);
      return [author, structs.map((struct) => (struct.id.client === ada.doc.clientID ? 'Ada' : 'Ben'))];
    });
    expect(byAuthor).toEqual([
      ['Ada', ['Ada']],
      ['Ben', ['Ben']],
    ]);
  });

  it('[G6] a reader changes nothing: neither by update, nor by step 2, in either dialect', async () => {
    const { url, store } = await start({ authenticator: readersWithout('writer') });
    const writer = joinHocuspocus(url, 'plan', { token: 'writer' });
    writer.doc.getText('body').insert(0, 'original');
    await vi.waitFor(() => expect(writer.provider.hasUnsyncedChanges).toBe(false));
    const prepared = new Y.Doc();
    prepared.getText('body').insert(0, 'by step 2 ');
    const reader = joinHocuspocus(url, 'plan', { doc: prepared });
    const other = joinYWebsocket(url, 'plan');
    const denials = countDenials(other.provider);
    await vi.waitFor(() => expect(textOf(other.doc)).toBe('original'));
    await vi.waitFor(() => expect(reader.provider.authorizedScope).toBe('readonly'));
    reader.doc.getText('body').insert(0, 'by update ');
    other.doc.getText('body').insert(0, 'by y-websocket ');
    await vi.waitFor(() => expect(denials()).toBeGreaterThan(0));
    writer.doc.getText('body').insert(8, '!');
    await vi.waitFor(() => expect(textOf(other.doc)).toContain('original!'));
    expect(textOf(writer.doc)).toBe('original!');
    expect(await stored(store, 'plan')).toBe('original!');
    expect(reader.provider.hasUnsyncedChanges).toBe(true);
  });
});

describe('documents that come and go', () => {
  it('[R6] the last one leaves while another enters: nobody ends up in a document that is gone', async () => {
    const { url, collaboration } = await start({ limits: { unloadDelayMs: 0 } });
    let previous = joinHocuspocus(url, 'plan');
    previous.doc.getText('body').insert(0, '0');
    await vi.waitFor(() => expect(previous.provider.hasUnsyncedChanges).toBe(false));
    for (let round = 1; round <= 25; round += 1) {
      const next = joinHocuspocus(url, 'plan');
      previous.leave();
      next.doc.getText('body').insert(0, String(round % 10));
      await vi.waitFor(() => expect(textOf(next.doc)).toHaveLength(round + 1));
      await vi.waitFor(() => expect(next.provider.hasUnsyncedChanges).toBe(false));
      previous = next;
    }
    previous.leave();
    await vi.waitFor(() => expect(collaboration.openDocuments).toBe(0));
  });

  it('[R7] a failed load closes the socket with a retryable code, leaves nothing behind, and heals by itself', async () => {
    const store = new FailingLoads();
    ends.push(() => store.close());
    const { url, collaboration } = await start({ store });
    store.failing = true;
    const raw = new WebSocket(`${url}/yjs/plan`);
    expect(await new Promise((resolve) => raw.on('close', resolve))).toBe(closeCodes.loadFailed.code);
    expect(collaboration.openDocuments).toBe(0);
    const ada = joinHocuspocus(url, 'plan');
    ada.doc.getText('body').insert(0, 'patient');
    await vi.waitFor(() => expect(store.loads).toBeGreaterThan(2));
    store.failing = false;
    await vi.waitFor(() => expect(ada.provider.hasUnsyncedChanges).toBe(false));
    expect(await stored(store, 'plan')).toBe('patient');
  });

  it('[R14] a deleted document does not come back through an open tab', async () => {
    const { url, store, collaboration } = await start();
    const ada = joinHocuspocus(url, 'plan');
    const ben = joinYWebsocket(url, 'plan');
    ada.doc.getText('body').insert(0, 'old');
    await vi.waitFor(() => expect(textOf(ben.doc)).toBe('old'));
    const closed = new Promise((resolve) => ben.provider.on('closed', ({ code }) => resolve(code)));
    await collaboration.delete('plan' as never);
    expect(await closed).toBe(closeCodes.documentDeleted.code);
    ada.doc.getText('body').insert(0, 'still typing ');
    ada.socket.disconnect();
    await ada.socket.connect();
    const fresh = joinYWebsocket(url, 'plan');
    await vi.waitFor(() => expect(fresh.provider.synced).toBe(true));
    fresh.doc.getText('body').insert(0, 'new');
    await vi.waitFor(async () => expect(await stored(store, 'plan')).toBe('new'));
    expect(textOf(fresh.doc)).toBe('new');
    expect((await store.load('plan'))?.epoch.count).toBe(2);
  });

  it('[R14] what was typed offline on top of a deleted life does not bring the document back', async () => {
    const { url, store, collaboration } = await start();
    const doc = new Y.Doc();
    const typed: Uint8Array[] = [];
    doc.on('update', (update: Uint8Array) => typed.push(update));
    doc.getText('body').insert(0, 'old');
    const raw = await openRaw(url, 'plan');
    raw.say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
    raw.say({ kind: 'step-2', update: Y.encodeStateAsUpdate(doc) });
    await vi.waitFor(() => expect(raw.receipts()).toBe(1));
    await collaboration.delete('plan' as never);
    doc.getText('body').insert(3, ' and more');
    const tab = await openRaw(url, 'plan');
    tab.say({ kind: 'update', update: typed.at(-1) ?? EMPTY_UPDATE });
    await vi.waitFor(() => expect(tab.heard).toContainEqual({ kind: 'closed', reason: closeCodes.staleEpoch.name }));
    expect(await store.stat('plan')).toMatchObject({ state: 'deleted' });
  });

  it('who types on after a deletion keeps the socket, and the other documents on it', async () => {
    const { url, collaboration } = await start();
    const ada = joinHocuspocus(url, 'plan');
    const other = new Y.Doc();
    const provider = new HocuspocusProvider({ websocketProvider: ada.socket, name: 'other', document: other });
    provider.attach();
    ends.push(() => provider.destroy());
    ada.doc.getText('body').insert(0, 'old');
    await vi.waitFor(() => expect([ada.provider.hasUnsyncedChanges, provider.isSynced]).toEqual([false, true]));
    const closes: unknown[] = [];
    ada.socket.on('close', ({ event }: { event: CloseEvent }) => closes.push([event.code, event.reason]));
    await collaboration.delete('plan' as never);
    for (let key = 0; key < testLimits.maxUnestablishedFrames + 50; key += 1) ada.doc.getText('body').insert(0, 'x');
    other.getText('body').insert(0, 'alive');
    await vi.waitFor(() => expect(provider.hasUnsyncedChanges).toBe(false));
    expect(closes).toEqual([]);
  });

  it('the index of documents follows the title in the document, also when it is the last edit', async () => {
    const { url, store } = await start();
    const ada = joinHocuspocus(url, 'plan');
    ada.doc.getMap('meta').set('title', 'Harbour bridge');
    await vi.waitFor(async () => expect(await store.stat('plan')).toMatchObject({ title: 'Harbour bridge' }));
  });

  it('the index of documents has the title of a server-side edit at once, and catches up after a crash', async () => {
    const { store, collaboration } = await start();
    await collaboration.edit('plan' as never, 'api', (doc) => doc.getMap('meta').set('title', 'At once'));
    expect(await store.stat('plan')).toMatchObject({ title: 'At once' });
    const doc = new Y.Doc();
    doc.getMap('meta').set('title', 'Never told');
    const epoch = { count: 1, id: '0'.repeat(16) };
    await store.append({
      document: 'other',
      epoch,
      time: 1,
      updates: [{ author: '', update: Y.encodeStateAsUpdate(doc) }],
    });
    await collaboration.edit('other' as never, 'api', () => {});
    await vi.waitFor(async () => expect(await store.stat('other')).toMatchObject({ title: 'Never told' }));
  });

  it('an edit of the server’s own reaches everybody, and creates a document', async () => {
    const { url, store, collaboration } = await start();
    const ada = joinHocuspocus(url, 'plan');
    await collaboration.edit('plan' as never, 'api', (doc) => doc.getText('body').insert(0, 'from the server'));
    await vi.waitFor(() => expect(textOf(ada.doc)).toBe('from the server'));
    expect((await store.load('plan'))?.entries[0]?.updates[0]?.author).toBe('api');
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

function countDenials(provider: ReturnType<typeof joinWithYWebsocket>['provider']): () => number {
  let denials = 0;
  provider.messageHandlers[2] = () => {
    denials += 1;
  };
  return () => denials;
}

/** Whoever has another token may only read. */
function readersWithout(writerToken: string): Authenticator {
  return {
    authenticate: ({ token }) =>
      Promise.resolve({ role: token === writerToken ? 'editor' : 'reader', user: { id: token, name: null } }),
  };
}

const everybodyEdits: Authenticator = {
  authenticate: ({ token }) => Promise.resolve({ role: 'editor', user: { id: token, name: null } }),
};

class FailingLoads extends MemoryStore {
  failing = false;
  loads = 0;

  override load(document: string): ReturnType<MemoryStore['load']> {
    this.loads += 1;
    if (this.failing) return Promise.reject(new PersistenceError('READ_FAILED', 'the disk failed to read'));
    return super.load(document);
  }
}
