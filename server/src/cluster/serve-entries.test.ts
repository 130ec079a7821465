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
    expect(idsOf(await serveEntries(store, [all], 20))).toEqual([`${A}:1`, `${A}:2`]);
    const large = { incarnation: B, spans: [{ first: 1, last: 1 }] };
    expect(idsOf(await serveEntries(store, [large], 1))).toEqual([`${B}:1`]);
    expect(idsOf(await serveEntries(store, [all, large], 40))).toEqual([`${A}:1`, `${A}:2`, `${A}:4`]);
  });

  it('[R12] passes over what can not be read while there is something else to give, and says so when there is not', async () => {
    const damaged = new PersistenceError('CORRUPT_RECORD', 'it can not be read');
    const half: Parameters<typeof serveEntries>[0] = {
      entries: (range) => (range.incarnation === A ? Promise.reject(damaged) : store.entries(range)),
    };
    const [a, b] = [A, B].map((incarnation) => ({ incarnation, spans: [{ first: 1, last: 4 }] }));
    if (a === undefined || b === undefined) throw new Error('unreachable');
    expect(idsOf(await serveEntries(half, [a, b], 1_000_000))).toEqual([`${B}:1`]);
    await expect(serveEntries(half, [a], 1_000_000)).rejects.toBe(damaged);
  });
});
