import { describe, expect, it } from 'vitest';
import { failsWith } from '../testing/fails-with.ts';
import { FaultyDisk } from '../testing/faulty-level.ts';
import { appendTo, isPending, openOn, whenStatus } from '../testing/open-on.ts';
import { loadText } from '../testing/rebuild.ts';
import { Typist } from '../testing/sample-updates.ts';

const REASON = new Error('No space left on device');

describe('a disk that refuses writes', () => {
  it('[R1] gets the failed entries again through a new handle, first and in order, before anybody is told', async () => {
    const disk = new FaultyDisk();
    const store = await openOn(disk);
    const ada = new Typist();
    const opened = disk.opened;
    const release = disk.holdSyncs();
    const first = appendTo(store, 'notes', ada.type('1'));
    await disk.syncHeld();
    const rest = [...'2345'].map((key) => appendTo(store, 'notes', ada.type(key)));
    disk.failNextSyncs(3);
    release();
    await whenStatus(store, 'refusing');
    expect(await isPending(first)).toBe(true);
    await whenStatus(store, 'ready');
    const ids = await Promise.all([first, ...rest]);
    expect(ids.map((id) => id.sequence)).toEqual([1, 2, 3, 4, 5]);
    expect(disk.opened - opened).toBe(3);
    await appendTo(store, 'notes', ada.type('6'));
    disk.losePower();
    const after = await openOn(disk);
    expect(await loadText(after, 'notes')).toBe('123456');
    expect(after.holdings().get(store.incarnation)).toEqual([{ first: 1, last: 6 }]);
    await after.close();
  });

  it('[R1] is modelled truly: a handle that failed takes later batches and keeps none', async () => {
    const disk = new FaultyDisk();
    const db = await disk.openDb('');
    const put = (name: string) =>
      db.batch([{ type: 'put', key: Buffer.from(name), value: Buffer.from('v') }], { sync: true } as object);
    await put('a');
    disk.failNextSyncs(1);
    await expect(put('b')).rejects.toThrow();
    await put('c');
    expect([...disk.synced.keys()]).toEqual([Buffer.from('a').toString('hex')]);
  });

  it('[R1] may have written what it called a failure: nothing is stored twice', async () => {
    const disk = new FaultyDisk();
    const store = await openOn(disk);
    disk.failNextSyncs(1, 'written');
    await appendTo(store, 'notes', new Typist().type('once'));
    expect((await store.load('notes'))?.entries).toHaveLength(1);
    expect(await store.entries({ incarnation: store.incarnation, after: 0, limit: 9 })).toHaveLength(1);
    await store.close();
  });

  it('[G5] is answered by refusing new edits at once and recovering without help', async () => {
    const disk = new FaultyDisk();
    const store = await openOn(disk);
    const ada = new Typist();
    await appendTo(store, 'notes', ada.type('a'));
    const states: string[] = [];
    store.onStatus((status) => states.push(status.state));
    disk.refuseToOpen(REASON);
    disk.failNextSyncs(1);
    const pending = appendTo(store, 'notes', ada.type('b'));
    await whenStatus(store, 'refusing');
    const refused = ada.type('c');
    await expect(appendTo(store, 'notes', refused)).rejects.toMatchObject({ code: 'REFUSED', retryable: true });
    await expect(store.delete('notes')).rejects.toSatisfy(failsWith('REFUSED'));
    await expect(store.adopt([])).rejects.toSatisfy(failsWith('REFUSED'));
    expect(await isPending(pending)).toBe(true);
    expect(store.status).toMatchObject({ state: 'refusing', error: { code: 'REFUSED' } });
    disk.refuseToOpen(null);
    expect(await pending).toMatchObject({ sequence: 2 });
    await whenStatus(store, 'ready');
    expect(await appendTo(store, 'notes', refused)).toMatchObject({ sequence: 3 });
    expect(states).toEqual(['refusing', 'ready']);
    expect(await loadText(store, 'notes')).toBe('abc');
    await store.close();
  });

  it('[G3] makes reads fail retryably while there is nothing to read from, never look empty', async () => {
    const disk = new FaultyDisk();
    const store = await openOn(disk, { readWaitMs: 5 });
    const ada = new Typist();
    await appendTo(store, 'notes', ada.type('a'));
    disk.refuseToOpen(REASON);
    disk.failNextSyncs(1);
    const pending = appendTo(store, 'notes', ada.type('b'));
    await whenStatus(store, 'refusing');
    for (const read of [
      () => store.load('notes'),
      () => store.load('unknown'),
      () => store.list(),
      () => store.stat('x'),
    ]) {
      await expect(read()).rejects.toMatchObject({ code: 'REFUSED', retryable: true });
    }
    disk.refuseToOpen(null);
    await pending;
    expect(await loadText(store, 'notes')).toBe('ab');
    await store.close();
  });

  it('[G3] lets a read that came in the middle of the reopening wait for its end', async () => {
    const disk = new FaultyDisk();
    const store = await openOn(disk, { readWaitMs: 20_000 });
    const ada = new Typist();
    await appendTo(store, 'notes', ada.type('a'));
    disk.refuseToOpen(REASON);
    disk.failNextSyncs(1);
    const pending = appendTo(store, 'notes', ada.type('b'));
    await whenStatus(store, 'refusing');
    const read = loadText(store, 'notes');
    expect(await isPending(read)).toBe(true);
    disk.refuseToOpen(null);
    expect(['a', 'ab']).toContain(await read);
    await pending;
    await store.close();
  });

  it.each(['lost', 'written'] as const)('[R1] harms no fold and no delete: failed batch %s', async (fault) => {
    const disk = new FaultyDisk();
    const store = await openOn(disk);
    const ada = new Typist();
    for (const key of 'abc') await appendTo(store, 'notes', ada.type(key));
    disk.failNextSyncs(2, fault);
    expect(await store.compact('notes')).toMatchObject({ entries: 3 });
    await whenStatus(store, 'ready');
    expect(await loadText(store, 'notes')).toBe('abc');
    disk.failNextSyncs(2, fault);
    const epoch = await store.delete('notes');
    await whenStatus(store, 'ready');
    disk.losePower();
    const after = await openOn(disk);
    expect(await after.load('notes')).toMatchObject({ epoch, state: 'deleted' });
    expect(after.holdings().get(store.incarnation)).toEqual([{ first: 1, last: 4 }]);
    await after.close();
  });

  it('rejects what is still waiting when the store closes on it', async () => {
    const disk = new FaultyDisk();
    const store = await openOn(disk);
    disk.refuseToOpen(REASON);
    disk.failNextSyncs(1);
    const pending = appendTo(store, 'notes', new Typist().type('x'));
    await whenStatus(store, 'refusing');
    const rejected = expect(pending).rejects.toSatisfy(failsWith('CLOSED'));
    await store.close();
    await rejected;
    expect(store.status.state).toBe('closed');
    expect(store.queue.entries).toBe(0);
  });

  it('gets one last attempt at the close', async () => {
    const disk = new FaultyDisk();
    const store = await openOn(disk, { retryMinMs: 1_000_000, retryMaxMs: 1_000_000 });
    disk.refuseToOpen(REASON);
    disk.failNextSyncs(1);
    const pending = appendTo(store, 'notes', new Typist().type('x'));
    await whenStatus(store, 'refusing');
    while (disk.opened < 2) await isPending(pending);
    disk.refuseToOpen(null);
    await Promise.all([store.close(), pending]);
    disk.losePower();
    const after = await openOn(disk);
    expect(await loadText(after, 'notes')).toBe('x');
    await after.close();
  });
});
