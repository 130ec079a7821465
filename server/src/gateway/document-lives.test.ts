import { HocuspocusProvider } from '@hocuspocus/provider';
import { MemoryStore, PersistenceError } from '@quire/persistence';
import { closeCodes, type DocumentName } from '@quire/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { type Access, allow } from '../auth/authenticator.ts';
import { createGatewayStage, EMPTY_UPDATE, EMPTY_VECTOR, storedText, textOf } from '../testing/gateway-stage.ts';
import { testLimits } from '../testing/start-gateway.ts';

const stage = createGatewayStage();
const { start, joinHocuspocus, joinYWebsocket, openRaw, atEnd } = stage;
afterEach(() => stage.close());

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

  it('[R4] who leaves before they are let in, and comes back at once, is let in with all that they say then', async () => {
    const authenticate = async (): Promise<Access> => {
      await new Promise((resolve) => setImmediate(resolve));
      return allow('editor');
    };
    const { url, store } = await start({ authenticator: { authenticate } });
    const typed = new Y.Doc();
    typed.getText('body').insert(0, 'back');
    const raw = await openRaw(url, 'plan', [
      { kind: 'step-1', stateVector: EMPTY_VECTOR },
      { kind: 'close' },
      { kind: 'token', token: '', providerVersion: null },
      { kind: 'step-1', stateVector: EMPTY_VECTOR },
      { kind: 'step-2', update: Y.encodeStateAsUpdate(typed) },
    ]);
    await vi.waitFor(() => expect(raw.receipts()).toBe(1));
    expect(await storedText(store, 'plan')).toBe('back');
  });

  it('[R7] a failed load closes the socket with a retryable code, leaves nothing behind, and heals by itself', async () => {
    const store = new FailingLoads();
    atEnd(() => store.close());
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
    expect(await storedText(store, 'plan')).toBe('patient');
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
    await vi.waitFor(async () => expect(await storedText(store, 'plan')).toBe('new'));
    expect(textOf(fresh.doc)).toBe('new');
    expect((await store.load('plan'))?.epoch.count).toBe(2);
  });

  it.each(['never edited', 'deleted before'])(
    'a deletion of what is not there fails and puts nobody out: %s',
    async (what) => {
      const { url, store, collaboration } = await start();
      if (what === 'deleted before') {
        await collaboration.edit('plan' as never, '', (doc) => doc.getText('body').insert(0, 'old'));
        await collaboration.delete('plan' as never);
      }
      const ada = joinHocuspocus(url, 'plan');
      const ben = joinYWebsocket(url, 'plan');
      await vi.waitFor(() => expect([ada.provider.isSynced, ben.provider.synced]).toEqual([true, true]));
      const losses: unknown[] = [];
      ada.socket.on('close', () => losses.push('ada'));
      ada.provider.on('close', () => losses.push('ada'));
      ben.provider.on('connection-close', () => losses.push('ben'));
      const deletion = collaboration.delete('plan' as never);
      const eve = joinYWebsocket(url, 'plan');
      await expect(deletion).rejects.toMatchObject({ code: 'UNKNOWN_DOCUMENT' });
      ada.doc.getText('body').insert(0, 'first words');
      await vi.waitFor(() => expect([textOf(ben.doc), textOf(eve.doc)]).toEqual(['first words', 'first words']));
      expect(await storedText(store, 'plan')).toBe('first words');
      expect(losses).toEqual([]);
    },
  );

  it('[G5] a deletion that the disk refuses puts nobody out', async () => {
    const store = new MemoryStore();
    atEnd(() => store.close());
    const { url, collaboration } = await start({ store });
    const ada = joinYWebsocket(url, 'plan');
    ada.doc.getText('body').insert(0, 'kept');
    await vi.waitFor(async () => expect(await storedText(store, 'plan')).toBe('kept'));
    const losses: unknown[] = [];
    ada.provider.on('connection-close', (event) => losses.push(event));
    store.refuse();
    await expect(collaboration.delete('plan' as never)).rejects.toMatchObject({ code: 'REFUSED' });
    store.recover();
    ada.doc.getText('body').insert(4, '!');
    await vi.waitFor(async () => expect(await storedText(store, 'plan')).toBe('kept!'));
    expect(losses).toEqual([]);
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
    const tab = await openRaw(url, 'plan', [{ kind: 'step-1', stateVector: EMPTY_VECTOR }]);
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
    atEnd(() => provider.destroy());
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

class FailingLoads extends MemoryStore {
  failing = false;
  loads = 0;

  override load(document: string): ReturnType<MemoryStore['load']> {
    this.loads += 1;
    if (this.failing) return Promise.reject(new PersistenceError('READ_FAILED', 'the disk failed to read'));
    return super.load(document);
  }
}

it('[R14] an edit of the server’s own is answered, however far it has come when its document is deleted', async () => {
  const { collaboration } = await start();
  const name = 'plan' as DocumentName;
  const write = (): Promise<void> => collaboration.edit(name, '', (doc) => doc.getText('body').insert(0, 'x'));
  for (let steps = 0; steps < 40; steps += 1) {
    await write();
    const written = write();
    for (let step = 0; step < steps; step += 1) await Promise.resolve();
    const [, deleted] = await Promise.allSettled([written, collaboration.delete(name)]);
    expect(deleted?.status).toBe('fulfilled');
  }
});
