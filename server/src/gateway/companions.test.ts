import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DocumentStore, FIRST_EPOCH, MemoryStore, openLevelStore } from '@quire/persistence';
import { closeCodes, companionOf, type DocumentName, THREADS_MAP } from '@quire/protocol';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { sweepCompanions } from '../collab/companion-sweep.ts';
import { createGatewayStage, EMPTY_VECTOR, keystrokes, storedText, textOf } from '../testing/gateway-stage.ts';

const stage = createGatewayStage();
const { start, joinHocuspocus, joinYWebsocket, openRaw, atEnd } = stage;
afterEach(() => stage.close());

const PLAN = 'team/plan' as DocumentName;
const COMMENTS = companionOf(PLAN, 'comments');
const silent = pino({ level: 'silent' });

function write(text: string): (document: Y.Doc) => void {
  return (document) => document.getText('body').insert(0, text);
}

async function openLevel(): Promise<{ readonly open: () => Promise<DocumentStore> }> {
  const directory = await mkdtemp(join(tmpdir(), 'quire-comments-'));
  atEnd(() => rm(directory, { recursive: true, force: true }));
  return { open: () => openLevelStore({ directory }) };
}

async function isLive(store: DocumentStore, name: DocumentName): Promise<boolean> {
  return (await store.load(name))?.state === 'live';
}

describe('the comments on a document', () => {
  it.each([
    ['with the server alone', []],
    ['with extensions', [{}]],
  ])('are created by their first edit, in either dialect, and everybody follows them: %s', async (_, extensions) => {
    const { url, store, collaboration } = await start({ extensions });
    await collaboration.edit(PLAN, '', write('text'));
    const ada = joinHocuspocus(url, COMMENTS);
    const ben = joinYWebsocket(url, COMMENTS);
    await vi.waitFor(() => expect(ada.provider.isSynced && ben.provider.synced).toBe(true));
    expect(await store.load(COMMENTS)).toBeNull();
    ada.doc.getText('body').insert(0, 'from ada');
    await vi.waitFor(() => expect(textOf(ben.doc)).toBe('from ada'));
    await vi.waitFor(() => expect(ada.provider.hasUnsyncedChanges).toBe(false));
    expect(await storedText(store, COMMENTS)).toBe('from ada');
    expect(await storedText(store, PLAN)).toBe('text');
  });

  it('have their own receipts, people and limits, as any document has', async () => {
    const { url, store, collaboration } = await start({ limits: { maxDocumentBytes: 10_000 } });
    await collaboration.edit(PLAN, '', write('text'));
    const raw = await openRaw(url, COMMENTS, [{ kind: 'step-1', stateVector: EMPTY_VECTOR }]);
    const doc = new Y.Doc();
    doc.getText('body').insert(0, 'small');
    raw.say({ kind: 'step-2', update: Y.encodeStateAsUpdate(doc) });
    await vi.waitFor(() => expect(raw.receipts()).toBe(1));
    const updates: Uint8Array[] = [];
    doc.on('update', (update: Uint8Array) => updates.push(update));
    doc.getText('body').insert(0, 'x'.repeat(20_000));
    for (const update of updates) raw.say({ kind: 'update', update });
    await vi.waitFor(() => expect(raw.heard.at(-1)).toEqual({ kind: 'closed', reason: 'document-too-large' }));
    expect(await storedText(store, COMMENTS)).toBe('small');
    await expect(collaboration.edit(COMMENTS, '', write('x'.repeat(20_000)))).rejects.toMatchObject({
      closeCode: closeCodes.documentTooLarge,
    });
  });

  it('keep who wrote what, and when', async () => {
    const { store, collaboration } = await start();
    await collaboration.edit(PLAN, 'ada', write('text'));
    await collaboration.edit(COMMENTS, 'ben', write('first'));
    const entries = [];
    for await (const entry of store.history(COMMENTS)) entries.push(...entry.updates);
    expect(entries.map(({ author }) => author)).toEqual(['ben']);
  });

  it('wait for a document to comment on: nothing is stored before, and the others on the socket stay', async () => {
    const { url, store, collaboration } = await start();
    const raw = await openRaw(url, COMMENTS, [{ kind: 'step-1', stateVector: EMPTY_VECTOR }]);
    for (const update of keystrokes(1)) raw.say({ kind: 'update', update });
    await vi.waitFor(() => expect(raw.heard.at(-1)).toEqual({ kind: 'closed', reason: 'no-such-document' }));
    expect(raw.socket.readyState).toBe(raw.socket.OPEN);
    await expect(collaboration.edit(COMMENTS, '', write('x'))).rejects.toMatchObject({ code: 'UNKNOWN_DOCUMENT' });
    expect([await store.load(PLAN), await store.load(COMMENTS)]).toEqual([null, null]);

    const ada = joinHocuspocus(url, COMMENTS);
    await vi.waitFor(() => expect(ada.provider.isSynced).toBe(true));
    await collaboration.edit(PLAN, '', write('text'));
    ada.doc.getText('body').insert(0, 'now');
    await vi.waitFor(async () => expect(await storedText(store, COMMENTS)).toBe('now'));
  });

  it('have their document in memory for as long as they are open, and leave with it', async () => {
    const { url, collaboration } = await start();
    await collaboration.edit(PLAN, '', write('text'));
    await vi.waitFor(() => expect(collaboration.openDocuments).toBe(0));
    const ada = joinHocuspocus(url, COMMENTS);
    await vi.waitFor(() => expect(ada.provider.isSynced).toBe(true));
    expect(collaboration.openDocuments).toBe(1);
    ada.leave();
    await vi.waitFor(() => expect(collaboration.openDocuments).toBe(0));
  });

  it('[G6] a client that writes a thread itself is put out of them, and nothing of it is stored', async () => {
    const { url, store, collaboration } = await start();
    await collaboration.edit(PLAN, '', write('text'));
    await collaboration.edit(COMMENTS, 'ben', (document) => document.getMap(THREADS_MAP).set('one', new Y.Map()));
    const ada = await openRaw(url, COMMENTS, [{ kind: 'step-1', stateVector: EMPTY_VECTOR }]);
    const ben = joinYWebsocket(url, COMMENTS);
    await vi.waitFor(() => expect(ben.provider.synced).toBe(true));
    const closed = new Promise((resolve) => ben.provider.on('closed', ({ code }) => resolve(code)));
    ben.doc.getMap(THREADS_MAP).delete('one');
    expect(await closed).toBe(closeCodes.writtenByServer.code);
    const forged = new Y.Doc();
    forged.getMap(THREADS_MAP).set('two', new Y.Map([['author', 'somebody else']]));
    ada.say({ kind: 'step-2', update: Y.encodeStateAsUpdate(forged) });
    await vi.waitFor(() => expect(ada.heard.at(-1)).toEqual({ kind: 'closed', reason: 'written-by-server' }));
    expect(ada.socket.readyState).toBe(ada.socket.OPEN);
    await collaboration.settled();
    const threads = await collaboration.read(COMMENTS, (document) => [...document.getMap(THREADS_MAP).keys()]);
    expect(threads).toEqual(['one']);
    expect((await store.load(COMMENTS))?.entries).toHaveLength(1);
  });
});

describe('comments end with their document', () => {
  it('[R14] for everybody who has them open, and its next life begins without any', async () => {
    const { url, store, collaboration } = await start();
    await collaboration.edit(PLAN, '', write('old'));
    const ada = joinHocuspocus(url, COMMENTS);
    const ben = joinYWebsocket(url, COMMENTS);
    ada.doc.getText('body').insert(0, 'old comments');
    await vi.waitFor(() => expect(textOf(ben.doc)).toBe('old comments'));
    const closed = new Promise((resolve) => ben.provider.on('closed', ({ code }) => resolve(code)));
    await collaboration.delete(PLAN);
    expect(await closed).toBe(closeCodes.documentDeleted.code);
    expect([await isLive(store, PLAN), await isLive(store, COMMENTS)]).toEqual([false, false]);

    await collaboration.edit(PLAN, '', write('new'));
    const fresh = joinYWebsocket(url, COMMENTS);
    await vi.waitFor(() => expect(fresh.provider.synced).toBe(true));
    expect(textOf(fresh.doc)).toBe('');
    fresh.doc.getText('body').insert(0, 'new comments');
    await vi.waitFor(async () => expect(await storedText(store, COMMENTS)).toBe('new comments'));
    // Whoever was away brings what they have: it is of a life that has ended.
    const back = await openRaw(url, COMMENTS, [{ kind: 'step-1', stateVector: EMPTY_VECTOR }]);
    ada.doc.getText('body').insert(0, 'still typing ');
    back.say({ kind: 'step-2', update: Y.encodeStateAsUpdate(ada.doc) });
    await vi.waitFor(() => expect(back.heard.at(-1)).toEqual({ kind: 'closed', reason: 'stale-epoch' }));
    expect(await storedText(store, COMMENTS)).toBe('new comments');
  });

  it('[R14] also where it was deleted, and lived again, without any', async () => {
    const { store, collaboration } = await start();
    for (const life of ['first', 'second', 'third']) {
      await collaboration.edit(PLAN, '', write(life));
      if (life !== 'second') await collaboration.edit(COMMENTS, '', write(`on the ${life}`));
      if (life === 'third') break;
      await collaboration.delete(PLAN);
      expect(await isLive(store, COMMENTS)).toBe(false);
    }
    expect(await storedText(store, COMMENTS)).toBe('on the third');
  });

  it('[R14] also when the server is killed between the two: what is left shows in no later life', async () => {
    const { open } = await openLevel();
    const before = await open();
    const first = await start({ store: before });
    await first.collaboration.edit(PLAN, '', write('old'));
    await first.collaboration.edit(COMMENTS, '', write('old comments'));
    await first.close();
    await before.delete(PLAN); // as far as it came
    await before.close();

    const store = await open();
    atEnd(() => store.close());
    const { url, collaboration } = await start({ store });
    expect(await isLive(store, COMMENTS)).toBe(true);
    await collaboration.edit(PLAN, '', write('new'));
    const ada = joinHocuspocus(url, COMMENTS);
    await vi.waitFor(() => expect(ada.provider.isSynced).toBe(true));
    expect(textOf(ada.doc)).toBe('');
    expect(await isLive(store, COMMENTS)).toBe(false);
  });

  it('[R14] also when nobody opens them again: the next start ends them, and no others', async () => {
    const { open } = await openLevel();
    const store = await open();
    atEnd(() => store.close());
    const first = await start({ store });
    for (const name of ['kept', 'left'] as DocumentName[]) {
      await first.collaboration.edit(name, '', write(name));
      await first.collaboration.edit(companionOf(name, 'comments'), '', write(`on ${name}`));
    }
    await first.close();
    await store.delete('left');
    await sweepCompanions(store, silent).done;
    expect(await storedText(store, companionOf('kept' as DocumentName, 'comments'))).toBe('on kept');
    expect(await isLive(store, companionOf('left' as DocumentName, 'comments'))).toBe(false);
  });

  it('but what was stored under such a name before it meant comments is left alone, and told of', async () => {
    const warnings: string[] = [];
    const store = new MemoryStore();
    atEnd(() => store.close());
    const [update = new Uint8Array()] = keystrokes(1);
    const stored = { epoch: FIRST_EPOCH, time: 1, updates: [{ author: '', update }] };
    for (const document of [PLAN, COMMENTS]) await store.append({ document, ...stored });
    const log = pino({ level: 'warn' }, { write: (line: string) => warnings.push(JSON.parse(line).msg) });
    await sweepCompanions(store, log).done;
    expect(warnings).toEqual([expect.stringContaining(COMMENTS)]);
    const { url } = await start({ store });
    const ada = joinHocuspocus(url, COMMENTS);
    const failed = new Promise((resolve) => ada.provider.on('authenticationFailed', resolve));
    expect(await failed).toEqual({ reason: 'bad-document-name' });
    await store.delete(PLAN);
    await sweepCompanions(store, log).done;
    expect(await storedText(store, COMMENTS)).toBe('x');
  });
});

it('[G4] all that the server writes while a document is in memory is by one client: state vectors stay small', async () => {
  const { url, collaboration } = await start();
  const ada = joinHocuspocus(url, PLAN);
  await vi.waitFor(() => expect(ada.provider.isSynced).toBe(true));
  for (let round = 0; round < 20; round += 1) await collaboration.edit(PLAN, '', write('x'));
  await vi.waitFor(() => expect(textOf(ada.doc)).toHaveLength(20));
  expect(ada.doc.store.clients.size).toBe(1);
});
