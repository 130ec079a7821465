import { closeCodes } from '@quire/protocol';
import { IDBFactory } from 'fake-indexeddb';
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Leftover } from './api.ts';
import { openLocalDatabase } from './local-database.ts';
import { createFakeEnvironment } from './testing/fake-environment.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { occupyCopy } from './testing/occupy-copy.ts';
import { openStage, type Stage, type StageOptions, textOf, type } from './testing/stage.ts';
import { until, untilState, untilTrue } from './testing/until.ts';

let stage: Stage;

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  stage = await openStage();
});

afterEach(async () => {
  await stage.close();
});

type Page = ReturnType<Stage['connect']>;

/** A page on this device; all of them share its IndexedDB. */
function openPage(options: StageOptions = {}): Page {
  return stage.connect({ environment: createFakeEnvironment({ hasIndexedDb: true }), ...options });
}

const untilKept = (page: Page) => untilTrue(() => !page.environment.dispatch('beforeunload'));

/** Somebody deletes the document while this device is away, and begins it anew if there is a text. */
function replace(text: string | null): void {
  stage.peer.documents.delete('plan');
  stage.peer.epoch = '2-bbbbbbbbbbbbbbbb';
  if (text !== null) stage.peer.document('plan').getText('body').insert(0, text);
}

/** Writes offline on top of what was saved, and closes the page. */
async function writeOffline(options: { readonly saved: string; readonly offline: string }): Promise<void> {
  stage.peer.epoch = '1-0000000000000000';
  const page = openPage();
  const room = page.open('plan');
  if (options.saved !== '') type(room, options.saved);
  await room.whenSaved();
  await untilKept(page);
  stage.peer.answersUpTo = 'nothing';
  stage.peer.drop();
  await untilState(room, 'reconnecting');
  type(room, options.offline);
  await untilKept(page);
  page.close();
  stage.peer.answersUpTo = 'step-2';
}

async function only(page: Page): Promise<Leftover> {
  const [leftover, ...others] = await page.leftovers.list({ name: 'plan' });
  expect(others).toEqual([]);
  if (leftover === undefined) throw new Error('nothing is left over');
  return leftover;
}

async function loseOfflineEdits(successor: string | null): Promise<{ page: Page; leftover: Leftover }> {
  await writeOffline({ saved: 'saved, ', offline: 'unsent' });
  replace(successor);
  const page = openPage();
  const stale = page.open('plan');
  expect(await untilState(stale, 'gone')).toMatchObject({ unsaved: 1, canEdit: false });
  await untilTrue(async () => (await page.leftovers.list()).length === 1);
  stale.leave();
  return { page, leftover: await only(page) };
}

describe('changes that a deleted document never got', () => {
  it('[R14] are listed after a reload, and are in no later document of that name', async () => {
    const { page, leftover } = await loseOfflineEdits('new life');
    expect(leftover).toMatchObject({ name: 'plan', unsaved: 1 });
    page.close();
    const again = openPage();
    const room = again.open('plan');
    await room.whenSaved();
    expect(textOf(room).toString()).toBe('new life');
    expect(stage.savedText()).toBe('new life');
    expect(await again.leftovers.list()).toEqual([leftover]);
    expect(await again.leftovers.list({ name: 'another' })).toEqual([]);
    const doc = await again.leftovers.read(leftover);
    expect(doc.getText('body').toString()).toBe('saved, unsent');
  });

  it('[R14] become a document of their own, and are then kept here no longer', async () => {
    const { page, leftover } = await loseOfflineEdits('new life');
    const name = await page.leftovers.saveAs(leftover, { title: 'What I wrote' });
    expect(name).toMatch(/^plan-[0-9a-z]+$/);
    expect(stage.savedText(name)).toBe('saved, unsent');
    expect(stage.peer.document(name).getMap('meta').get('title')).toBe('What I wrote');
    expect(stage.savedText()).toBe('new life');
    expect(await page.leftovers.list()).toEqual([]);
    // The copy of the present life is still found behind the emptied one.
    const database = await openLocalDatabase(stage.peer.url, 'plan');
    expect(database?.name).toMatch(/^quire\/2\//);
    database?.handle.close();
  });

  it('[R14] never go into a document that exists, and stay where they are', async () => {
    const { page, leftover } = await loseOfflineEdits('new life');
    await expect(page.leftovers.saveAs(leftover, { name: 'plan' })).rejects.toMatchObject({ code: 'document-exists' });
    expect(stage.savedText()).toBe('new life');
    expect(await page.leftovers.list()).toEqual([leftover]);
  });

  it('stay where they are when they can’t be saved', async () => {
    const { page, leftover } = await loseOfflineEdits(null);
    stage.peer.denies = closeCodes.forbidden.name;
    await expect(page.leftovers.saveAs(leftover)).rejects.toMatchObject({ code: 'refused' });
    stage.peer.denies = null;
    stage.peer.scope = 'readonly';
    await expect(page.leftovers.saveAs(leftover)).rejects.toMatchObject({ code: 'refused' });
    expect(await page.leftovers.list()).toEqual([leftover]);
  });

  it('stay where they are while the server can’t be reached, and say so at once', async () => {
    const { page, leftover } = await loseOfflineEdits(null);
    page.environment.setOnline(false);
    await expect(page.leftovers.saveAs(leftover)).rejects.toMatchObject({ code: 'unreachable', retryable: true });
    expect(await page.leftovers.list()).toEqual([leftover]);
  });

  it('are thrown away when they are not wanted', async () => {
    const { page, leftover } = await loseOfflineEdits(null);
    await page.leftovers.discard(leftover);
    expect(await page.leftovers.list()).toEqual([]);
    const doc = await page.leftovers.read(leftover);
    expect(doc.getText('body').toString()).toBe('');
  });

  it('are not made up: what was saved before the deletion is not listed', async () => {
    const page = openPage();
    const room = page.open('plan');
    type(room, 'saved');
    await room.whenSaved();
    stage.peer.closeDocument('plan', closeCodes.documentDeleted.name);
    await untilState(room, 'gone');
    await untilTrue(async () => (await page.leftovers.list()).length === 0);
  });

  it('are nowhere on a device that keeps nothing', async () => {
    expect(await stage.connect({ offline: false }).leftovers.list()).toEqual([]);
  });
});

describe('a room whose document is gone', () => {
  it('[R14] is saved as a document of its own, and its name opens what is there now, without a reload', async () => {
    await writeOffline({ saved: 'saved, ', offline: 'unsent' });
    replace('new life');
    const page = openPage();
    const stale = page.open('plan');
    await untilState(stale, 'gone');
    const name = await stale.saveAs();
    expect(stage.savedText(name)).toBe('saved, unsent');
    await untilTrue(async () => (await page.leftovers.list()).length === 0);
    stale.leave();
    const fresh = page.open('plan');
    await fresh.whenSaved();
    expect(textOf(fresh).toString()).toBe('new life');
  });

  it('guards its page while changes are in memory alone, until they are in another document', async () => {
    const page = stage.connect();
    const room = page.open('plan');
    await room.whenSaved();
    stage.peer.holdsReceipts = true;
    type(room, 'never receipted');
    stage.peer.closeDocument('plan', closeCodes.documentDeleted.name);
    expect(await untilState(room, 'gone')).toMatchObject({ unsaved: 1 });
    expect(page.environment.dispatch('beforeunload')).toBe(true);
    stage.peer.holdsReceipts = false;
    const name = await room.saveAs();
    expect(stage.savedText(name)).toBe('never receipted');
    expect(page.environment.dispatch('beforeunload')).toBe(false);
  });

  it('[R14] is gone before it is shown anything of the next one, also when all it has was typed on an empty page', async () => {
    await writeOffline({ saved: '', offline: 'unsent' });
    replace('new life');
    const page = openPage();
    const stale = page.open('plan');
    await untilState(stale, 'gone');
    expect(stage.peer.claims.at(-1)).toBe('1-0000000000000000');
    expect(textOf(stale).toString()).toBe('unsent');
    expect(stage.savedText()).toBe('new life');
  });

  it('[R14] does not mix with a copy that comes late: the page goes on with what the server has', async () => {
    await writeOffline({ saved: 'saved, ', offline: 'unsent' });
    replace('new life');
    const release = await occupyCopy(stage.peer.url, 'plan');
    const clock = new ManualClock();
    const page = openPage({ clock });
    const room = page.open('plan');
    clock.advance(1_500);
    await until(room.status, (status) => status.loaded);
    expect(textOf(room).toString()).toBe('new life');
    release();
    await untilTrue(async () => (await page.leftovers.list()).length === 1);
    await room.whenSaved();
    expect(textOf(room).toString()).toBe('new life');
    expect(stage.savedText()).toBe('new life');
    const doc = await page.leftovers.read(await only(page));
    expect(doc.getText('body').toString()).toBe('saved, unsent');
  });

  it('is left as it is by what is given up, also while another tab keeps the copies busy', async () => {
    await writeOffline({ saved: 'saved, ', offline: 'unsent' });
    replace('new life');
    const page = openPage();
    await untilState(page.open('plan'), 'gone');
    const leftover = await only(page);
    const release = await occupyCopy(stage.peer.url, 'other');
    const abort = new AbortController();
    const given = { signal: abort.signal };
    const listing = page.leftovers.list(given);
    abort.abort(new Error('not needed'));
    await expect(listing).rejects.toThrow('not needed');
    release();
    for (const each of ['read', 'saveAs', 'discard'] as const) {
      await expect(page.leftovers[each](leftover, given)).rejects.toThrow('not needed');
    }
    expect(await only(page)).toEqual(leftover);
  });

  it('was never more than an empty page: it takes the next life as it comes', async () => {
    stage.peer.epoch = '1-0000000000000000';
    const page = openPage();
    const room = page.open('plan');
    await room.whenSaved();
    stage.peer.drop();
    replace('new life');
    await untilTrue(() => textOf(room).toString() === 'new life');
    await untilState(room, 'saved');
  });
});
