import { MemoryStore, PersistenceError } from '@quire/persistence';
import {
  type ClientFrame,
  closeCodes,
  decodePresence,
  decodeServerFrame,
  encodeHocuspocusFrame,
  encodePresence,
} from '@quire/protocol';
import { type FrameSocket, type joinWithYWebsocket, openFrameSocket } from '@quire/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { type Authenticator, allow } from '../auth/authenticator.ts';
import {
  createGatewayStage,
  EMPTY_UPDATE,
  EMPTY_VECTOR,
  keystrokes,
  type RawClient,
  storedText,
  textOf,
} from '../testing/gateway-stage.ts';
import { makeCycle, makeDeletion, makeNest } from '../testing/made-up-updates.ts';
import { testLimits } from '../testing/start-gateway.ts';

const stage = createGatewayStage();
const { start, joinHocuspocus, joinYWebsocket, openRaw, atEnd } = stage;
afterEach(() => stage.close());

describe('what a client may not do', () => {
  it('[R3] a flood of updates without their predecessors is closed at the limit and leaves others alone', async () => {
    const { url, store } = await start();
    const bystander = joinHocuspocus(url, 'plan');
    const raw = await openRaw(url, 'plan');
    for (const update of keystrokes(testLimits.maxPendingUpdates + 20).slice(1)) raw.say({ kind: 'update', update });
    expect(await raw.closed).toBe(closeCodes.tooMuchPending.code);
    bystander.doc.getText('body').insert(0, 'fine');
    await vi.waitFor(() => expect(bystander.provider.hasUnsyncedChanges).toBe(false));
    expect(await storedText(store, 'plan')).toBe('fine');
  });

  it('[R3] a flood of updates that wait for each other is closed at the limit and leaves others alone', async () => {
    const { url, store } = await start();
    const bystander = joinHocuspocus(url, 'plan');
    const raw = await openRaw(url, 'plan');
    for (let pair = 0; pair < testLimits.maxPendingUpdates; pair += 1) {
      raw.say({ kind: 'update', update: makeCycle(1_000 + 2 * pair, 1_001 + 2 * pair) });
    }
    expect(await raw.closed).toBe(closeCodes.tooMuchPending.code);
    bystander.doc.getText('body').insert(0, 'fine');
    await vi.waitFor(() => expect(bystander.provider.hasUnsyncedChanges).toBe(false));
    expect(await storedText(store, 'plan')).toBe('fine');
  });

  it('[R3] [R5] a document that is full of pending edits keeps nobody from saving what they typed offline', async () => {
    const { url, store } = await start();
    const flood = await openRaw(url, 'plan');
    for (const update of keystrokes(testLimits.maxPendingUpdates + 1).slice(1)) flood.say({ kind: 'update', update });
    flood.say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
    flood.say({ kind: 'step-2', update: EMPTY_UPDATE });
    await vi.waitFor(() => expect(flood.receipts()).toBe(1));
    const ada = joinHocuspocus(url, 'plan');
    await vi.waitFor(() => expect(ada.provider.isSynced).toBe(true));
    expect(ada.doc.store.pendingStructs).not.toBeNull();
    ada.leave();
    ada.doc.getText('body').insert(0, 'typed offline');
    const before = (await store.load('plan'))?.entries.length ?? 0;
    const returned = await openRaw(url, 'plan');
    returned.say({ kind: 'step-1', stateVector: Y.encodeStateVector(ada.doc) });
    returned.say({ kind: 'step-2', update: Y.encodeStateAsUpdate(ada.doc) });
    await vi.waitFor(() => expect(returned.receipts()).toBe(1));
    expect(await storedText(store, 'plan')).toBe('typed offline');
    const added = (await store.load('plan'))?.entries.slice(before).flatMap((entry) => entry.updates) ?? [];
    const writers = added.flatMap(({ update }) => Y.decodeUpdate(update).structs.map((struct) => struct.id.client));
    expect(new Set(writers)).toEqual(new Set([ada.doc.clientID]));
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
    expect(await storedText(store, 'plan')).toBe('fine!');
  });

  it('[G4] [R3] what was refused as pending counts for nothing: others may write as deep as before', async () => {
    const { url } = await start({ limits: { maxPendingBytes: 2_048 } });
    const unknown = { client: 99, clock: 0 };
    const refused = await openRaw(url, 'plan');
    refused.say({ kind: 'update', update: makeNest({ client: 7, clock: 0 }, 900, unknown) });
    expect(await refused.closed).toBe(closeCodes.tooMuchPending.code);
    await saysAfterHandshake(await openRaw(url, 'plan'), makeNest({ client: 8, clock: 0 }, 250, unknown));
  });

  it('[G4] [R3] what the disk did not take counts for nothing: others may write as deep as before', async () => {
    const store = new MemoryStore();
    atEnd(() => store.close());
    const append = store.append.bind(store);
    const { url } = await start({ store, limits: { maxPendingUpdates: 5_000 } });
    // With something that waits in the document, whatever else does not come might wait too.
    await saysAfterHandshake(await openRaw(url, 'plan'), keystrokes(2)[1] ?? EMPTY_UPDATE);
    store.append = () => Promise.reject(new PersistenceError('QUEUE_FULL', 'too much is waiting'));
    const unknown = { client: 99, clock: 0 };
    const unlucky = await openRaw(url, 'plan');
    unlucky.say({ kind: 'update', update: makeNest({ client: 7, clock: 0 }, 900, unknown) });
    expect(await unlucky.closed).toBe(closeCodes.overloaded.code);
    store.append = append;
    await saysAfterHandshake(await openRaw(url, 'plan'), makeNest({ client: 8, clock: 0 }, 300, unknown));
  });

  it.each([
    ['at once', 400],
    ['one by one', 3_000],
  ])('[G3] [G4] types in types beyond measure are refused, and the document opens: %s', async (how, levels) => {
    const { url } = await start();
    const bystander = joinYWebsocket(url, 'plan');
    bystander.doc.getText('body').insert(0, 'fine');
    const raw = await openRaw(url, 'plan');
    const updates = nestTypes(levels);
    for (const update of how === 'at once' ? [Y.mergeUpdates(updates)] : updates) raw.say({ kind: 'update', update });
    expect(await raw.closed).toBe(closeCodes.updateTooComplex.code);
    // Taken out at the top, all that are inside go with it, on the stack of everybody who hears of it.
    const other = joinYWebsocket(url, 'plan');
    await vi.waitFor(() => expect(textOf(other.doc)).toBe('fine'));
    other.doc.getMap('nested').delete('k');
    other.doc.getText('body').insert(4, '!');
    await vi.waitFor(() => expect(textOf(bystander.doc)).toBe('fine!'));
  });

  it('[G4] [R10] a presence state that is nested beyond measure is refused: comparing two would throw in every reader', async () => {
    const { url } = await start();
    const bystander = joinYWebsocket(url, 'plan');
    const raw = await openRaw(url, 'plan');
    const state = `{"a":${'['.repeat(8_000)}${']'.repeat(8_000)}}`;
    raw.say({ kind: 'presence', presence: encodePresence([{ clientId: 7, clock: 1, state }]) });
    expect(await raw.closed).toBe(closeCodes.badFrame.code);
    expect(bystander.provider.awareness.getStates().has(7)).toBe(false);
  });

  it.each([
    ['the server alone', []],
    ['hooks on messages', [{ async beforeHandleAwareness() {} }]],
  ])(
    '[R10] a crowd beyond the entries of a frame may come and go: who repeats what they are told of it stays, with %s',
    async (_, extensions) => {
      const { url } = await start({ extensions, limits: { maxPresenceEntries: 4 } });
      const crowd = await Promise.all(Array.from({ length: 12 }, () => openRaw(url, 'plan')));
      const [viewer, colleague] = [joinYWebsocket(url, 'plan'), joinHocuspocus(url, 'plan')];
      const watchers = [viewer, colleague];
      const losses: unknown[] = [];
      const note = (event: unknown): void => void losses.push(event);
      viewer.provider.on('connection-close', note);
      colleague.provider.on('close', note);
      const seen = (): number[] => watchers.map(({ provider }) => provider.awareness?.getStates().size ?? 0);
      for (const [at, raw] of crowd.entries()) {
        raw.say({ kind: 'presence', presence: encodePresence([{ clientId: at + 1, clock: 1, state: '{}' }]) });
      }
      for (const { provider } of watchers) provider.awareness?.setLocalState({ watching: true });
      await vi.waitFor(() => expect(seen()).toEqual([14, 14]));
      const late = joinYWebsocket(url, 'plan');
      late.provider.on('connection-close', note);
      await vi.waitFor(() => expect(late.provider.awareness.getStates().size).toBeGreaterThanOrEqual(14));
      for (const raw of crowd) raw.socket.terminate();
      await vi.waitFor(() => expect(Math.max(...seen())).toBeLessThanOrEqual(3));
      late.doc.getText('body').insert(0, 'still here');
      await vi.waitFor(() => expect(watchers.map(({ doc }) => textOf(doc))).toEqual(['still here', 'still here']));
      expect(losses).toEqual([]);
    },
  );

  it.each(['{', '5', '"text"', '[]'])(
    '[R10] a presence state that is no object is a bad frame before hooks too: %s',
    async (state) => {
      const seen: unknown[] = [];
      const { url } = await start({
        extensions: [{ beforeHandleAwareness: async ({ states }) => void seen.push(states) }],
      });
      const raw = await openRaw(url, 'plan');
      raw.say({ kind: 'presence', presence: encodePresence([{ clientId: 7, clock: 1, state }]) });
      expect(await raw.closed).toBe(closeCodes.badFrame.code);
      expect(seen).toEqual([]);
    },
  );

  it('[G4] [R10] a presence state that grows beyond the limit when others repeat it is refused', async () => {
    const { url } = await start();
    const raw = await openRaw(url, 'plan');
    const numbers = Array.from({ length: 3_000 }, () => '1e20').join(',');
    const state = `{"a":[${numbers}]}`;
    expect(state.length).toBeLessThan(testLimits.maxPresenceStateBytes);
    expect(JSON.stringify(JSON.parse(state)).length).toBeGreaterThan(testLimits.maxPresenceStateBytes);
    raw.say({ kind: 'presence', presence: encodePresence([{ clientId: 7, clock: 1, state }]) });
    expect(await raw.closed).toBe(closeCodes.badFrame.code);
  });

  it('[R10] null is null, however it is written', async () => {
    const { url } = await start();
    const watcher = joinYWebsocket(url, 'plan');
    const raw = await openRaw(url, 'plan');
    const isHere = (): boolean => watcher.provider.awareness.getStates().has(7);
    raw.say({ kind: 'presence', presence: encodePresence([{ clientId: 7, clock: 1, state: '{}' }]) });
    await vi.waitFor(() => expect(isHere()).toBe(true));
    raw.say({ kind: 'presence', presence: encodePresence([{ clientId: 7, clock: 2, state: ' null ' }]) });
    await vi.waitFor(() => expect(isHere()).toBe(false));
    raw.say({ kind: 'query-presence' });
    await vi.waitFor(() => {
      const told = raw.heard.findLast((frame) => frame.kind === 'presence')?.presence ?? new Uint8Array();
      const people = decodePresence(told, { maxEntries: 10, maxStateBytes: 100 }).map(({ clientId }) => clientId);
      expect(people).toEqual([watcher.doc.clientID]);
    });
  });

  it('[G4] [G3] types that lie so deep in each other that deleting them would break the document are refused', async () => {
    const { url, store } = await start();
    const root = { client: 7, clock: 0 };
    const deep = await openRaw(url, 'plan');
    deep.say({ kind: 'update', update: makeNest(root, 5_000) });
    expect(await deep.closed).toBe(closeCodes.updateTooComplex.code);
    expect(await store.load('plan')).toBeNull();
    const raw = await openRaw(url, 'plan');
    raw.say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
    raw.say({ kind: 'step-2', update: EMPTY_UPDATE });
    raw.say({ kind: 'update', update: makeNest(root, testLimits.maxNestingDepth) });
    raw.say({ kind: 'update', update: makeDeletion(root) });
    await vi.waitFor(() => expect(raw.receipts()).toBe(3));
    raw.say({ kind: 'update', update: makeNest({ client: 8, clock: 0 }, testLimits.maxNestingDepth) });
    const deepest = { client: 8, clock: testLimits.maxNestingDepth - 1 };
    raw.say({ kind: 'update', update: makeNest({ client: 9, clock: 0 }, 1, deepest) });
    expect(await raw.closed).toBe(closeCodes.updateTooComplex.code);
  });

  it('[G4] an update of too many parts is refused before it is decoded, and so is a state vector', async () => {
    const { url, store } = await start({ limits: { maxUpdateParts: 500 } });
    const doc = new Y.Doc();
    doc.getArray('list').push(Array.from({ length: 600 }, (_, at) => at));
    const parts = await openRaw(url, 'plan');
    parts.say({ kind: 'update', update: Y.encodeStateAsUpdate(doc) });
    expect(await parts.closed).toBe(closeCodes.updateTooComplex.code);
    const clients = await openRaw(url, 'plan');
    const vector = Y.encodeSnapshot(
      Y.createSnapshot(Y.createDeleteSet(), new Map(Array.from({ length: 600 }, (_, at) => [at, 1]))),
    ).slice(1);
    clients.say({ kind: 'step-1', stateVector: vector });
    expect(await clients.closed).toBe(closeCodes.updateTooComplex.code);
    expect(await store.load('plan')).toBeNull();
  });

  it.each(['in one frame', 'one by one'])(
    '[G4] a connection speaks for sixteen people and for no seventeenth, whoever repeats the words of others: %s',
    async (how) => {
      const { url } = await start();
      const watcher = joinYWebsocket(url, 'plan');
      watcher.provider.awareness.setLocalStateField('user', { name: 'Ada' });
      const raw = await openRaw(url, 'plan');
      const say = (clientIds: readonly number[]): void => {
        const entries = clientIds.map((clientId) => ({ clientId, clock: 1, state: '{}' }));
        for (const part of how === 'in one frame' ? [entries] : entries.map((entry) => [entry])) {
          raw.say({ kind: 'presence', presence: encodePresence(part) });
        }
      };
      const here = (): number => watcher.provider.awareness.getStates().size;
      say(Array.from({ length: 16 }, (_, at) => at + 1));
      await vi.waitFor(() => expect(here()).toBe(17));
      const [echo] = raw.heard.flatMap((frame) => (frame.kind === 'presence' ? [frame.presence] : []));
      raw.say({ kind: 'presence', presence: echo ?? new Uint8Array([0]) });
      raw.say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
      await vi.waitFor(() => expect(raw.heard.some((frame) => frame.kind === 'step-2')).toBe(true));
      let most = 0;
      watcher.provider.awareness.on('change', () => {
        most = Math.max(most, here());
      });
      say([16, 17]);
      expect(await raw.closed).toBe(closeCodes.badFrame.code);
      await vi.waitFor(() => expect(here()).toBe(1));
      expect(most).toBeLessThan(18);
    },
  );

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

  it('[R4] after a refused update nothing more is taken of what came before its sender was let in, either', async () => {
    const { url, store } = await start();
    const [first] = keystrokes(1);
    const socket = await sayAtOnce(url, 'plan', [
      { kind: 'token', token: '', providerVersion: null },
      { kind: 'update', update: new Uint8Array([7, 7, 7]) },
      { kind: 'update', update: first ?? EMPTY_UPDATE },
    ]);
    expect((await socket.closed).code).toBe(closeCodes.badUpdate.code);
    expect(await store.load('plan')).toBeNull();
  });

  it('[R4] who closes a document and opens it again, before they were let in, is let in, with what they wrote', async () => {
    const { url, store } = await start();
    const [first] = keystrokes(1);
    const socket = await sayAtOnce(url, 'plan', [
      { kind: 'token', token: '', providerVersion: null },
      { kind: 'update', update: first ?? EMPTY_UPDATE },
      { kind: 'close' },
      { kind: 'token', token: '', providerVersion: null },
      { kind: 'step-1', stateVector: EMPTY_VECTOR },
    ]);
    await socket.next((frame) => decodeServerFrame(frame).frame.kind === 'step-2' || null, 'the document is not sent');
    await vi.waitFor(async () => expect(await storedText(store, 'plan')).toBe('x'));
    socket.close();
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
    expect(await storedText(store, 'plan')).toBe('original!');
    expect(reader.provider.hasUnsyncedChanges).toBe(true);
  });
});

/** Resolves once it has its receipt. */
async function saysAfterHandshake(raw: RawClient, update: Uint8Array): Promise<void> {
  raw.say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
  raw.say({ kind: 'step-2', update: EMPTY_UPDATE });
  raw.say({ kind: 'update', update });
  await vi.waitFor(() => expect(raw.receipts()).toBe(2));
}

/** Everything arrives before anything of it can be answered. */
async function sayAtOnce(url: string, name: string, frames: readonly ClientFrame[]): Promise<FrameSocket> {
  const socket = await openFrameSocket(`${url}/collab`);
  for (const frame of frames) socket.send(encodeHocuspocusFrame(name, frame));
  return socket;
}

/** Maps in maps, one update a level. */
function nestTypes(levels: number): Uint8Array[] {
  const doc = new Y.Doc();
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  let inner = doc.getMap('nested');
  for (let level = 0; level < levels; level += 1) {
    const next = new Y.Map<unknown>();
    inner.set('k', next);
    inner = next;
  }
  return updates;
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
    authenticate: async ({ token }) => allow(token === writerToken ? 'editor' : 'reader', { id: token, name: null }),
  };
}

const everybodyEdits: Authenticator = {
  authenticate: async ({ token }) => allow('editor', { id: token, name: null }),
};
