import { describe, expect, it } from 'vitest';
import { FIRST_EPOCH } from '../epoch.ts';
import { failsWith } from '../testing/fails-with.ts';
import { FaultyDisk } from '../testing/faulty-level.ts';
import { appendTo, openOn } from '../testing/open-on.ts';
import { loadText } from '../testing/rebuild.ts';
import { Typist } from '../testing/sample-updates.ts';
import { encodeNumber } from './document-records.ts';
import { entryKey, FORMAT_KEY, idKey, KIND, lifeKey, nameKey, segmentKey, vectorKey } from './keys.ts';

const flipLast = (value: Uint8Array) => {
  const damaged = Buffer.from(value);
  damaged[damaged.byteLength - 1] = (damaged.at(-1) ?? 0) ^ 1;
  return damaged;
};
const cutOff = (value: Uint8Array) => value.subarray(0, value.byteLength - 1);
const remove = () => null;

/** Two documents, one of them folded once, with a later entry: every kind of record is there. */
async function written(): Promise<{ disk: FaultyDisk; incarnation: string }> {
  const disk = new FaultyDisk();
  const store = await openOn(disk);
  const ada = new Typist();
  for (const key of 'abc') await appendTo(store, 'notes', ada.type(key));
  await store.compact('notes');
  await appendTo(store, 'notes', ada.type('d'));
  await appendTo(store, 'other', new Typist().type('fine'));
  await store.close();
  return { disk, incarnation: store.incarnation };
}

describe('a damaged record', () => {
  const keysOf = (incarnation: string) => ({
    entry: entryKey(lifeKey(KIND.entry, 'notes', FIRST_EPOCH), { incarnation, sequence: 4 }),
    snapshot: lifeKey(KIND.snapshot, 'notes', FIRST_EPOCH),
    row: nameKey(KIND.row, 'notes'),
  });

  it.each([
    ['entry', 'flipped', flipLast],
    ['entry', 'cut off', cutOff],
    ['snapshot', 'flipped', flipLast],
    ['snapshot', 'cut off', cutOff],
    ['snapshot', 'missing', remove],
    ['row', 'flipped', flipLast],
    ['row', 'missing', remove],
  ] as const)('[G3] fails the load of its document by name and key, and no other: %s %s', async (kind, _, change) => {
    const { disk, incarnation } = await written();
    const key = keysOf(incarnation)[kind];
    disk.tamper(key, change);
    const store = await openOn(disk);
    await expect(store.load('notes')).rejects.toMatchObject({
      code: 'CORRUPT_RECORD',
      document: 'notes',
      key: Buffer.from(key).toString('hex'),
      retryable: false,
    });
    expect(await loadText(store, 'other')).toBe('fine');
    expect(await appendTo(store, 'other', new Typist().type('!'))).toMatchObject({ sequence: 1 });
    await store.close();
  });

  it('of the index shows its document as damaged in the list, and takes no edit for it', async () => {
    const { disk } = await written();
    disk.tamper(nameKey(KIND.row, 'notes'), flipLast);
    const store = await openOn(disk);
    for (const order of ['name', 'recent'] as const) {
      const { documents } = await store.list({ order });
      expect(documents.map((stat) => [stat.document, stat.state]).sort()).toEqual([
        ['notes', 'damaged'],
        ['other', 'live'],
      ]);
    }
    expect(await store.stat('notes')).toMatchObject({ state: 'damaged', error: { code: 'CORRUPT_RECORD' } });
    await expect(appendTo(store, 'notes', new Typist().type('x'))).rejects.toSatisfy(failsWith('CORRUPT_RECORD'));
    expect(store.queue).toEqual({ entries: 0, bytes: 0 });
    await store.close();
  });

  it('[G8] of the history fails the history, also when a whole segment is missing', async () => {
    for (const change of [flipLast, cutOff, remove]) {
      const { disk } = await written();
      disk.tamper(segmentKey('notes', FIRST_EPOCH, 1), change);
      const store = await openOn(disk);
      const read = async () => {
        for await (const entry of store.history('notes')) expect(entry.id.sequence).toBeGreaterThan(0);
      };
      await expect(read()).rejects.toMatchObject({ code: 'CORRUPT_RECORD', document: 'notes' });
      expect(await loadText(store, 'notes')).toBe('abcd');
      await store.close();
    }
  });

  it('[R11] of the id index fails the range that it lies in: a hole is never passed over', async () => {
    for (const sequence of [1, 3, 5]) {
      for (const change of [flipLast, remove]) {
        const { disk, incarnation } = await written();
        disk.tamper(idKey({ incarnation, sequence }), change);
        const store = await openOn(disk);
        const read = store.entries({ incarnation, after: 0, limit: 100 });
        await expect(read).rejects.toSatisfy(failsWith('CORRUPT_RECORD'));
        await store.close();
      }
    }
  });

  it('[R11] of the id index fails the range that it lies in beyond a gap too, and no range before it', async () => {
    const disk = new FaultyDisk();
    const incarnation = 'feedfacefeedface';
    const before = await openOn(disk);
    const bob = new Typist();
    const entry = (sequence: number) => ({
      id: { incarnation, sequence },
      document: 'notes',
      epoch: FIRST_EPOCH,
      time: sequence,
      updates: [{ author: 'bob', update: bob.type('.') }],
    });
    await before.adopt([2, 3, 6, 7, 8].map(entry));
    await before.close();
    disk.tamper(idKey({ incarnation, sequence: 7 }), flipLast);
    const store = await openOn(disk);
    expect(store.holdings().get(incarnation)).toEqual([
      { first: 2, last: 3 },
      { first: 6, last: 8 },
    ]);
    const read = (after: number, upTo: number) => store.entries({ incarnation, after, upTo, limit: 9 });
    expect(await read(0, 6)).toHaveLength(3);
    expect(await read(7, 9)).toHaveLength(1);
    await expect(read(0, 9)).rejects.toSatisfy(failsWith('CORRUPT_RECORD'));
    await store.close();
  });

  it('[R11] of the vectors is made good from the id index', async () => {
    for (const change of [flipLast, cutOff]) {
      const { disk, incarnation } = await written();
      disk.tamper(vectorKey(incarnation), change);
      const store = await openOn(disk);
      expect(store.holdings().get(incarnation)).toEqual([{ first: 1, last: 5 }]);
      await store.close();
    }
  });

  it('does not keep its document from being deleted', async () => {
    const { disk, incarnation } = await written();
    disk.tamper(keysOf(incarnation).entry, flipLast);
    const store = await openOn(disk);
    const epoch = await store.delete('notes');
    expect(await store.load('notes')).toMatchObject({ epoch, state: 'deleted' });
    await store.close();
  });
});

describe('a directory', () => {
  it('of a newer format is refused, and left as it is', async () => {
    const { disk } = await written();
    disk.tamper(FORMAT_KEY, () => encodeNumber(FORMAT_KEY, 2));
    const before = new Map(disk.synced);
    await expect(openOn(disk)).rejects.toSatisfy(failsWith('NEWER_FORMAT'));
    expect(disk.synced).toEqual(before);
  });

  it('that holds something else is refused', async () => {
    const disk = new FaultyDisk();
    const db = await disk.openDb('');
    await db.batch([{ type: 'put', key: Buffer.from('theirs'), value: Buffer.from('data') }], { sync: true } as object);
    await expect(openOn(disk)).rejects.toSatisfy(failsWith('OPEN_FAILED'));
  });

  it('[R11] gets a new incarnation at each opening, and keeps the numbers of all the earlier ones, gaps too', async () => {
    const disk = new FaultyDisk();
    const incarnations: string[] = [];
    const bob = new Typist();
    const peer = 'feedfacefeedface';
    const adopted = ['a', 'b', 'c', 'd'].map((text, i) => ({
      id: { incarnation: peer, sequence: i + 1 },
      document: 'notes',
      epoch: FIRST_EPOCH,
      time: i,
      updates: [{ author: 'bob', update: bob.type(text) }],
    }));
    for (const at of [3, 1, 0, 2]) {
      const store = await openOn(disk);
      await appendTo(store, 'mine', new Typist().type('x'));
      await store.adopt(adopted.slice(at, at + 1));
      incarnations.push(store.incarnation);
      await store.close();
    }
    const store = await openOn(disk);
    expect(new Set(incarnations).size).toBe(4);
    const expected = [...incarnations.map((each) => [each, 1] as const), [peer, 4] as const];
    const held = [...store.holdings()].map(([each, spans]) => [each, ...spans]);
    expect(held.sort()).toEqual(expected.map(([each, last]) => [each, { first: 1, last }]).sort());
    expect(await loadText(store, 'notes')).toBe('abcd');
    await store.close();
  });
});
