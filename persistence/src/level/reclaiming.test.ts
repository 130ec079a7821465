import { describe, expect, it, vi } from 'vitest';
import type { DocumentStore } from '../store.ts';
import { FaultyDisk } from '../testing/faulty-level.ts';
import { appendTo, openOn } from '../testing/open-on.ts';
import { Typist } from '../testing/sample-updates.ts';
import { KIND, livesBelow, nameKey } from './keys.ts';

function remains(disk: FaultyDisk, document: string, below: number): number {
  const ranges = [KIND.entry, KIND.segment, KIND.snapshot].map((kind) => livesBelow(kind, document, below));
  return [...disk.synced.keys()].filter((name) => {
    const key = Buffer.from(name, 'hex');
    return ranges.some(({ gte, lt }) => Buffer.compare(key, gte) >= 0 && Buffer.compare(key, lt) < 0);
  }).length;
}

const orderOf = (disk: FaultyDisk, document: string) =>
  disk.synced.has(Buffer.from(nameKey(KIND.reclaim, document)).toString('hex'));

async function fill(store: DocumentStore): Promise<void> {
  const ada = new Typist();
  await Promise.all(Array.from({ length: 30 }, () => appendTo(store, 'notes', ada.type('x'))));
  await store.compact('notes');
  await Promise.all(Array.from({ length: 30 }, () => appendTo(store, 'notes', ada.type('y'))));
}

describe('reclaiming', () => {
  it('[R14] gives back every record of a deleted life, slice by slice, and leaves the neighbours alone', async () => {
    const disk = new FaultyDisk();
    const store = await openOn(disk, { reclaimSliceRecords: 7 });
    await fill(store);
    await appendTo(store, 'notes/more', new Typist().type('stays'));
    expect(remains(disk, 'notes', 2)).toBe(32);
    const syncs = disk.syncs;
    expect([store.pendingDeletions, store.pendingReclaims]).toEqual([0, 0]);
    const deleting = store.delete('notes');
    expect(store.pendingDeletions).toBe(1);
    await deleting;
    expect([store.pendingDeletions, store.pendingReclaims]).toEqual([0, 1]);
    await vi.waitUntil(() => !orderOf(disk, 'notes'));
    expect(store.pendingReclaims).toBe(0);
    expect(remains(disk, 'notes', 2)).toBe(0);
    expect(disk.syncs - syncs).toBeGreaterThan(5);
    expect((await store.load('notes/more'))?.entries).toHaveLength(1);
    const held = await store.entries({ incarnation: store.incarnation, after: 0, limit: 100 });
    expect(held.map((entry) => entry.id.sequence)).toEqual(Array.from({ length: 62 }, (_, i) => i + 1));
    expect(held.filter((entry) => entry.updates.length > 0).map((entry) => entry.document)).toEqual(['notes/more']);
    await store.close();
  });

  it('[R14] goes on where a crash has cut it off', async () => {
    const disk = new FaultyDisk();
    const before = await openOn(disk, { reclaimSliceRecords: 7 });
    await fill(before);
    // The delete itself gets through; from the first slice on, nothing does any more.
    const deleted = before.delete('notes').then(() => disk.holdSyncs());
    await deleted;
    await disk.syncHeld();
    disk.losePower();
    expect(orderOf(disk, 'notes')).toBe(true);
    expect(remains(disk, 'notes', 2)).toBeGreaterThan(0);

    const after = await openOn(disk, { reclaimSliceRecords: 7 });
    expect(await after.load('notes')).toMatchObject({ state: 'deleted', epoch: { count: 2 } });
    await vi.waitUntil(() => !orderOf(disk, 'notes'));
    expect(remains(disk, 'notes', 2)).toBe(0);
    await after.close();
  });

  it('does not touch the life that has begun since', async () => {
    const disk = new FaultyDisk();
    const store = await openOn(disk, { reclaimSliceRecords: 3 });
    await fill(store);
    const epoch = await store.delete('notes');
    const update = new Typist().type('new life');
    await store.append({ document: 'notes', epoch, time: 1, updates: [{ author: '', update }] });
    const next = await store.delete('notes');
    await store.append({ document: 'notes', epoch: next, time: 2, updates: [{ author: '', update }] });
    await vi.waitUntil(() => !orderOf(disk, 'notes'));
    expect(remains(disk, 'notes', 3)).toBe(0);
    expect(await store.load('notes')).toMatchObject({ state: 'live', epoch: next });
    await store.close();
  });
});
