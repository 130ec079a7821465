import { type Entry, MemoryStore, PersistenceError } from '@quire/persistence';
import { beforeEach, describe, expect, it } from 'vitest';
import { serveEntries } from './serve-entries.ts';

const A = '00000000000000a1';
const B = '00000000000000b1';

function entry(incarnation: string, sequence: number, bytes = 10): Entry {
  return {
    id: { incarnation, sequence },
    document: 'plan',
    epoch: { count: 1, id: '0000000000000000' },
    time: sequence,
    updates: [{ author: 'ada', update: new Uint8Array(bytes) }],
  };
}

const idsOf = (entries: readonly Entry[]): string[] => entries.map(({ id }) => `${id.incarnation}:${id.sequence}`);

describe('what a peer is given', () => {
  let store: MemoryStore;
  beforeEach(async () => {
    store = new MemoryStore();
    await store.adopt([entry(A, 1), entry(A, 2), entry(A, 4), entry(B, 1, 1_000)]);
  });

  it('[R11] is what it wants and this node holds, by number, beyond gaps too', async () => {
    const wants = [
      { incarnation: A, spans: [{ first: 2, last: 9 }] },
      { incarnation: 'x', spans: [{ first: 1, last: 9 }] },
      { incarnation: B, spans: [{ first: 1, last: 1 }] },
    ];
    expect(idsOf(await serveEntries(store, wants, 1_000_000))).toEqual([`${A}:2`, `${A}:4`, `${B}:1`]);
  });

  it('[G4] ends with the bytes that were asked for, and is at least one entry', async () => {
    const all = { incarnation: A, spans: [{ first: 1, last: 4 }] };
    expect(idsOf(await serveEntries(store, [all], 84))).toEqual([`${A}:1`, `${A}:2`]);
    const large = { incarnation: B, spans: [{ first: 1, last: 1 }] };
    expect(idsOf(await serveEntries(store, [large], 1))).toEqual([`${B}:1`]);
    expect(idsOf(await serveEntries(store, [all, large], 140))).toEqual([`${A}:1`, `${A}:2`, `${A}:4`]);
  });

  it('[R12] passes over what can not be read while there is something else to give, and says so when there is not', async () => {
    const damaged = new PersistenceError('CORRUPT_RECORD', 'it can not be read');
    const half: Parameters<typeof serveEntries>[0] = {
      entries: (range) => (range.incarnation === A ? Promise.reject(damaged) : store.entries(range)),
      holdings: () => store.holdings(),
    };
    const [a, b] = [A, B].map((incarnation) => ({ incarnation, spans: [{ first: 1, last: 4 }] }));
    if (a === undefined || b === undefined) throw new Error('unreachable');
    expect(idsOf(await serveEntries(half, [a, b], 1_000_000))).toEqual([`${B}:1`]);
    await expect(serveEntries(half, [a], 1_000_000)).rejects.toBe(damaged);
  });

  it('[R11] is everything around a record that can not be read', async () => {
    await store.adopt(Array.from({ length: 40 }, (_, at) => entry(A, 10 + at)));
    const unreadable = new Set([2, 20, 21, 49]);
    const damaged: Parameters<typeof serveEntries>[0] = {
      entries: async (range) => {
        const found = await store.entries(range);
        if (!found.some(({ id }) => unreadable.has(id.sequence))) return found;
        throw new PersistenceError('CORRUPT_RECORD', 'it can not be read');
      },
      holdings: () => store.holdings(),
    };
    const wants = [{ incarnation: A, spans: [{ first: 1, last: 60 }] }];
    const all = [1, 2, 4, ...Array.from({ length: 40 }, (_, at) => 10 + at)];
    const readable = all.filter((sequence) => !unreadable.has(sequence));
    expect(idsOf(await serveEntries(damaged, wants, 1_000_000))).toEqual(readable.map((each) => `${A}:${each}`));
  });

  it('[G4] is not asked on and on of a disk that does not read', async () => {
    let asked = 0;
    const failing: Parameters<typeof serveEntries>[0] = {
      entries: () => {
        asked += 1;
        return Promise.reject(new PersistenceError('READ_FAILED', 'the disk does not read'));
      },
      holdings: () => store.holdings(),
    };
    const wants = [{ incarnation: A, spans: [{ first: 1, last: 1_000_000 }] }];
    await expect(serveEntries(failing, wants, 1_000_000)).rejects.toThrow(/does not read/);
    expect(asked).toBe(1);
  });

  it('[G4] counts what a stand-in brings instead of content: burials and titles', async () => {
    const burial = { by: { count: 2, id: '00000000000000c1' }, tombstone: new Uint8Array(1_000) };
    const buried = (sequence: number): Entry => ({
      ...entry(A, sequence),
      document: `plan ${sequence}`,
      title: 't'.repeat(100),
      updates: [],
      buried: burial,
    });
    const graves: Parameters<typeof serveEntries>[0] = {
      entries: async ({ after, upTo = 0 }) => (after < upTo ? [buried(after + 1)] : []),
      holdings: () => new Map([[A, [{ first: 1, last: 1_000 }]]]),
    };
    const wants = [{ incarnation: A, spans: [{ first: 1, last: 1_000 }] }];
    expect(await serveEntries(graves, wants, 10_000)).toHaveLength(8);
  });
});
