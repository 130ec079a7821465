import { describe, expect, it, vi } from 'vitest';
import { FIRST_EPOCH } from '../epoch.ts';
import type { Entry } from '../store.ts';
import { failsWith } from '../testing/fails-with.ts';
import { FaultyDisk } from '../testing/faulty-level.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { appendTo, isPending, openOn, whenStatus } from '../testing/open-on.ts';
import { loadText } from '../testing/rebuild.ts';
import { Typist } from '../testing/sample-updates.ts';
import type { BatchReport } from './batch-writer.ts';
import type { CompactionEvent } from './compactor.ts';

/** A fold starts a thread, which takes its time where tests share the machine. */
const patiently = { timeout: 20_000 };

const PEER = 'feedfacefeedface';
const SECOND = { count: 2, id: 'aaaaaaaaaaaaaaaa' };

const foreign = (sequence: number, document: string, update: Uint8Array | null, rest: Partial<Entry> = {}): Entry => ({
  id: { incarnation: PEER, sequence },
  document,
  epoch: FIRST_EPOCH,
  time: 1000 + sequence,
  updates: update === null ? [] : [{ author: 'bob', update }],
  ...rest,
});

describe('entries of other nodes', () => {
  it('share one batch, over however many documents one call brings them', async () => {
    const disk = new FaultyDisk();
    const batches: BatchReport[] = [];
    const store = await openOn(disk, { onBatch: (report) => batches.push(report) });
    const bob = new Typist();
    const call = (from: number) =>
      store.adopt(Array.from({ length: 50 }, (_, i) => foreign(from + i, `notes ${i % 25}`, bob.type('.'))));
    batches.length = 0;
    // First their rows have to be looked for, then they are at hand.
    for (const from of [1, 51]) await call(from);
    expect(batches.map(({ entries }) => entries)).toEqual([50, 50]);
    batches.length = 0;
    await Promise.all([101, 151, 201].map(call));
    expect(batches.map(({ entries }) => entries)).toEqual([150]);
    await store.close();
  });

  it('[G1] are held only once they are on disk, and a second copy waits for the first', async () => {
    const disk = new FaultyDisk();
    const store = await openOn(disk);
    await appendTo(store, 'notes', new Typist().type('x'));
    const release = disk.holdSyncs();
    const entry = foreign(1, 'notes', new Typist().type('y'));
    const first = store.adopt([entry]);
    await disk.syncHeld();
    const second = store.adopt([entry]);
    expect(await isPending(first)).toBe(true);
    expect(await isPending(second)).toBe(true);
    expect(store.holdings().has(PEER)).toBe(false);
    release();
    await Promise.all([first, second]);
    expect(store.holdings().get(PEER)).toEqual([{ first: 1, last: 1 }]);
    await store.close();
  });

  it.each([
    ['before', [0, 1]],
    ['after', [1, 0]],
  ])('[R14] are not passed over when somebody creates the name below their life right %s them', async (_, order) => {
    const store = await openOn(new FaultyDisk());
    const calls = [
      () => appendTo(store, 'notes', new Typist(7).type('mine')).catch(() => null),
      () => store.adopt([foreign(1, 'notes', new Typist(8).type('theirs'), { epoch: SECOND })]),
    ];
    await Promise.all(order.map((at) => calls[at]?.()));
    expect(store.holdings().get(PEER)).toEqual([{ first: 1, last: 1 }]);
    expect(await store.load('notes')).toMatchObject({ epoch: SECOND, state: 'live' });
    expect(await loadText(store, 'notes')).toBe('theirs');
    await store.close();
  });

  it('[R14] leave a document whole that is known by its burial alone, through a power cut too', async () => {
    const disk = new FaultyDisk();
    const before = await openOn(disk);
    const tombstone = Uint8Array.of(1, 7, 3);
    await before.adopt([foreign(2, 'notes', null, { buried: { by: SECOND, tombstone } })]);
    disk.losePower();
    const after = await openOn(disk);
    expect(await after.load('notes')).toMatchObject({ epoch: SECOND, state: 'deleted' });
    const [standIn] = await after.entries({ incarnation: PEER, after: 0, limit: 9 });
    expect(standIn).toMatchObject({ id: { sequence: 2 }, epoch: FIRST_EPOCH, updates: [], buried: { by: SECOND } });
    expect(after.holdings().get(PEER)).toEqual([{ first: 2, last: 2 }]);
    await after.close();
  });
});

describe('what is told of own entries', () => {
  it('[R1] comes once and in order, however often the disk fails', async () => {
    const disk = new FaultyDisk();
    const store = await openOn(disk, { batchEntries: 2 });
    const ada = new Typist();
    for (const document of ['notes', 'other']) await appendTo(store, document, ada.type('0'));
    const told: number[] = [];
    store.onStored((entries) => told.push(...entries.map(({ id }) => id.sequence)));
    const release = disk.holdSyncs();
    const first = appendTo(store, 'notes', ada.type('1'));
    await disk.syncHeld();
    const rest = [...'23456'].map((key, i) => appendTo(store, i % 2 === 0 ? 'other' : 'notes', ada.type(key)));
    disk.failNextSyncs(2, 'written');
    release();
    await whenStatus(store, 'refusing');
    expect(told).toEqual([]);
    await Promise.all([first, ...rest]);
    await whenStatus(store, 'ready');
    disk.failNextSyncs(1);
    await store.delete('notes');
    expect(told).toEqual([3, 4, 5, 6, 7, 8, 9]);
    await store.close();
  });

  it('is nothing of what never reached the disk', async () => {
    const disk = new FaultyDisk();
    const store = await openOn(disk);
    const told: Entry[] = [];
    store.onStored((entries) => told.push(...entries));
    disk.refuseToOpen(new Error('No space left on device'));
    disk.failNextSyncs(1);
    const pending = appendTo(store, 'notes', new Typist().type('x'));
    await whenStatus(store, 'refusing');
    const rejected = expect(pending).rejects.toSatisfy(failsWith('CLOSED'));
    await store.close();
    await rejected;
    expect(told).toEqual([]);
  });

  it('is reported when a listener throws', async () => {
    const errors: unknown[] = [];
    const store = await openOn(new FaultyDisk(), { onUpkeepError: (error) => errors.push(error) });
    const fault = new Error('a publisher that broke');
    store.onStored(() => {
      throw fault;
    });
    await appendTo(store, 'notes', new Typist().type('x'));
    expect(errors).toEqual([fault]);
    await store.close();
  });
});

describe('entries that not every node has', () => {
  it('[G4] cause no fold after fold while they wait, and are folded once all have them', async () => {
    const events: CompactionEvent[] = [];
    const store = await openOn(new FaultyDisk(), { compactEntries: 5, onCompaction: (event) => events.push(event) });
    const ada = new Typist();
    const type = async (count: number) => {
      for (let i = 0; i < count; i++) await appendTo(store, 'notes', ada.type('x'));
    };
    store.keepUnfolded(0);
    await type(5);
    await vi.waitUntil(() => store.pendingFolds === 0, patiently);
    await type(1);
    expect(store.pendingFolds).toBe(0);
    expect(events).toEqual([]);
    expect(await store.stat('notes')).toMatchObject({ entries: 6 });
    store.keepUnfolded(6);
    expect(store.pendingFolds).toBe(1);
    await vi.waitUntil(() => events.length === 1, patiently);
    expect(events).toMatchObject([{ outcome: 'folded', entries: 6 }]);
    await store.close();
  });

  it('[G4] are folded when they are an hour old, though nobody asks and nothing comes', async () => {
    const clock = new ManualClock();
    const events: CompactionEvent[] = [];
    const options = { clock, compactEntries: 5, onCompaction: (event: CompactionEvent) => events.push(event) };
    const store = await openOn(new FaultyDisk(), options);
    const ada = new Typist();
    store.keepUnfolded(0);
    for (let i = 0; i < 6; i++) await appendTo(store, 'notes', ada.type('x'));
    await vi.waitUntil(() => store.pendingFolds === 0, patiently);
    clock.advance(60 * 60_000);
    expect(store.pendingFolds).toBe(0);
    clock.advance(2 * 60_000);
    expect(store.pendingFolds).toBe(1);
    await vi.waitUntil(() => events.length === 1, patiently);
    expect(events).toMatchObject([{ outcome: 'folded', entries: 6 }]);
    await store.close();
  });

  it('[G4] are folded when they weigh too much in one document, and in no other', async () => {
    const events: CompactionEvent[] = [];
    const store = await openOn(new FaultyDisk(), {
      unfoldedBytes: 5_000,
      onCompaction: (event) => events.push(event),
    });
    store.keepUnfolded(0);
    const ada = new Typist();
    for (const document of ['light', 'heavy']) await appendTo(store, document, ada.type('x'.repeat(3_000)));
    expect(await store.compact('heavy')).toMatchObject({ entries: 0 });
    await appendTo(store, 'heavy', ada.type('y'.repeat(3_000)));
    await vi.waitUntil(() => events.length === 1, patiently);
    expect(events).toMatchObject([{ outcome: 'folded', document: 'heavy', entries: 2 }]);
    expect(await store.compact('light')).toMatchObject({ entries: 0 });
    const own = await store.entries({ incarnation: store.incarnation, after: 0, limit: 9 });
    expect(own.map(({ document }) => document)).toEqual(['light', 'heavy', 'heavy']);
    await store.close();
  });

  it('[G4] are folded when they are too many in one document, those of others that wait for them among them', async () => {
    const events: CompactionEvent[] = [];
    const options = {
      compactEntries: 3,
      unfoldedEntries: 8,
      onCompaction: (event: CompactionEvent) => events.push(event),
    };
    const store = await openOn(new FaultyDisk(), options);
    store.keepUnfolded(0);
    const [ada, bob] = [new Typist(), new Typist()];
    for (let i = 1; i <= 4; i++) {
      await appendTo(store, 'notes', ada.type('a'));
      await store.adopt([foreign(i, 'notes', bob.type('b'))]);
    }
    await vi.waitUntil(() => store.pendingFolds === 0, patiently);
    expect(events).toEqual([]);
    await appendTo(store, 'notes', ada.type('a'));
    await vi.waitUntil(() => events.length === 1, patiently);
    expect(events).toMatchObject([{ outcome: 'folded', entries: 9 }]);
    await store.close();
  });

  it('do not keep those of other nodes from being folded, however many pages they take', async () => {
    const store = await openOn(new FaultyDisk(), { foldEntries: 3 });
    store.keepUnfolded(2);
    const [ada, bob] = [new Typist(), new Typist()];
    for (let i = 0; i < 7; i++) await appendTo(store, 'notes', ada.type('a'));
    // Below and above the own incarnation, as keys are ordered.
    for (const incarnation of ['0000000000000001', 'ffffffffffffffff']) {
      const entry = (sequence: number) =>
        foreign(sequence, 'notes', bob.type('b'), { id: { incarnation, sequence }, time: sequence });
      await store.adopt([1, 2, 3, 4].map(entry));
    }
    expect(await store.compact('notes')).toMatchObject({ entries: 10 });
    expect((await store.load('notes'))?.entries.map(({ id }) => id.sequence).sort()).toEqual([3, 4, 5, 6, 7]);
    expect(await loadText(store, 'notes')).toHaveLength(15);
    await store.close();
  });

  it('of a life that has ended say nothing about the next one', async () => {
    const events: CompactionEvent[] = [];
    const store = await openOn(new FaultyDisk(), { compactEntries: 4, onCompaction: (event) => events.push(event) });
    const [ada, bob] = [new Typist(), new Typist()];
    store.keepUnfolded(0);
    for (let i = 0; i < 9; i++) await appendTo(store, 'notes', ada.type('x'));
    await vi.waitUntil(() => store.pendingFolds === 0, patiently);
    const epoch = await store.delete('notes');
    await store.adopt([1, 2, 3, 4].map((sequence) => foreign(sequence, 'notes', bob.type('y'), { epoch })));
    await vi.waitUntil(() => events.length > 0, patiently);
    expect(events).toMatchObject([{ outcome: 'folded', document: 'notes', entries: 4 }]);
    await store.close();
  });
});
