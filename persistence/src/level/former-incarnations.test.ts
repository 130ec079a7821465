import { describe, expect, it } from 'vitest';
import type { DocumentStore, Entry } from '../store.ts';
import { FaultyDisk } from '../testing/faulty-level.ts';
import { appendTo, openOn } from '../testing/open-on.ts';
import { loadText } from '../testing/rebuild.ts';
import { Typist } from '../testing/sample-updates.ts';

/** A disk with the same bytes: a backup, or the directory of another node. */
async function copyOf(disk: FaultyDisk): Promise<FaultyDisk> {
  const copy = new FaultyDisk();
  const db = await copy.openDb('');
  const ops = [...disk.synced].map(([key, value]) => ({ type: 'put' as const, key: Buffer.from(key, 'hex'), value }));
  await db.batch(ops, { sync: true } as object);
  return copy;
}

async function everythingOf(store: DocumentStore): Promise<Entry[]> {
  const all: Entry[] = [];
  for (const incarnation of store.holdings().keys()) {
    all.push(...(await store.entries({ incarnation, after: 0, limit: 1_000 })));
  }
  return all;
}

describe('a node', () => {
  it('[R12] that was restored from an old backup gets back what it had written since, under its numbers of then', async () => {
    const [disk, peerDisk] = [new FaultyDisk(), new FaultyDisk()];
    const ada = new Typist();
    const store = await openOn(disk);
    for (const key of 'ab') await appendTo(store, 'notes', ada.type(key));
    const backup = await copyOf(disk);
    for (const key of 'cd') await appendTo(store, 'notes', ada.type(key));
    const peer = await openOn(peerDisk);
    await peer.adopt(await everythingOf(store));
    await store.close();

    const restored = await openOn(backup);
    expect(restored.incarnation).not.toBe(store.incarnation);
    expect(restored.holdings().get(store.incarnation)).toEqual([{ first: 1, last: 2 }]);
    const fresh = await appendTo(restored, 'notes', new Typist().type('!'));
    expect(fresh).toEqual({ incarnation: restored.incarnation, sequence: 1 });
    await restored.adopt(await peer.entries({ incarnation: store.incarnation, after: 2, limit: 9 }));
    expect(restored.holdings().get(store.incarnation)).toEqual([{ first: 1, last: 4 }]);
    await peer.adopt(await restored.entries({ incarnation: restored.incarnation, after: 0, limit: 9 }));
    expect(peer.holdings()).toEqual(restored.holdings());
    const text = await loadText(restored, 'notes');
    expect(text).toContain('abcd');
    expect(text).toHaveLength(5);
    expect(await loadText(peer, 'notes')).toBe(text);
    await Promise.all([restored.close(), peer.close()]);
  });

  it('[R12] and a clone of its directory never give out the same number, and end in the same state', async () => {
    const disk = new FaultyDisk();
    const before = await openOn(disk);
    await appendTo(before, 'notes', new Typist().type('both '));
    await before.compact('notes');
    await before.close();
    const twins = [await openOn(await copyOf(disk)), await openOn(await copyOf(disk))] as const;
    const [one, two] = twins;
    await Promise.all(twins.map((twin, i) => appendTo(twin, 'notes', new Typist().type(`${i}`))));
    expect(one.incarnation).not.toBe(two.incarnation);
    await one.adopt(await everythingOf(two));
    await two.adopt(await everythingOf(one));
    expect(one.holdings()).toEqual(two.holdings());
    expect(one.holdings().size).toBe(3);
    expect(await loadText(one, 'notes')).toHaveLength(7);
    expect(await loadText(two, 'notes')).toBe(await loadText(one, 'notes'));
    await Promise.all(twins.map((twin) => twin.close()));
  });

  it('[R12] that comes back empty takes everything from another one, a deleted document for a deleted one', async () => {
    const ada = new Typist(7);
    const peer = await openOn(new FaultyDisk());
    for (const document of ['kept', 'gone']) {
      for (const key of 'abc') await appendTo(peer, document, ada.type(key));
      await peer.compact(document);
    }
    const epoch = await peer.delete('gone');
    const empty = await openOn(new FaultyDisk());
    await empty.adopt(await everythingOf(peer));
    expect(empty.holdings()).toEqual(peer.holdings());
    expect(await loadText(empty, 'kept')).toBe(await loadText(peer, 'kept'));
    expect(await empty.load('gone')).toMatchObject({ epoch, state: 'deleted' });
    expect([...((await empty.load('gone'))?.tombstone ?? [])]).toEqual([
      ...((await peer.load('gone'))?.tombstone ?? []),
    ]);
    await Promise.all([empty.close(), peer.close()]);
  });

  it('[R1] tells of an entry that it has lost with its disk as of one that it does not hold', async () => {
    const disk = new FaultyDisk();
    const store = await openOn(disk);
    const ada = new Typist();
    await appendTo(store, 'notes', ada.type('a'));
    disk.holdSyncs();
    void appendTo(store, 'notes', ada.type('b'));
    await disk.syncHeld();
    disk.losePower();
    const after = await openOn(disk);
    expect(after.holdings().get(store.incarnation)).toEqual([{ first: 1, last: 1 }]);
    expect(await after.entries({ incarnation: store.incarnation, after: 1, limit: 9 })).toEqual([]);
    await after.close();
  });
});
