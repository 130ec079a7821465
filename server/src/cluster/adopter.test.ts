import { type Entry, MemoryStore, PersistenceError } from '@quire/persistence';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { Adopter } from './adopter.ts';
import { noMeters } from './meters.ts';

const theirs = '00000000000000b1';

function entry(sequence: number, document: string): Entry {
  return {
    id: { incarnation: theirs, sequence },
    document,
    epoch: { count: 1, id: '0000000000000000' },
    time: 1,
    updates: [{ author: '', update: new Uint8Array([0, 0]) }],
  };
}

/** A store that fails for some documents, and stores what came with them: as one on a disk does. */
function open(faults: ReadonlyMap<string, unknown>) {
  const clock = new ManualClock();
  const store = new MemoryStore({ clock });
  const adoptAll = store.adopt.bind(store);
  store.adopt = async (entries) => {
    const groups = Map.groupBy(entries, ({ document }) => document);
    await Promise.all(
      [...groups].map(async ([document, group]) => {
        if (faults.has(document)) throw faults.get(document);
        await adoptAll(group);
      }),
    );
  };
  const complaints: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line) => void complaints.push(line) });
  const adopter = new Adopter({ store, clock, log, meters: noMeters });
  const shown: string[] = [];
  adopter.attach({ adopted: async (entries) => void shown.push(...entries.map(({ document }) => document)) });
  return { store, adopter, shown, complaints };
}

const damaged = new PersistenceError('CORRUPT_RECORD', 'its row can not be read', { document: 'bad' });

describe('the adopter', () => {
  it.each([
    ['is damaged', damaged],
    ['can not be folded', new PersistenceError('FOLD_FAILED', 'it can not be folded')],
    ['fails in a way that nobody thought of', new TypeError('unthought of')],
  ])('[G2] shows what it stored of the others when one document %s', async (_, fault) => {
    const { store, adopter, shown } = open(new Map([['bad', fault]]));
    expect(await adopter.adopt([entry(1, 'plan'), entry(2, 'bad'), entry(3, 'notes')])).toBe(2);
    expect(shown.sort()).toEqual(['notes', 'plan']);
    expect(store.holdings().get(theirs)).toEqual([
      { first: 1, last: 1 },
      { first: 3, last: 3 },
    ]);
  });

  it('[R12] passes over the entries of a damaged document, says so once, and stores them once it is mended', async () => {
    const faults = new Map([['bad', damaged]]);
    const { store, adopter, complaints } = open(faults);
    await adopter.adopt([entry(1, 'bad'), entry(2, 'plan'), entry(3, 'bad')]);
    await adopter.adopt([entry(4, 'bad')]);
    expect(adopter.refused.get(theirs)).toEqual([
      { first: 1, last: 1 },
      { first: 3, last: 4 },
    ]);
    expect(complaints).toHaveLength(1);
    faults.clear();
    expect(await adopter.adopt([entry(5, 'bad')])).toBe(1);
    expect(store.holdings().get(theirs)).toContainEqual({ first: 5, last: 5 });
  });

  it('[G2][G5] waits for a disk that refuses writes, and shows what it had accepted before it did', async () => {
    const faults = new Map<string, unknown>();
    const { store, adopter, shown } = open(faults);
    // The first of two documents is on its way to the disk, the other one is refused.
    const accepting = store.adopt.bind(store);
    store.adopt = async (entries) => {
      await accepting(entries.filter(({ document }) => document === 'plan'));
      store.adopt = accepting;
      store.refuse();
      throw new PersistenceError('REFUSED', 'the disk refuses writes');
    };
    const adopting = adopter.adopt([entry(1, 'plan'), entry(2, 'notes')]);
    await new Promise(setImmediate);
    expect(shown).toEqual([]);
    store.recover();
    expect(await adopting).toBe(2);
    expect(shown.sort()).toEqual(['notes', 'plan']);
  });

  it('[G5] waits for a disk no longer than its node runs', async () => {
    const { store, adopter, shown } = open(new Map());
    store.refuse();
    const adopting = adopter.adopt([entry(1, 'plan')]);
    await new Promise(setImmediate);
    adopter.close();
    expect(await adopting).toBe(0);
    expect(shown).toEqual([]);
  });

  it('[G5] leaves missing what a document can not take for now', async () => {
    const { adopter } = open(new Map([['bad', new PersistenceError('FOLD_FAILED', 'it can not be folded')]]));
    expect(await adopter.adopt([entry(1, 'bad'), entry(2, 'plan')])).toBe(1);
    expect(adopter.refused.size).toBe(0);
  });
});
