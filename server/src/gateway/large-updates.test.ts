import { closeCodes } from '@quire/protocol';
import { until } from '@quire/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { allow } from '../auth/authenticator.ts';
import { createGatewayStage, EMPTY_UPDATE, EMPTY_VECTOR, storedText, textOf } from '../testing/gateway-stage.ts';
import { makeManySubdocuments, makeManyTexts } from '../testing/made-up-updates.ts';
import { testLimits } from '../testing/start-gateway.ts';

const stage = createGatewayStage();
const { start, joinHocuspocus, joinYWebsocket, openRaw } = stage;
afterEach(() => stage.close());

describe('what somebody sends at once', () => {
  it('[G2] however large it is, reaches everybody in both dialects, is saved, and so is what follows', async () => {
    const { url, store } = await start();
    const [ada, ben] = [joinHocuspocus(url, 'plan'), joinYWebsocket(url, 'plan')];
    const cells = ada.doc.getArray<number[]>('cells');
    ada.doc.transact(() => {
      for (let row = 0; row < 12_000; row += 1) cells.push([[row]]);
      ada.doc.getText('body').insert(0, 'ü'.repeat(300_000));
    });
    ada.doc.getText('body').insert(0, 'and then ');
    await until(() => !ada.provider.hasUnsyncedChanges, { what: 'all of it is saved' });
    await until(() => textOf(ben.doc).length === 300_009, { what: 'Ben has all of it' });
    expect(ben.doc.getArray('cells').length).toBe(12_000);
    ben.doc.getText('body').insert(0, 'ß'.repeat(400_000));
    ben.doc.getText('body').insert(0, 'from Ben: ');
    await until(() => textOf(ada.doc).length === 700_019, { what: 'Ada has all of it' });
    expect(await storedText(store, 'plan')).toBe(textOf(ada.doc));
  });

  it('[G2] typed offline, comes with the handshake', async () => {
    const { url, store } = await start();
    const doc = new Y.Doc();
    doc.transact(() => {
      doc.getText('body').insert(0, 'x'.repeat(500_000));
      for (let at = 0; at < 9_000; at += 1) doc.getText('body').delete(at, 1);
    });
    const ada = joinHocuspocus(url, 'plan', { doc });
    await until(() => ada.provider.isSynced && !ada.provider.hasUnsyncedChanges, { what: 'saved' });
    expect(await storedText(store, 'plan')).toHaveLength(491_000);
  });

  it('[G4] is refused where judging it takes more than it may, and the server goes on as if nothing had been', async () => {
    const { url, store } = await start({ limits: { maxJudgingMs: 1 } });
    const bystander = joinHocuspocus(url, 'plan');
    const raw = await openRaw(url, 'plan');
    raw.say({ kind: 'update', update: makeManyTexts(7, 50_000) });
    expect(await raw.closed).toBe(closeCodes.updateTooComplex.code);
    bystander.doc.getText('body').insert(0, 'fine');
    await vi.waitFor(() => expect(bystander.provider.hasUnsyncedChanges).toBe(false));
    expect(await storedText(store, 'plan')).toBe('fine');
  });

  it('[G4] is refused before anything is made of it where it has too many parts', async () => {
    const { url, store } = await start();
    const raw = await openRaw(url, 'plan');
    raw.say({ kind: 'update', update: makeManySubdocuments(7, testLimits.maxUpdateParts) });
    expect(await raw.closed).toBe(closeCodes.updateTooComplex.code);
    expect(await store.load('plan')).toBeNull();
  });
});

describe('with hooks on messages', () => {
  it('[R4] a frame larger than what may wait passes, and who writes faster than they are is slowed, not closed', async () => {
    const { url, store } = await start({
      extensions: [{ beforeHandleMessage: () => new Promise((resolve) => setTimeout(resolve, 1)) }],
      limits: { maxUnestablishedBytes: 100_000 },
    });
    const raw = await openRaw(url, 'plan');
    raw.say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
    raw.say({ kind: 'step-2', update: EMPTY_UPDATE });
    await vi.waitFor(() => expect(raw.receipts()).toBe(1));
    const doc = new Y.Doc();
    const text = doc.getText('body');
    doc.on('update', (update: Uint8Array) => raw.say({ kind: 'update', update }));
    text.insert(0, 'x'.repeat(1_000_000));
    for (let key = 0; key < 100; key += 1) text.insert(0, 'y'.repeat(20_000));
    await vi.waitFor(() => expect(raw.receipts()).toBe(102), { timeout: 10_000 });
    expect(await storedText(store, 'plan')).toBe(text.toString());
  });

  it('[G6] a token behind the goodbye is for who opens the document next, whoever that is', async () => {
    const { url, store } = await start({
      extensions: [{ beforeHandleMessage: () => new Promise((resolve) => setImmediate(resolve)) }],
      authenticator: { authenticate: async ({ token }) => allow('editor', { id: token, name: null }) },
    });
    const raw = await openRaw(url, 'plan');
    raw.say({ kind: 'update', update: makeManyTexts(7, 1) });
    raw.say({ kind: 'close' });
    raw.say({ kind: 'token', token: 'ben', providerVersion: null });
    raw.say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
    raw.say({ kind: 'step-2', update: makeManyTexts(8, 1) });
    await vi.waitFor(async () => expect(await storedText(store, 'plan')).toBe('xx'));
    const ends = raw.heard.flatMap((frame) => (frame.kind === 'closed' ? [frame.reason] : []));
    expect(ends).not.toContain(closeCodes.unauthorized.name);
    const authors = (await store.load('plan'))?.entries.flatMap(({ updates }) => updates.map(({ author }) => author));
    expect(authors).toEqual(['', 'ben']);
  });

  it('[R4] what a client has sent before it closes the document, in the same packet, goes through them and is stored', async () => {
    const { url, store } = await start({
      extensions: [{ beforeHandleMessage: () => new Promise((resolve) => setImmediate(resolve)) }],
    });
    const raw = await openRaw(url, 'plan');
    raw.say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
    raw.say({ kind: 'step-2', update: EMPTY_UPDATE });
    await vi.waitFor(() => expect(raw.receipts()).toBe(1));
    raw.say({ kind: 'update', update: makeManyTexts(7, 1) });
    raw.say({ kind: 'update', update: makeManyTexts(7, 1, 1) });
    raw.say({ kind: 'close' });
    raw.say({ kind: 'token', token: '', providerVersion: null });
    raw.say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
    raw.say({ kind: 'step-2', update: makeManyTexts(8, 1) });
    await vi.waitFor(async () => expect(await storedText(store, 'plan')).toBe('xxx'));
  });
});
