import { type Entry, FIRST_EPOCH, nextEpoch } from '@quire/persistence';
import { describe, expect, it } from 'vitest';
import { LoadUnderway } from './load-underway.ts';

function entry(epoch = FIRST_EPOCH, bytes = 10): Entry {
  const id = { incarnation: '00000000000000aa', sequence: 1 };
  return { id, document: 'plan', epoch, time: 1, updates: [{ author: '', update: new Uint8Array(bytes) }] };
}

describe('a document on its way into memory', () => {
  it('[G2] keeps what comes meanwhile, in its order, once', () => {
    const load = new LoadUnderway();
    const entries = [entry(), entry(FIRST_EPOCH, 20), entry(FIRST_EPOCH, 30)];
    load.keep(entries.slice(0, 1));
    load.keep(entries.slice(1));
    expect([load.take(), load.take()]).toEqual([entries, []]);
  });

  it('[R14] is crossed by an entry of a later life, and by what stands for one that has ended', () => {
    const second = nextEpoch(FIRST_EPOCH);
    const standIn: Entry = { ...entry(), updates: [], buried: { by: second, tombstone: new Uint8Array([0]) } };
    for (const later of [entry(second), standIn]) {
      const load = new LoadUnderway();
      load.begin(FIRST_EPOCH);
      load.keep([entry()]);
      expect(load.isCrossed).toBe(false);
      load.keep([later]);
      expect(load.isCrossed).toBe(true);
    }
  });

  it('[G4] lets go of more than may be kept, and says that it must be read once more', () => {
    const load = new LoadUnderway();
    load.keep([entry(FIRST_EPOCH, 16 * 1024 * 1024)]);
    load.keep([entry()]);
    expect([load.isOverrun, load.take(), load.isOverrun]).toEqual([true, [], false]);
  });
});
