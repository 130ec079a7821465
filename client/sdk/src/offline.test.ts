import { closeCodes } from '@quire/protocol';
import { IDBFactory } from 'fake-indexeddb';
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IndexeddbPersistence } from 'y-indexeddb';
import * as Y from 'yjs';
import type { Client, Room } from './api.ts';
import { findAsideCopies } from './aside-copies.ts';
import { type Clock, systemClock } from './clock.ts';
import { openLocalDatabase } from './local-database.ts';
import { openOfflineStore } from './offline-store.ts';
import { createFakeEnvironment } from './testing/fake-environment.ts';
import { FakePeer } from './testing/fake-peer.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { occupyCopy } from './testing/occupy-copy.ts';
import { openStage, type Stage } from './testing/stage.ts';
import { until, untilState, untilTrue } from './testing/until.ts';

let stage: Stage;

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  stage = await openStage();
});

afterEach(async () => {
  await stage.close();
});

/** A page on this device; all of them share its IndexedDB. */
const openPage = (url = stage.peer.url, clock: Clock = systemClock) =>
  stage.connect({ url, clock, environment: createFakeEnvironment({ hasIndexedDb: true }) });

const textOf = (room: Room) => room.doc.getText('body');
const savedText = () => stage.peer.document('plan').getText('body').toString();
const type = (room: Room, text: string) => textOf(room).insert(textOf(room).length, text);

/** Closing the page loses nothing more. */
const untilKept = (page: ReturnType<typeof openPage>) => untilTrue(() => !page.environment.dispatch('beforeunload'));

/** A reload: the page ends without a word, and its IndexedDB is what remains. */
async function reload(page: Client, name: string): Promise<{ page: ReturnType<typeof openPage>; room: Room }> {
  page.close();
  const next = openPage();
  return { page: next, room: next.open(name) };
}

describe('this device’s copy', () => {
  it('is shown after a reload without the server, with the unconfirmed edits counted until it confirms them', async () => {
    const page = openPage();
    const room = page.open('plan');
    type(room, 'confirmed ');
    await room.whenSaved();
    const { port } = stage.peer;
    await stage.peer.stop();
    await untilState(room, 'reconnecting');
    type(room, 'three ');
    type(room, 'offline ');
    type(room, 'edits');
    await untilKept(page);

    const again = await reload(page, 'plan');
    const status = await until(again.room.status, (seen) => seen.loaded);
    expect(status).toMatchObject({ unsaved: 3, canEdit: true });
    expect(status.state).not.toBe('saved');
    expect(textOf(again.room).toString()).toBe('confirmed three offline edits');

    const back = await FakePeer.start(port);
    back.holdsReceipts = true;
    await untilTrue(() => back.heldReceipts === 1);
    expect(again.room.status.get()).toMatchObject({ state: 'saving', unsaved: 3 });
    back.releaseReceipts();
    expect(await untilState(again.room, 'saved')).toMatchObject({ unsaved: 0 });
    expect(back.document('plan').getText('body').toString()).toBe('confirmed three offline edits');
    again.page.close();
    await back.stop();
  });

  it('counts nothing after a reload when everything was confirmed', async () => {
    const page = openPage();
    const room = page.open('plan');
    type(room, 'confirmed');
    await room.whenSaved();
    await untilKept(page);
    await untilTrue(async () => (await readNotes('plan')).every(([key]) => !key.startsWith('unsaved/')));
    const again = await reload(page, 'plan');
    expect(await until(again.room.status, (seen) => seen.loaded)).toMatchObject({ unsaved: 0 });
  });

  it('[G3] that never held the whole document is not shown as if it did', async () => {
    const nowhere = openPage('ws://127.0.0.1:9/collab');
    const room = nowhere.open('plan');
    type(room, 'a note to nobody');
    await untilKept(nowhere);
    nowhere.close();
    const again = openPage('ws://127.0.0.1:9/collab').open('plan');
    const status = await until(again.status, (seen) => seen.unsaved > 0);
    expect(status).toMatchObject({ loaded: false, canEdit: false, unsaved: 1 });
  });

  it('lets the page close while offline edits are safe in it, and not before', async () => {
    const page = openPage();
    const room = page.open('plan');
    await room.whenSaved();
    stage.peer.holdsReceipts = true;
    type(room, 'unconfirmed');
    expect(page.environment.dispatch('beforeunload')).toBe(true);
    await untilKept(page);
    expect(room.status.get().unsaved).toBe(1);
  });

  it('that cannot be opened leaves the room working, and the page guarded', async () => {
    vi.spyOn(globalThis.indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('A mutation operation was attempted', 'InvalidStateError');
    });
    const page = openPage();
    const room = page.open('plan');
    await room.whenSaved();
    stage.peer.holdsReceipts = true;
    type(room, 'only in memory');
    expect(page.environment.dispatch('beforeunload')).toBe(true);
    await untilTrue(() => stage.peer.heldReceipts === 1);
    expect(page.environment.dispatch('beforeunload')).toBe(true);
    stage.peer.releaseReceipts();
    await untilState(room, 'saved');
  });

  it('[R14] of a deleted document is set aside: a later document of that name starts without it', async () => {
    const page = openPage();
    const room = page.open('plan');
    type(room, 'former life');
    await room.whenSaved();
    stage.peer.documents.delete('plan');
    stage.peer.closeDocument('plan', closeCodes.documentDeleted.name);
    await untilState(room, 'gone');
    const server = stage.peer.url;
    await untilTrue(async () => (await nameOfCopy(server, 'plan')).startsWith('quire/2/'));

    const again = await reload(page, 'plan');
    await again.room.whenSaved();
    expect(textOf(again.room).toString()).toBe('');
    expect(stage.peer.document('plan').getText('body').toString()).toBe('');
    const databases = (await indexedDB.databases()).map((database) => database.name);
    expect(databases.filter((name) => name?.endsWith('/plan'))).toHaveLength(2);
  });

  it('[R14] from before a deletion that it did not see is set aside when the server refuses it, and blocks nothing', async () => {
    const page = openPage();
    const room = page.open('plan');
    type(room, 'former life');
    await room.whenSaved();
    await untilKept(page);
    page.close();
    stage.peer.documents.delete('plan');
    stage.peer.document('plan').getText('body').insert(0, 'new life');
    stage.peer.buries = closeCodes.staleEpoch.name;

    const back = openPage();
    const stale = back.open('plan');
    expect(await untilState(stale, 'gone')).toMatchObject({ canEdit: false, reason: closeCodes.staleEpoch.shown });
    stage.peer.buries = null;
    stale.leave();
    const fresh = back.open('plan');
    expect(fresh.doc).not.toBe(stale.doc);
    await fresh.whenSaved();
    expect(textOf(fresh).toString()).toBe('new life');
    expect(savedText()).toBe('new life');
    expect(await readCopy(`quire/1/${encodeURIComponent(stage.peer.url)}/plan`)).toContain('former life');
  });

  it('of one server or document never flows into another', async () => {
    const [ours, theirs] = [openPage(), openPage('ws://127.0.0.1:9/collab')];
    const room = ours.open('plan');
    type(room, 'ours');
    await room.whenSaved();
    await untilKept(ours);
    const stranger = theirs.open('plan');
    type(stranger, 'theirs');
    await untilKept(theirs);
    expect(textOf(stranger).toString()).toBe('theirs');
    const other = ours.open('plan/2');
    await other.whenSaved();
    expect(textOf(other).toString()).toBe('');
  });

  it('[R2] that comes after the handshake is confirmed in the end, when all of it is on the server', () =>
    confirmLateCopy({ serverHasIt: true }));

  it('[R2] that comes after the handshake is sent and confirmed, when the server has nothing of it', () =>
    confirmLateCopy({ serverHasIt: false }));

  it('lets the server send only what is missing in it', async () => {
    const page = openPage();
    const room = page.open('plan');
    type(room, 'x'.repeat(10_000));
    await room.whenSaved();
    await untilKept(page);
    page.close();
    const again = openPage().open('plan');
    await again.whenSaved();
    expect(textOf(again).length).toBe(10_000);
    expect(stage.peer.connections.at(-1)?.stepTwoBytes).toBeLessThan(100);
  });
});

describe('offline store', () => {
  it('closing while it opens leaves no database open', async () => {
    const doc = new Y.Doc();
    const store = openStore('t', doc);
    await store.close();
    await untilTrue(() => deleteDatabase('quire/1/s/n'));
    doc.destroy();
  });

  it('adopts the notes of tabs that are gone, and adds nothing to them', async () => {
    const first = openStore('one');
    await first.opened;
    first.noteUnsaved(2);
    await untilTrue(() => first.holdsAll());
    await first.close();
    const second = openStore('two');
    expect(await second.opened).toMatchObject({ whole: false, unsaved: 2 });
    await second.close();
    const third = openStore('three');
    expect(await third.opened).toMatchObject({ whole: false, unsaved: 2 });
    third.noteUnsaved(0);
    await untilTrue(() => third.holdsAll());
    await third.close();
    const fourth = openStore('four');
    expect(await fourth.opened).toMatchObject({ whole: false, unsaved: 0 });
    await fourth.close();
  });

  it('[R14] sets a copy aside that may not flow into the document, and goes on with one of its own', async () => {
    const before = openStore('one');
    await before.opened;
    before.noteEpoch('1-a');
    before.noteUnsaved(1);
    await untilTrue(() => before.holdsAll());
    await before.close();
    const doc = new Y.Doc();
    const after = openStore('two', doc, (epoch) => epoch === '2-b');
    expect(await after.opened).toMatchObject({ unsaved: 0, epoch: null });
    await after.close();
    expect(await findAsideCopies('s')).toMatchObject([{ database: 'quire/1/s/n', documentName: 'n', unsaved: 1 }]);
    doc.destroy();
  });
});

function openStore(tabId: string, doc = new Y.Doc(), admits: (epoch: string) => boolean = () => true) {
  return openOfflineStore({ doc, server: 's', name: 'n', tabId, clock: systemClock, admits });
}

async function nameOfCopy(server: string, name: string): Promise<string> {
  const database = await openLocalDatabase(server, name);
  database?.handle.close();
  return database?.name ?? '';
}

/** Two edits lose their receipts with their page; the next page has its copy only after the handshake. */
async function confirmLateCopy({ serverHasIt }: { readonly serverHasIt: boolean }): Promise<void> {
  const page = openPage();
  const room = page.open('plan');
  await room.whenSaved();
  stage.peer.holdsReceipts = true;
  type(room, 'two ');
  type(room, 'edits');
  await untilTrue(() => savedText() === 'two edits');
  await untilKept(page);
  page.close();
  const expected = serverHasIt ? ['step-2'] : ['step-2', 'update'];
  if (!serverHasIt) stage.peer.documents.delete('plan');
  stage.peer.holdsReceipts = false;

  const release = await occupyCopy(stage.peer.url, 'plan');
  const clock = new ManualClock();
  const again = openPage(stage.peer.url, clock).open('plan');
  clock.advance(1_500);
  await again.whenSaved();
  const connection = stage.peer.connections.at(-1);
  const before = connection?.kindsHeard().length ?? 0;
  stage.peer.holdsReceipts = true;
  release();
  await until(again.status, (status) => status.unsaved === 2);
  await untilTrue(() => stage.peer.heldReceipts === expected.length);
  expect(connection?.kindsHeard().slice(before)).toEqual(expected);
  expect(again.status.get()).toMatchObject({ state: 'saving', unsaved: 2 });
  stage.peer.releaseReceipts();
  expect(await untilState(again, 'saved')).toMatchObject({ unsaved: 0 });
  expect(savedText()).toBe('two edits');
}

/** The text of a copy, whether or not it was set aside. */
async function readCopy(databaseName: string): Promise<string> {
  const doc = new Y.Doc();
  const persistence = new IndexeddbPersistence(databaseName, doc);
  await persistence.whenSynced;
  const text = doc.getText('body').toString();
  await persistence.destroy();
  doc.destroy();
  return text;
}

async function readNotes(name: string): Promise<[string, unknown][]> {
  const database = await openLocalDatabase(stage.peer.url, name);
  if (database === null) return [];
  const store = database.handle.transaction(['custom'], 'readonly').objectStore('custom');
  const [keys, values] = await Promise.all([settle(store.getAllKeys()), settle(store.getAll())]);
  database.handle.close();
  return keys.map((key, index) => [String(key), values[index]]);
}

function settle<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Succeeds only once nobody has the database open. */
function deleteDatabase(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve(true);
    request.onblocked = () => resolve(false);
    request.onerror = () => resolve(false);
  });
}
