import { closeCodes } from '@quire/protocol';
import { until } from '@quire/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { createGatewayStage, EMPTY_UPDATE, EMPTY_VECTOR, storedText, textOf } from '../testing/gateway-stage.ts';
import { makeManyTexts } from '../testing/made-up-updates.ts';

const stage = createGatewayStage();
const { start, joinHocuspocus, joinYWebsocket, openRaw } = stage;
afterEach(() => stage.close());

const LIMIT = 10_000;
const limits = { maxDocumentBytes: LIMIT };

/** Somebody who has written a document that is nearly as large as it may be. */
async function fill(url: string) {
  const ada = joinHocuspocus(url, 'plan');
  ada.doc.getText('body').insert(0, 'x'.repeat(LIMIT - 500));
  await vi.waitFor(() => expect(ada.provider.hasUnsyncedChanges).toBe(false));
  return ada;
}

/** Somebody who knows the document and speaks for themselves. */
async function enter(url: string, doc: Y.Doc) {
  const raw = await openRaw(url, 'plan');
  raw.say({ kind: 'step-1', stateVector: Y.encodeStateVector(doc) });
  raw.say({ kind: 'step-2', update: EMPTY_UPDATE });
  await until(() => raw.receipts() === 1, { what: 'its handshake is confirmed' });
  return raw;
}

/** The update that a change makes, and the document with it. */
function change(before: Y.Doc, edit: (doc: Y.Doc) => void): { update: Uint8Array; doc: Y.Doc } {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(before));
  const vector = Y.encodeStateVector(doc);
  edit(doc);
  return { update: Y.encodeStateAsUpdate(doc, vector), doc };
}

const reasons = (raw: Awaited<ReturnType<typeof openRaw>>): unknown[] =>
  raw.heard.flatMap((frame) => (frame.kind === 'closed' ? [frame.reason] : []));

describe('[G4] a document as large as it may be', () => {
  it('[G4] [R4] takes no edit that would make it larger, and nothing of that connection after it', async () => {
    const { url, store } = await start({ limits });
    const ada = await fill(url);
    const raw = await enter(url, ada.doc);
    const pasted = change(ada.doc, (doc) => doc.getText('body').insert(0, 'y'.repeat(5_000)));
    raw.say({ kind: 'update', update: pasted.update });
    raw.say({ kind: 'update', update: change(pasted.doc, (doc) => doc.getText('body').insert(0, 'z')).update });
    await until(() => reasons(raw).length > 0, { what: 'it is told why' });
    expect(reasons(raw)).toEqual([closeCodes.documentTooLarge.name]);
    expect(raw.receipts()).toBe(1);
    ada.doc.getText('body').delete(0, 1);
    await vi.waitFor(() => expect(ada.provider.hasUnsyncedChanges).toBe(false));
    expect(await storedText(store, 'plan')).toBe('x'.repeat(LIMIT - 501));
  });

  it('is refused in the y-websocket dialect with a code that its provider does not try again', async () => {
    const { url } = await start({ limits });
    const ben = joinYWebsocket(url, 'plan');
    const closed = new Promise<number | undefined>((resolve) => {
      ben.provider.on('connection-close', (event) => resolve(event?.code));
    });
    await vi.waitFor(() => expect(ben.provider.synced).toBe(true));
    ben.doc.getText('body').insert(0, 'x'.repeat(LIMIT + 1));
    expect(await closed).toBe(closeCodes.documentTooLarge.code);
    expect(ben.provider.shouldConnect).toBe(false);
  });

  it('can be read by whoever comes, and small edits pass as long as there is room', async () => {
    const { url } = await start({ limits });
    const ada = await fill(url);
    const ben = joinYWebsocket(url, 'plan');
    await vi.waitFor(() => expect(textOf(ben.doc)).toBe(textOf(ada.doc)));
    ben.doc.getText('body').insert(0, 'still ');
    await vi.waitFor(() => expect(textOf(ada.doc).startsWith('still x')).toBe(true));
  });

  it('can be made smaller, and then written to again', async () => {
    const { url, store } = await start({ limits });
    const ada = await fill(url);
    const full = await enter(url, ada.doc);
    full.say({
      kind: 'update',
      update: change(ada.doc, (doc) => doc.getText('body').insert(0, 'y'.repeat(5_000))).update,
    });
    await until(() => reasons(full).length > 0, { what: 'it is full' });
    ada.doc.getText('body').delete(0, 8_000);
    await vi.waitFor(() => expect(ada.provider.hasUnsyncedChanges).toBe(false));
    ada.doc.getText('body').insert(0, 'y'.repeat(5_000));
    await vi.waitFor(() => expect(ada.provider.hasUnsyncedChanges).toBe(false));
    expect((await storedText(store, 'plan')).length).toBe(LIMIT - 500 - 3_000);
  });

  it('can be written over: what takes away as much as it brings passes, and what only claims to does not', async () => {
    const { url, store } = await start({ limits });
    const ada = await fill(url);
    const text = ada.doc.getText('body');
    ada.doc.transact(() => {
      text.delete(0, 2_000);
      text.insert(0, 'y'.repeat(1_500));
    });
    await vi.waitFor(() => expect(ada.provider.hasUnsyncedChanges).toBe(false));
    expect(await storedText(store, 'plan')).toBe(text.toString());
    const raw = await enter(url, ada.doc);
    const deletions = Y.encodeStateAsUpdate(ada.doc); // of what is gone already
    const claim = new Y.Doc();
    claim.getText('body').insert(0, 'z'.repeat(1_500));
    raw.say({ kind: 'update', update: Y.mergeUpdates([deletions, Y.encodeStateAsUpdate(claim)]) });
    await until(() => reasons(raw).length > 0, { what: 'it is refused' });
    expect(await storedText(store, 'plan')).toBe(text.toString());
  });

  it('is as large as it is, however often it was written over, and whoever opens it anew', async () => {
    const { url, collaboration } = await start({ limits });
    for (let visit = 0; visit < 3; visit += 1) {
      const ada = joinHocuspocus(url, 'plan');
      await vi.waitFor(() => expect(ada.provider.isSynced).toBe(true));
      for (let round = 0; round < 5; round += 1) {
        ada.doc.getMap('blobs').set('one', 'x'.repeat(4_000));
        await vi.waitFor(() => expect(ada.provider.hasUnsyncedChanges).toBe(false));
      }
      ada.leave();
      await vi.waitFor(() => expect(collaboration.openDocuments).toBe(0));
    }
  });

  it('that became too large by a lower limit opens, shrinks, and does not grow', async () => {
    const roomy = await start();
    const ada = joinHocuspocus(roomy.url, 'plan');
    ada.doc.getText('body').insert(0, 'x'.repeat(3 * LIMIT));
    await vi.waitFor(() => expect(ada.provider.hasUnsyncedChanges).toBe(false));
    ada.leave();
    const { url } = await start({ store: roomy.store, limits });
    const ben = joinHocuspocus(url, 'plan');
    await vi.waitFor(() => expect(textOf(ben.doc)).toHaveLength(3 * LIMIT));
    const raw = await enter(url, ben.doc);
    raw.say({ kind: 'update', update: change(ben.doc, (doc) => doc.getText('body').insert(0, 'more')).update });
    await until(() => reasons(raw).length > 0, { what: 'it may not grow' });
    ben.doc.getText('body').delete(0, 3 * LIMIT - 100);
    await vi.waitFor(() => expect(ben.provider.hasUnsyncedChanges).toBe(false));
    ben.doc.getText('body').insert(0, 'more');
    await vi.waitFor(() => expect(ben.provider.hasUnsyncedChanges).toBe(false));
  });

  it('[R4] who undoes what was refused comes back with it, and is saved', async () => {
    const { url } = await start({ limits });
    const ada = await fill(url);
    const pasted = change(ada.doc, (doc) => doc.getText('body').insert(0, 'y'.repeat(5_000))).doc;
    pasted.getText('body').delete(0, 5_000);
    const raw = await openRaw(url, 'plan');
    raw.say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
    raw.say({ kind: 'step-2', update: Y.encodeStateAsUpdate(pasted) });
    await until(() => raw.receipts() === 1, { what: 'it is saved' });
  });

  it('[G4] is not outgrown by what was deleted before it was sent, under names that stay, and can be made smaller still', async () => {
    const { url, store, collaboration } = await start({ limits });
    const ada = await fill(url);
    const raw = await enter(url, ada.doc);
    for (let key = 0; key < 10; key += 1) {
      const { update } = change(ada.doc, (doc) => {
        const name = String(key).repeat(2_000);
        doc.getMap('meta').set(name, 1);
        doc.getMap('meta').delete(name);
      });
      raw.say({ kind: 'update', update });
    }
    await until(() => reasons(raw).length > 0 || raw.receipts() === 11, { what: 'it has its answers' });
    expect(reasons(raw)).toEqual([closeCodes.documentTooLarge.name]);
    ada.doc.getText('body').delete(0, 1_000);
    await vi.waitFor(() => expect(ada.provider.hasUnsyncedChanges).toBe(false));
    ada.leave();
    raw.socket.terminate();
    await until(() => collaboration.openDocuments === 0, { what: 'all is on disk' });
    const stored = new Y.Doc();
    const loaded = await store.load('plan');
    for (const { updates } of loaded?.entries ?? []) for (const { update } of updates) Y.applyUpdate(stored, update);
    expect(Y.encodeStateAsUpdate(stored).length).toBeLessThan(LIMIT);
  });

  it('[G4] is not outgrown by many edits that are on their way to the disk together', async () => {
    const { url, store, collaboration } = await start({ limits });
    const raw = await enter(url, new Y.Doc());
    for (let writer = 0; writer < 40; writer += 1) {
      const doc = new Y.Doc();
      doc.getMap('parts').set(String(writer), 'x'.repeat(1_000));
      raw.say({ kind: 'update', update: Y.encodeStateAsUpdate(doc) });
    }
    await until(() => reasons(raw).length > 0, { what: 'one is too many' });
    await until(() => collaboration.openDocuments === 0, { what: 'the others are on disk' });
    const loaded = await store.load('plan');
    const doc = new Y.Doc();
    for (const entry of loaded?.entries ?? []) for (const { update } of entry.updates) Y.applyUpdate(doc, update);
    expect(doc.getMap('parts').size).toBeGreaterThan(5);
    expect(Y.encodeStateAsUpdate(doc).length).toBeLessThanOrEqual(LIMIT);
  });
});

describe('[G4] a document of as many Yjs clients as it may have', () => {
  it('[G4] takes nothing of another one, small or large, and stays open to readers and to those who have written in it', async () => {
    const { url, store } = await start({ limits: { maxClientIdsPerDocument: 2 } });
    const [ada, ben] = [joinHocuspocus(url, 'plan'), joinYWebsocket(url, 'plan')];
    ada.doc.getText('body').insert(0, 'a');
    await vi.waitFor(() => expect(textOf(ben.doc)).toBe('a'));
    ben.doc.getText('body').insert(1, 'b');
    await vi.waitFor(() => expect(textOf(ada.doc)).toBe('ab'));
    const small = change(ada.doc, (doc) => doc.getText('body').insert(0, 'c')).update;
    for (const update of [small, makeManyTexts(7, 9_000)]) {
      const raw = await enter(url, ada.doc);
      raw.say({ kind: 'update', update });
      await until(() => reasons(raw).length > 0, { what: 'it is told why' });
      expect(reasons(raw)).toEqual([closeCodes.documentTooLarge.name]);
    }
    ada.doc.getText('body').insert(2, 'c');
    await vi.waitFor(() => expect(textOf(ben.doc)).toBe('abc'));
    const reader = joinHocuspocus(url, 'plan');
    await vi.waitFor(() => expect(textOf(reader.doc)).toBe('abc'));
    expect(await storedText(store, 'plan')).toBe('abc');
  });

  it('counts those that are on their way to the disk', async () => {
    const { url, store } = await start({ limits: { maxClientIdsPerDocument: 10 } });
    const raw = await enter(url, new Y.Doc());
    for (let client = 1; client <= 20; client += 1) raw.say({ kind: 'update', update: makeManyTexts(client, 1) });
    await until(() => reasons(raw).length > 0, { what: 'one is too many' });
    await vi.waitFor(async () => expect(await storedText(store, 'plan')).toBe('x'.repeat(10)));
  });

  it('[G4] never has more than the state vector of whoever opens it may have', async () => {
    const { url } = await start({ limits: { maxClientIdsPerDocument: 1_000, maxUpdateParts: 10 } });
    const raw = await enter(url, new Y.Doc());
    for (let client = 1; client <= 11; client += 1) raw.say({ kind: 'update', update: makeManyTexts(client, 1) });
    await until(() => reasons(raw).length > 0, { what: 'one is too many' });
    const reader = joinHocuspocus(url, 'plan');
    await vi.waitFor(() => expect(textOf(reader.doc)).toBe('x'.repeat(10)));
  });
});
