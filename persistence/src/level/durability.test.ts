import { describe, expect, it } from 'vitest';
import type { Entry } from '../store.ts';
import { failsWith } from '../testing/fails-with.ts';
import { FaultyDisk } from '../testing/faulty-level.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { appendTo, isPending, openOn, whenStatus } from '../testing/open-on.ts';
import { loadText } from '../testing/rebuild.ts';
import { Typist } from '../testing/sample-updates.ts';
import type { BatchReport } from './batch-writer.ts';

describe('group commit', () => {
  it('[G1] confirms no entry before its fsync', async () => {
    const disk = new FaultyDisk();
    const store = await openOn(disk);
    const release = disk.holdSyncs();
    const receipt = appendTo(store, 'notes', new Typist().type('x'));
    await disk.syncHeld();
    expect(await isPending(receipt)).toBe(true);
    expect(store.holdings().size).toBe(0);
    expect(store.queue.entries).toBe(1);
    release();
    expect(await receipt).toMatchObject({ sequence: 1 });
    expect(store.holdings().get(store.incarnation)).toEqual([{ first: 1, last: 1 }]);
    await store.close();
  });

  it('[R1][R11] tells of entries while the disk works on them, and stores them as told when it fails first', async () => {
    const disk = new FaultyDisk();
    const store = await openOn(disk);
    const ada = new Typist();
    const writing: Entry[] = [];
    const stored: Entry[] = [];
    store.onWriting((entries) => writing.push(...entries));
    store.onStored((entries) => stored.push(...entries));
    const release = disk.holdSyncs();
    const receipts = [appendTo(store, 'notes', ada.type('x'))];
    await disk.syncHeld();
    expect(writing.map(({ id }) => id.sequence)).toEqual([1]);
    expect(stored).toEqual([]);
    release();
    await Promise.all(receipts);
    disk.failNextSyncs(2);
    await appendTo(store, 'notes', ada.type('y'));
    expect(writing.map(({ id }) => id.sequence)).toEqual([1, 2]);
    expect(stored).toEqual(writing);
    const range = { incarnation: store.incarnation, after: 0, limit: 10 };
    expect(await store.entries(range)).toEqual(writing);
    await store.close();
  });

  it('[G1] survives a power cut with what it confirmed, and with nothing of the rest', async () => {
    const disk = new FaultyDisk();
    const ada = new Typist();
    const before = await openOn(disk);
    await appendTo(before, 'notes', ada.type('kept'));
    disk.holdSyncs();
    const lost = appendTo(before, 'notes', ada.type(' lost'));
    await disk.syncHeld();
    disk.losePower();

    const after = await openOn(disk);
    expect(await loadText(after, 'notes')).toBe('kept');
    expect([...after.holdings()]).toEqual([[before.incarnation, [{ first: 1, last: 1 }]]]);
    expect(await isPending(lost)).toBe(true);
    await after.close();
  });

  it('lets entries wait for others while many come, and none after a pause', async () => {
    const clock = new ManualClock();
    const batches: BatchReport[] = [];
    const store = await openOn(new FaultyDisk(), {
      clock,
      batchIntervalMs: 8,
      onBatch: (report) => batches.push(report),
    });
    const ada = new Typist();
    const type = (count: number) => Array.from({ length: count }, () => appendTo(store, 'notes', ada.type('x')));
    await Promise.all(type(300));
    batches.length = 0;
    const receipts = type(1);
    expect(await isPending(receipts[0] as Promise<unknown>)).toBe(true);
    receipts.push(...type(2));
    clock.advance(8);
    await Promise.all(receipts);
    expect(batches.map((report) => report.entries)).toEqual([3]);
    clock.advance(8);
    await Promise.all(type(1));
    expect(batches.map((report) => report.entries)).toEqual([3, 1]);
    await store.close();
  });

  it('has one entry after a small burst wait for nothing', async () => {
    const clock = new ManualClock();
    const store = await openOn(new FaultyDisk(), { clock, batchIntervalMs: 8 });
    const ada = new Typist();
    await Promise.all(Array.from({ length: 11 }, () => appendTo(store, 'notes', ada.type('x'))));
    expect(await appendTo(store, 'notes', ada.type('y'))).toMatchObject({ sequence: 12 });
    await store.close();
  });

  it('does not wait for less than a timer can count', async () => {
    const clock = new ManualClock();
    const store = await openOn(new FaultyDisk(), { clock, batchIntervalMs: 8 });
    const ada = new Typist();
    await Promise.all(Array.from({ length: 300 }, () => appendTo(store, 'notes', ada.type('x'))));
    clock.advance(7.5);
    expect(await appendTo(store, 'notes', ada.type('y'))).toMatchObject({ sequence: 301 });
    await store.close();
  });

  it('closes without waiting for entries that might still come', async () => {
    const clock = new ManualClock();
    const store = await openOn(new FaultyDisk(), { clock, batchIntervalMs: 8 });
    const ada = new Typist();
    await Promise.all(Array.from({ length: 300 }, () => appendTo(store, 'notes', ada.type('x'))));
    const receipt = appendTo(store, 'notes', ada.type('y'));
    expect(await isPending(receipt)).toBe(true);
    await store.close();
    expect(await receipt).toMatchObject({ sequence: 301 });
  });

  it('gathers what arrives during one fsync into the next', async () => {
    const disk = new FaultyDisk();
    const batches: BatchReport[] = [];
    const store = await openOn(disk, { onBatch: (report) => batches.push(report) });
    const ada = new Typist();
    await appendTo(store, 'notes', ada.type('0'));
    batches.length = 0;
    const release = disk.holdSyncs();
    const receipts = [appendTo(store, 'notes', ada.type('1'))];
    await disk.syncHeld();
    for (const key of '23456') receipts.push(appendTo(store, 'notes', ada.type(key)));
    release();
    const ids = await Promise.all(receipts);
    expect(ids.map((id) => id.sequence)).toEqual([2, 3, 4, 5, 6, 7]);
    expect(batches.map((report) => report.entries)).toEqual([1, 5]);
    expect(await loadText(store, 'notes')).toBe('0123456');
    await store.close();
  });

  it('[G1] what is on disk is confirmed, whatever those who watch throw', async () => {
    const disk = new FaultyDisk();
    const ada = new Typist();
    const reported: unknown[] = [];
    const fault = new Error('a meter that broke');
    const fail = () => {
      throw fault;
    };
    const seen: string[] = [];
    const store = await openOn(disk, {
      onBatch: fail,
      onCompaction: fail,
      onUpkeepError: (error) => reported.push(error),
    });
    store.onStatus(fail);
    store.onStatus(({ state }) => seen.push(state));
    expect(await appendTo(store, 'notes', ada.type('a'))).toMatchObject({ sequence: 1 });
    disk.failNextSyncs(1);
    expect(await appendTo(store, 'notes', ada.type('b'))).toMatchObject({ sequence: 2 });
    await whenStatus(store, 'ready');
    await store.compact('notes');
    expect(store.queue).toEqual({ entries: 0, bytes: 0 });
    expect(await loadText(store, 'notes')).toBe('ab');
    expect(seen).toEqual(['refusing', 'ready']);
    expect(new Set(reported)).toEqual(new Set([fault]));
    expect(reported.length).toBeGreaterThan(3);
    await store.close();
  });

  it('confirms a batch before it tells of it', async () => {
    const disk = new FaultyDisk();
    const order: string[] = [];
    const store = await openOn(disk, {
      onBatch: ({ entries }) => order.push(`${entries} told, ${store.queue.entries} left`),
    });
    order.length = 0;
    await appendTo(store, 'notes', new Typist().type('a'));
    await store.close();
    expect(order[0]).toBe('1 told, 0 left');
  });

  it('[G4] limits a batch in entries and in bytes', async () => {
    const disk = new FaultyDisk();
    const batches: BatchReport[] = [];
    const limits = { batchEntries: 3, batchBytes: 2000 };
    const store = await openOn(disk, { ...limits, onBatch: (report) => batches.push(report) });
    const ada = new Typist();
    await appendTo(store, 'notes', ada.type('0'));
    batches.length = 0;
    await Promise.all([...'1234567'].map((key) => appendTo(store, 'notes', ada.type(key))));
    expect(batches.map((report) => report.entries)).toEqual([3, 3, 1]);
    batches.length = 0;
    await Promise.all([1, 2, 3].map(() => appendTo(store, 'notes', ada.type('x'.repeat(1200)))));
    expect(batches.map((report) => report.entries)).toEqual([1, 1, 1]);
    await store.close();
  });

  it('[G4] refuses more than the queue holds, gives out no number for it, and recovers by itself', async () => {
    const disk = new FaultyDisk();
    const store = await openOn(disk, { queueBytes: 4000 });
    const ada = new Typist();
    const release = disk.holdSyncs();
    const accepted = appendTo(store, 'notes', ada.type('x'.repeat(3500)));
    await disk.syncHeld();
    const refused = ada.type('y'.repeat(1000));
    await expect(appendTo(store, 'notes', refused)).rejects.toSatisfy(failsWith('QUEUE_FULL'));
    await expect(appendTo(store, 'other', refused)).rejects.toMatchObject({ retryable: true });
    release();
    await accepted;
    expect(store.queue).toEqual({ entries: 0, bytes: 0 });
    expect(await appendTo(store, 'notes', refused)).toMatchObject({ sequence: 2 });
    expect((await loadText(store, 'notes'))?.length).toBe(4500);
    await store.close();
  });

  it('lets one entry pass that is larger than the queue when it is alone', async () => {
    const store = await openOn(new FaultyDisk(), { queueBytes: 100 });
    expect(await appendTo(store, 'notes', new Typist().type('x'.repeat(5000)))).toMatchObject({ sequence: 1 });
    await store.close();
  });

  it('writes what is queued before it closes', async () => {
    const disk = new FaultyDisk();
    const ada = new Typist();
    const store = await openOn(disk);
    const receipts = [...'abc'].map((key, i) => appendTo(store, `notes ${i}`, ada.type(key)));
    await store.close();
    expect(await Promise.all(receipts)).toHaveLength(3);
    disk.losePower();
    const again = await openOn(disk);
    expect(again.holdings().get(store.incarnation)).toEqual([{ first: 1, last: 3 }]);
    await again.close();
  });
});
