import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import type { Clock } from '../clock.ts';
import { FIRST_EPOCH } from '../epoch.ts';
import type { Burial, DocumentStore, Entry, EntryDraft } from '../store.ts';
import { failsWith } from './fails-with.ts';
import { ManualClock } from './manual-clock.ts';
import { loadText } from './rebuild.ts';
import { Typist, textOf } from './sample-updates.ts';

const PEER = 'feedfacefeedface';
const SECOND = { count: 2, id: 'aaaaaaaaaaaaaaaa' };
const THIRD = { count: 3, id: 'bbbbbbbbbbbbbbbb' };
const MINUTE = 60_000;
/** Reclaiming goes on in the background. */
const patiently = { timeout: 20_000 };

/** What nodes need of a store to replicate. Part of `describeDocumentStore`. */
export function describeReplication(name: string, open: (clock?: Clock) => Promise<DocumentStore>): void {
  describe(`${name} keeps what replication rests on`, () => {
    let store: DocumentStore;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    const draft = (document: string, update: Uint8Array, rest: Partial<EntryDraft> = {}): EntryDraft => ({
      document,
      epoch: FIRST_EPOCH,
      time: 1000,
      updates: [{ author: 'ada', update }],
      ...rest,
    });
    const foreign = (sequence: number, update: Uint8Array | null, rest: Partial<Entry> = {}): Entry => ({
      id: { incarnation: PEER, sequence },
      document: 'notes',
      epoch: FIRST_EPOCH,
      time: 1000 + sequence,
      updates: update === null ? [] : [{ author: 'bob', update }],
      ...rest,
    });
    const ownEntries = (after = 0) => store.entries({ incarnation: store.incarnation, after, limit: 100 });
    const burial = (by: Burial['by'], clients: readonly (readonly [number, number])[] = []): Burial => ({
      by,
      tombstone: encodeVector(clients),
    });

    it('[R11] says what is held beyond gaps, and gives out the same again while nothing changes', async () => {
      await store.append(draft('notes', new Typist().type('mine')));
      const bob = new Typist();
      await store.adopt([2, 5, 6].map((sequence) => foreign(sequence, bob.type('.'))));
      const before = store.holdings();
      expect(before.get(store.incarnation)).toEqual([{ first: 1, last: 1 }]);
      const spans = [
        { first: 2, last: 2 },
        { first: 5, last: 6 },
      ];
      expect(before.get(PEER)).toEqual(spans);
      expect(store.holdings()).toBe(before);
      await store.adopt([foreign(3, bob.type('.'))]);
      const after = store.holdings();
      expect(after.get(PEER)?.[0]).toEqual({ first: 2, last: 3 });
      expect(after.get(store.incarnation)).toBe(before.get(store.incarnation));
      expect(before.get(PEER)).toEqual(spans);
    });

    it('[R11] tells of all that it has numbered, in that order, before those who brought it hear', async () => {
      const writing: Entry[] = [];
      const stored: Entry[] = [];
      const order: string[] = [];
      store.onWriting((entries) => {
        for (const entry of entries) {
          order.push(`writing ${entry.id.sequence}`);
          writing.push(entry);
        }
      });
      store.onStored((entries) => {
        for (const entry of entries) {
          const spans = store.holdings().get(entry.id.incarnation);
          if (spans?.[0]?.first === 1 && spans[0].last >= entry.id.sequence) order.push(`stored ${entry.id.sequence}`);
          stored.push(entry);
        }
      });
      const ada = new Typist();
      const append = async (document: string) => {
        const { sequence } = await store.append(draft(document, ada.type('x'), { title: `About ${document}` }));
        order.push(`heard ${sequence}`);
      };
      await Promise.all([append('a'), append('b'), append('a')]);
      expect(stored.map(plain)).toEqual((await ownEntries()).map(plain));
      const [deletedAt] = await Promise.all([
        store.delete('a').then((epoch) => {
          order.push('heard 4');
          return epoch;
        }),
        store.adopt([foreign(1, new Typist().type('theirs'))]),
      ]);
      await append('b');
      expect(stored.map(({ id }) => id)).toEqual(
        [1, 2, 3, 4, 5].map((sequence) => ({ incarnation: store.incarnation, sequence })),
      );
      expect(stored[3]).toMatchObject({ document: 'a', epoch: deletedAt, updates: [] });
      expect(writing).toEqual(stored);
      for (let sequence = 1; sequence <= 5; sequence++) {
        expect(order.indexOf(`heard ${sequence}`)).toBeGreaterThan(order.indexOf(`stored ${sequence}`));
        expect(order.indexOf(`stored ${sequence}`)).toBeGreaterThan(order.indexOf(`writing ${sequence}`));
        expect(order).toContain(`writing ${sequence}`);
        expect(order).toContain(`stored ${sequence}`);
      }
    });

    it('[G1] confirms what is stored whatever a listener throws, and tells the others, until they leave', async () => {
      const heard: number[] = [];
      store.onStored(() => {
        throw new Error('a publisher that broke');
      });
      const leave = store.onStored((entries) => heard.push(...entries.map(({ id }) => id.sequence)));
      const ada = new Typist();
      expect(await store.append(draft('notes', ada.type('a')))).toMatchObject({ sequence: 1 });
      leave();
      expect(await store.append(draft('notes', ada.type('b')))).toMatchObject({ sequence: 2 });
      expect(heard).toEqual([1]);
    });

    it('[R11] gives the entries of a range, passing over what it does not hold', async () => {
      const bob = new Typist();
      await store.adopt([2, 3, 5, 6, 9].map((sequence) => foreign(sequence, bob.type('.'))));
      const numbers = async (after: number, upTo: number | null, limit = 100) => {
        const range = { incarnation: PEER, after, limit, ...(upTo === null ? {} : { upTo }) };
        return (await store.entries(range)).map(({ id }) => id.sequence);
      };
      for (const folded of [false, true]) {
        if (folded) await store.compact('notes');
        expect(await numbers(0, null)).toEqual([2, 3, 5, 6, 9]);
        expect(await numbers(2, 6)).toEqual([3, 5, 6]);
        expect(await numbers(0, 9, 2)).toEqual([2, 3]);
        expect(await numbers(5, 6)).toEqual([6]);
        expect(await numbers(8, Number.MAX_SAFE_INTEGER)).toEqual([9]);
        for (const [after, upTo] of [
          [3, 4],
          [6, 8],
          [6, 6],
          [6, 2],
          [9, 20],
        ] as const) {
          expect(await numbers(after, upTo)).toEqual([]);
        }
      }
    });

    it('[R14] stands in for what was reclaimed, and says once in an answer what the ended lives had', async () => {
      const ada = new Typist(7);
      await store.append(draft('notes', ada.type('old')));
      await store.compact('notes');
      await store.append(draft('notes', ada.type('er')));
      const epoch = await store.delete('notes');
      await store.append(draft('notes', new Typist(8).type('new'), { epoch }));
      const reclaimed = await vi.waitUntil(async () => {
        const found = await ownEntries();
        return found.slice(0, 2).every(({ updates }) => updates.length === 0) && found;
      }, patiently);
      expect(reclaimed.map((entry) => [entry.id.sequence, entry.epoch.count, entry.updates.length])).toEqual([
        [1, 1, 0],
        [2, 1, 0],
        [3, 2, 0],
        [4, 2, 1],
      ]);
      const [first, ...rest] = reclaimed;
      expect(first?.buried?.by).toEqual(epoch);
      expect(decodeVector(first?.buried?.tombstone)).toEqual([[7, 5]]);
      expect(rest.filter(({ buried }) => buried !== undefined)).toEqual([]);
      expect((await ownEntries(1))[0]?.buried).toEqual(first?.buried);
    });

    it('[R14] learns from a stand-in that a life has ended, and what it had, also of a name that it has never seen', async () => {
      await store.append(draft('notes', new Typist(7).type('mine')));
      for (const document of ['notes', 'unseen']) {
        const sequence = document === 'notes' ? 1 : 2;
        const buried = burial(SECOND, [
          [7, 2],
          [9, 4],
        ]);
        await store.adopt([foreign(sequence, null, { document, buried })]);
        const loaded = await store.load(document);
        expect(loaded).toMatchObject({ epoch: SECOND, state: 'deleted', snapshot: null, entries: [] });
        const mine = document === 'notes' ? 4 : 2;
        expect(decodeVector(loaded?.tombstone)).toEqual([
          [7, mine],
          [9, 4],
        ]);
        const [again] = await store.entries({ incarnation: PEER, after: sequence - 1, limit: 1 });
        expect(again).toMatchObject({ epoch: FIRST_EPOCH, updates: [], buried: { by: SECOND } });
        expect(decodeVector(again?.buried?.tombstone)).toEqual(decodeVector(loaded?.tombstone));
      }
      expect(store.holdings().get(PEER)).toEqual([{ first: 1, last: 2 }]);
    });

    it.each([
      ['of an ended life', { epoch: FIRST_EPOCH }, []],
      ['of an ended life, with its burial', { epoch: FIRST_EPOCH, buried: burialOf(SECOND) }, [[9, 4]]],
      ['of this life', { epoch: SECOND }, []],
      ['of a life that lost against this one', { epoch: { ...SECOND, id: '0000000000000001' } }, []],
    ] as const)(
      '[G3] neither ends nor brings back anything by an entry without content %s',
      async (_, rest, covered) => {
        await store.adopt([foreign(1, new Typist(8).type('living'), { epoch: SECOND })]);
        await store.compact('notes');
        await store.adopt([foreign(2, null, { ...rest, time: 0 })]);
        const loaded = await store.load('notes');
        expect(loaded).toMatchObject({ epoch: SECOND, state: 'live' });
        expect(await loadText(store, 'notes')).toBe('living');
        expect(decodeVector(loaded?.tombstone)).toEqual(covered);
        expect(await store.stat('notes')).toMatchObject({ state: 'live', created: 1001, edited: 1001 });
        expect(store.holdings().get(PEER)).toEqual([{ first: 1, last: 2 }]);
      },
    );

    it('[R14] takes the burial of an answer for all of it, held already or not', async () => {
      await store.adopt([foreign(1, new Typist(7).type('one'))]);
      const answer = [foreign(1, null, { buried: burial(THIRD, [[7, 9]]) }), foreign(2, null), foreign(3, null)];
      await store.adopt(answer);
      expect(decodeVector((await store.load('notes'))?.tombstone)).toEqual([[7, 9]]);
      expect(await store.load('notes')).toMatchObject({ epoch: THIRD, state: 'deleted' });
    });

    it.each([
      ['by its own life', { buried: burialOf(FIRST_EPOCH) }],
      ['by no life', { buried: { ...burialOf(SECOND), by: { count: 0, id: 'x' } } }],
      ['that is no state vector', { buried: { by: SECOND, tombstone: Uint8Array.of(7) } }],
      ['of what has content', { buried: burialOf(SECOND), updates: [{ author: '', update: Uint8Array.of(0, 0) }] }],
    ])('refuses a burial %s', async (_, rest) => {
      await expect(store.adopt([foreign(1, null, rest)])).rejects.toSatisfy(failsWith('BAD_ENTRY'));
      expect(store.holdings().size).toBe(0);
      expect(await store.load('notes')).toBeNull();
    });

    it('[R14] takes a late entry that is no update for held: there is nothing to bury', async () => {
      await store.adopt([foreign(1, null, { epoch: SECOND })]);
      await store.adopt([foreign(2, Uint8Array.of(1, 1, 1, 1, 1, 1))]);
      expect(store.holdings().get(PEER)).toEqual([{ first: 1, last: 2 }]);
      expect((await store.load('notes'))?.tombstone).toBeNull();
    });

    it('shows the latest title of other nodes, in whatever order they come', async () => {
      const bob = new Typist();
      const titled = (sequence: number) => foreign(sequence, bob.type('.'), { title: `T${sequence}` });
      for (const sequence of [2, 4, 3, 1]) await store.adopt([titled(sequence)]);
      expect(await store.stat('notes')).toMatchObject({ title: 'T4' });
      await store.append(draft('notes', bob.type('.'), { title: 'Mine', time: 10 }));
      expect(await store.stat('notes')).toMatchObject({ title: 'Mine' });
    });

    it('leaves in the journal what not every node has, until they have it', async () => {
      const [ada, bob] = [new Typist(), new Typist()];
      store.keepUnfolded(2);
      for (const key of 'abcd') await store.append(draft('notes', ada.type(key)));
      await store.adopt([8, 9].map((sequence) => foreign(sequence, bob.type('!'), { time: sequence })));
      const text = await loadText(store, 'notes');
      const folds = async () => (await store.compact('notes')).entries;
      const unfolded = async () => (await store.load('notes'))?.entries.map(({ id }) => id.sequence);
      expect(await folds()).toBe(4);
      expect(await unfolded()).toEqual([3, 4]);
      expect(await folds()).toBe(0);
      expect((await ownEntries()).map(({ updates }) => updates.length)).toEqual([1, 1, 1, 1]);
      store.keepUnfolded(3);
      expect(await folds()).toBe(1);
      expect(await unfolded()).toEqual([4]);
      store.keepUnfolded(null);
      expect(await folds()).toBe(1);
      expect(await unfolded()).toEqual([]);
      expect(await loadText(store, 'notes')).toBe(text);
      expect(text).toHaveLength(6);
    });

    it('[R3] leaves with it what others have written since, which may build on it, and folds what they wrote before', async () => {
      const ada = new Typist(7);
      store.keepUnfolded(1);
      for (const time of [100, 200, 300]) await store.append(draft('notes', ada.type(`${time} `), { time }));
      const bob = new Typist(8);
      const before = bob.type('before ');
      Y.applyUpdate(bob.doc, Y.encodeStateAsUpdate(ada.doc));
      await store.adopt([foreign(1, before, { time: 199 }), foreign(2, bob.type('since '), { time: 301 })]);
      const text = await loadText(store, 'notes');
      expect(text).toContain('since ');
      expect(await store.compact('notes')).toMatchObject({ entries: 2 });
      const loaded = await store.load('notes');
      expect(loaded?.entries.map(({ time }) => time)).toEqual([200, 300, 301]);
      const doc = new Y.Doc();
      if (loaded?.snapshot != null) Y.applyUpdate(doc, loaded.snapshot);
      expect(doc.store.pendingStructs).toBeNull();
      expect(textOf(doc)).toContain('before ');
      store.keepUnfolded(3);
      expect(await store.compact('notes')).toMatchObject({ entries: 3 });
      expect(await loadText(store, 'notes')).toBe(text);
    });

    it('[G4] folds what is older than an hour, whoever is missing it', async () => {
      const clock = new ManualClock();
      const aging = await open(clock);
      const ada = new Typist();
      const folds = async () => (await aging.compact('notes')).entries;
      aging.keepUnfolded(0);
      await aging.append(draft('notes', ada.type('a')));
      clock.advance(59 * MINUTE);
      expect(await folds()).toBe(0);
      await aging.append(draft('notes', ada.type('b')));
      clock.advance(2 * MINUTE);
      expect(await folds()).toBe(1);
      clock.advance(60 * MINUTE);
      expect(await folds()).toBe(1);
      expect(await loadText(aging, 'notes')).toBe('ab');
      await aging.close();
    });

    it('[G2] [G4] gives a store that was away for longer what it folded meanwhile, each entry by its number, with its authors and its time', async () => {
      const clock = new ManualClock();
      const aging = await open(clock);
      const ada = new Typist();
      aging.keepUnfolded(0);
      for (const [at, author] of ['ada', 'ben', 'cyd'].entries()) {
        const updates = [
          { author, update: ada.type(`${at}`) },
          { author: 'dan', update: ada.type('.') },
        ];
        await aging.append(draft('notes', Uint8Array.of(0, 0), { time: 1_000 * (at + 1), updates }));
      }
      const written = await collect(aging.history('notes'));
      clock.advance(62 * MINUTE);
      expect(await aging.compact('notes')).toMatchObject({ entries: 3 });
      expect((await aging.load('notes'))?.entries).toEqual([]);
      const wants = { incarnation: aging.incarnation, limit: 100 };
      // In two answers, as whoever asks would have them.
      for (const range of [
        { ...wants, after: 0, upTo: 2 },
        { ...wants, after: 2 },
      ]) {
        await store.adopt(await aging.entries(range));
      }
      expect(store.holdings().get(aging.incarnation)).toEqual([{ first: 1, last: 3 }]);
      const got = await collect(store.history('notes'));
      expect(got).toEqual(written);
      expect(got.map(({ time, updates }) => [time, updates.map(({ author }) => author)])).toEqual([
        [1_000, ['ada', 'dan']],
        [2_000, ['ben', 'dan']],
        [3_000, ['cyd', 'dan']],
      ]);
      expect(await loadText(store, 'notes')).toBe(await loadText(aging, 'notes'));
      await aging.close();
    });
  });
}

async function collect(history: AsyncIterable<Entry>): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of history) entries.push(entry);
  return entries;
}

function burialOf(by: Burial['by']): Burial {
  return { by, tombstone: encodeVector([[9, 4]]) };
}

function encodeVector(clients: readonly (readonly [number, number])[]): Uint8Array {
  return Y.encodeStateVector(new Map(clients.map(([client, clock]) => [client, clock])));
}

function decodeVector(vector: Uint8Array | null | undefined): [number, number][] {
  return vector == null ? [] : [...Y.decodeStateVector(vector)].sort(([a], [b]) => a - b);
}

/** Bytes compare by content, whichever class holds them. */
function plain(entry: Entry): unknown {
  return { ...entry, updates: entry.updates.map(({ author, update }) => ({ author, update: [...update] })) };
}
