import { describe, expect, it, vi } from 'vitest';
import { FIRST_EPOCH } from '../epoch.ts';
import type { DocumentStore, Entry } from '../store.ts';
import { FaultyDisk } from '../testing/faulty-level.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { appendTo, draftOf, openOn } from '../testing/open-on.ts';
import { loadText } from '../testing/rebuild.ts';
import { Typist } from '../testing/sample-updates.ts';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import type { CompactionEvent } from './compactor.ts';
import { shouldCompact } from './compactor.ts';
import { KIND, keysUnder, lifeKey } from './keys.ts';
import { openLevelStore } from './open-level-store.ts';

async function historyOf(store: DocumentStore, document: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of store.history(document)) entries.push(entry);
  return entries;
}

function countUnder(disk: FaultyDisk, kind: typeof KIND.entry | typeof KIND.segment, document: string): number {
  const { gte, lt } = keysUnder(lifeKey(kind, document, FIRST_EPOCH));
  return [...disk.synced.keys()].filter((name) => {
    const key = Buffer.from(name, 'hex');
    return Buffer.compare(key, gte) >= 0 && Buffer.compare(key, lt) < 0;
  }).length;
}

describe('compaction', () => {
  it('[G1] changes nothing when the power goes before its batch', async () => {
    const disk = new FaultyDisk();
    const before = await openOn(disk);
    const ada = new Typist();
    for (const key of 'abc') await appendTo(before, 'notes', ada.type(key));
    disk.holdSyncs();
    void before.compact('notes');
    await disk.syncHeld();
    disk.losePower();
    const after = await openOn(disk);
    expect((await after.load('notes'))?.entries).toHaveLength(3);
    expect((await after.load('notes'))?.snapshot).toBeNull();
    expect(await loadText(after, 'notes')).toBe('abc');
    expect(await historyOf(after, 'notes')).toHaveLength(3);
    await after.close();
  });

  it('[G1] is whole when the power goes after its batch', async () => {
    const disk = new FaultyDisk();
    const before = await openOn(disk);
    const ada = new Typist();
    for (const key of 'abc') await appendTo(before, 'notes', ada.type(key));
    await before.compact('notes');
    disk.losePower();
    const after = await openOn(disk);
    expect((await after.load('notes'))?.entries).toHaveLength(0);
    expect(await loadText(after, 'notes')).toBe('abc');
    expect(await historyOf(after, 'notes')).toHaveLength(3);
    expect(await after.stat('notes')).toMatchObject({ entries: 0, journalBytes: 0 });
    await after.close();
  });

  it('deletes exactly the keys that it read: what is stored between its read and its batch stays', async () => {
    const disk = new FaultyDisk();
    const store = await openOn(disk);
    const ada = new Typist();
    for (const key of 'abc') await appendTo(store, 'notes', ada.type(key));
    const folding = store.compact('notes');
    // A turn of the loop: the fold has its view of the database by then, and is in the worker thread for many more.
    await new Promise((resolve) => setImmediate(resolve));
    await appendTo(store, 'notes', ada.type('d'));
    expect(await folding).toMatchObject({ entries: 3 });
    expect((await store.load('notes'))?.entries).toHaveLength(1);
    expect(await loadText(store, 'notes')).toBe('abcd');
    expect((await historyOf(store, 'notes')).map((entry) => entry.id.sequence)).toEqual([1, 2, 3, 4]);
    await store.close();
  });

  it('makes storing an edit cost the same number of bytes in a 10 MB document as in an empty one', async () => {
    const disk = new FaultyDisk();
    // Time stands still, so that no index row falls due.
    const store = await openOn(disk, { clock: new ManualClock() });
    const big = new Typist(1);
    await appendTo(store, 'large', big.type('x'.repeat(10_000_000)));
    await store.compact('large');
    expect(await store.stat('large')).toMatchObject({ entries: 0 });
    await appendTo(store, 'small', new Typist(2).type(''.padEnd(1)));
    const edit = new Typist(3).type('a');
    const costs: number[] = [];
    for (const document of ['large', 'small']) {
      const before = disk.bytes;
      await appendTo(store, document, edit);
      costs.push(disk.bytes - before);
    }
    expect(costs[0]).toBe(costs[1]);
    expect(costs[0]).toBeLessThan(250);
    await store.close();
  });

  it('counts the folds that are due or under way, and those that somebody asked for', async () => {
    const store = await openOn(new FaultyDisk(), { compactEntries: 2 });
    const ada = new Typist();
    const names = ['one', 'two', 'three'];
    const typeInAll = () => Promise.all(names.map((name) => appendTo(store, name, ada.type('x'))));
    await typeInAll();
    expect(store.pendingFolds).toBe(0);
    await typeInAll();
    // The first of them has not even been read.
    expect(store.pendingFolds).toBe(3);
    // Folds start a thread of their own, which a busy machine takes its time for.
    await vi.waitUntil(() => store.pendingFolds === 0, { timeout: 20_000 });
    await appendTo(store, 'one', ada.type('y'));
    const folding = store.compact('one');
    await vi.waitUntil(() => store.pendingFolds === 1, { interval: 1, timeout: 20_000 });
    expect(await folding).toMatchObject({ entries: 1 });
    expect(store.pendingFolds).toBe(0);
    await store.close();
  });

  it('waits until whoever opens a document has it, however much of its journal is due', async () => {
    const disk = new FaultyDisk();
    const before = await openOn(disk);
    const ada = new Typist();
    for (const key of 'abc') await appendTo(before, 'notes', ada.type(key));
    await before.close();
    const clock = new ManualClock();
    const store = await openOn(disk, { clock, compactEntries: 2 });
    await store.load('notes');
    await appendTo(store, 'notes', ada.type('d'));
    clock.advance(4_999);
    expect(store.pendingFolds).toBe(0);
    clock.advance(1);
    expect(store.pendingFolds).toBe(1);
    await vi.waitUntil(() => store.pendingFolds === 0, { timeout: 15_000 });
    expect(await store.stat('notes')).toMatchObject({ entries: 0 });
    expect(await loadText(store, 'notes')).toBe('abcd');
    await store.close();
  });

  it('becomes due at a count or a size, later for a large snapshot, so that the cost of an edit stays flat', () => {
    const limits = { compactEntries: 100, compactBytes: 10_000 };
    const due = (entries: number, journalBytes: number, snapshotBytes: number) =>
      shouldCompact({ entries, journalBytes, snapshotBytes }, limits);
    expect(due(99, 9_999, 0)).toBe(false);
    expect(due(100, 0, 0)).toBe(true);
    expect(due(0, 10_000, 0)).toBe(true);
    expect(due(100, 10_000, 10_000_000)).toBe(false);
    for (const snapshotBytes of [0, 1e5, 1e6, 1e8]) {
      let entries = 0;
      while (!due(entries, entries * 30, snapshotBytes)) entries += 1;
      expect(snapshotBytes / Math.max(1, entries)).toBeLessThanOrEqual(1024);
    }
  });

  it('[G8] happens by itself, round after round, and history keeps everything', async () => {
    const events: CompactionEvent[] = [];
    const directory = await temporaryDirectory();
    const store = await openLevelStore({
      directory,
      reserveBytes: 1024,
      compactEntries: 20,
      foldEntries: 15,
      onCompaction: (event) => events.push(event),
    });
    const ada = new Typist();
    for (let round = 0; round < 6; round++) {
      const before = events.length;
      for (let i = round * 20; i < round * 20 + 20; i++) {
        const update = ada.type('.');
        await store.append(draftOf('notes', update, { time: i, updates: [{ author: `author ${i % 7}`, update }] }));
        await appendTo(store, 'notes', ada.type('x'));
      }
      await vi.waitUntil(() => events.length > before);
    }
    await store.compact('notes');
    expect(events.filter((event) => event.outcome === 'folded').length).toBeGreaterThanOrEqual(6);
    expect(events.filter((event) => event.outcome === 'failed')).toEqual([]);
    const entries = await historyOf(store, 'notes');
    expect(entries.map((entry) => entry.id.sequence).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 240 }, (_, i) => i + 1),
    );
    const odd = entries.filter((entry) => entry.time !== 1000).sort((a, b) => a.time - b.time);
    expect(odd.map((entry) => entry.updates[0]?.author)).toEqual(
      Array.from({ length: 120 }, (_, i) => `author ${i % 7}`),
    );
    await store.close();
  });

  it('of a large document holds up nobody: edits of another are stored while it runs', async () => {
    const directory = await temporaryDirectory();
    const store = await openLevelStore({ directory, reserveBytes: 1024, compactEntries: Number.MAX_SAFE_INTEGER });
    const ada = new Typist();
    for (let i = 0; i < 40; i++) await appendTo(store, 'large', ada.type(`${i} `.repeat(20_000)));
    const order: string[] = [];
    const folding = store.compact('large').then(() => order.push('folded'));
    const bob = new Typist();
    do {
      await appendTo(store, 'small', bob.type('x'));
      order.push('stored');
    } while (!order.includes('folded'));
    await folding;
    // How many get in depends on the disk; that one does, on nothing but the fold being elsewhere.
    expect(order[0]).toBe('stored');
    await store.close();
  });

  it('that fails leaves the document as it is, and is tried again later and later', async () => {
    const events: CompactionEvent[] = [];
    const clock = new ManualClock();
    const heard = () => events.length;
    const disk = new FaultyDisk();
    const store = await openOn(disk, { clock, compactEntries: 3, onCompaction: (event) => events.push(event) });
    // Not an update at all: whoever let it in, the rest of the document must not suffer.
    const broken = Uint8Array.of(1, 1, 1, 1, 1, 1);
    const ada = new Typist();
    await appendTo(store, 'notes', broken);
    const settle = async (count: number) => {
      while (heard() < count) await new Promise((resolve) => setImmediate(resolve));
    };
    for (const key of 'ab') await appendTo(store, 'notes', ada.type(key));
    await settle(1);
    await appendTo(store, 'notes', ada.type('c'));
    clock.advance(1_000);
    await appendTo(store, 'notes', ada.type('d'));
    await settle(2);
    expect(events).toMatchObject([
      { outcome: 'failed', document: 'notes', retryInMs: 1_000, error: { code: 'FOLD_FAILED' } },
      { outcome: 'failed', document: 'notes', retryInMs: 2_000 },
    ]);
    expect((await store.load('notes'))?.entries).toHaveLength(5);
    for (const key of 'xyz') await appendTo(store, 'other', ada.type(key));
    await settle(3);
    expect(events[2]).toMatchObject({ outcome: 'folded', document: 'other' });
    await store.close();
  });

  it('leaves no record behind but the segment', async () => {
    const disk = new FaultyDisk();
    const store = await openOn(disk);
    const ada = new Typist();
    for (const key of 'abcde') await appendTo(store, 'notes', ada.type(key));
    expect(countUnder(disk, KIND.entry, 'notes')).toBe(5);
    await store.compact('notes');
    expect(countUnder(disk, KIND.entry, 'notes')).toBe(0);
    expect(countUnder(disk, KIND.segment, 'notes')).toBe(1);
    await store.close();
  });

  it('that runs when the store closes is given up without harm', async () => {
    const disk = new FaultyDisk();
    const store = await openOn(disk);
    const ada = new Typist();
    for (const key of 'abc') await appendTo(store, 'notes', ada.type(key));
    const folding = store.compact('notes').then(
      () => 'folded',
      (error: { code: string }) => error.code,
    );
    await store.close();
    expect(['folded', 'CLOSED', 'REFUSED']).toContain(await folding);
    const after = await openOn(disk);
    expect(await loadText(after, 'notes')).toBe('abc');
    await after.close();
  });
});
