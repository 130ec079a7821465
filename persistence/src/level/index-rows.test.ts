import { describe, expect, it, vi } from 'vitest';
import { FIRST_EPOCH } from '../epoch.ts';
import { FaultyDisk } from '../testing/faulty-level.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { draftOf, openOn } from '../testing/open-on.ts';
import { Typist } from '../testing/sample-updates.ts';
import type { Row } from './document-records.ts';
import { decodeRow } from './document-records.ts';
import { KIND, nameKey, parseRecentKey } from './keys.ts';

function rowOnDisk(disk: FaultyDisk, document: string): Row | null {
  const key = nameKey(KIND.row, document);
  const record = disk.synced.get(Buffer.from(key).toString('hex'));
  return record === undefined ? null : decodeRow({ key }, record);
}

function recencyOnDisk(disk: FaultyDisk): { document: string; edited: number }[] {
  const keys = [...disk.synced.keys()].map((name) => Buffer.from(name, 'hex'));
  return keys.filter((key) => key[0] === KIND.recent).map(parseRecentKey);
}

describe('the index row of a document', () => {
  it('is written with its first entry, then once a second at most, and lastly when it falls quiet', async () => {
    const disk = new FaultyDisk();
    const clock = new ManualClock();
    const store = await openOn(disk, { clock });
    const ada = new Typist();
    const write = (time: number) => store.append(draftOf('notes', ada.type('x'), { time, title: `T${time}` }));
    await write(1);
    expect(rowOnDisk(disk, 'notes')).toMatchObject({ title: 'T1', entries: 1 });
    await write(2);
    await write(3);
    expect(rowOnDisk(disk, 'notes')).toMatchObject({ title: 'T1', entries: 1 });
    expect(await store.stat('notes')).toMatchObject({ title: 'T3', entries: 3, edited: 3 });
    clock.advance(1_000);
    await vi.waitUntil(() => rowOnDisk(disk, 'notes')?.title === 'T3');
    expect(rowOnDisk(disk, 'notes')).toMatchObject({ entries: 3, edited: 3 });
    expect(recencyOnDisk(disk)).toEqual([{ document: 'notes', edited: 3 }]);
    clock.advance(1_000);
    await write(4);
    expect(rowOnDisk(disk, 'notes')).toMatchObject({ title: 'T4' });
    await store.close();
  });

  it('is exact after a close, and the recency index never disagrees with it', async () => {
    const disk = new FaultyDisk();
    const store = await openOn(disk, { clock: new ManualClock() });
    for (const [i, document] of ['a', 'b', 'a', 'c', 'b', 'a'].entries()) {
      await store.append(draftOf(document, new Typist().type('x'), { time: 10 + i }));
    }
    await store.delete('c');
    await store.compact('b');
    await store.close();
    const listed = recencyOnDisk(disk).sort((x, y) => y.edited - x.edited);
    expect(listed).toEqual([
      { document: 'a', edited: 15 },
      { document: 'b', edited: 14 },
    ]);
    for (const { document, edited } of listed) expect(rowOnDisk(disk, document)).toMatchObject({ edited });
    expect(rowOnDisk(disk, 'a')).toMatchObject({ entries: 3, segments: 0 });
    expect(rowOnDisk(disk, 'b')).toMatchObject({ entries: 0, segments: 1 });
    expect(rowOnDisk(disk, 'c')).toMatchObject({ state: 'deleted' });
  });

  it('[G4] is forgotten by the memory when many others are used, and comes back as it was', async () => {
    const disk = new FaultyDisk();
    const clock = new ManualClock();
    const store = await openOn(disk, { maxHeads: 3, clock });
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 12; i++) {
        await store.append(draftOf(`document ${i}`, new Typist().type('x'), { time: round * 100 + i }));
      }
      clock.advance(1_000);
    }
    for (let i = 0; i < 12; i++) {
      const loaded = await store.load(`document ${i}`);
      expect(loaded).toMatchObject({ epoch: FIRST_EPOCH, state: 'live' });
      expect(loaded?.entries).toHaveLength(3);
      expect(await store.stat(`document ${i}`)).toMatchObject({ entries: 3, created: i, edited: 200 + i });
    }
    await store.close();
  });
});
