import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { Clock } from '../clock.ts';
import { FIRST_EPOCH } from '../epoch.ts';
import type { DocumentStore, Entry, EntryDraft, Epoch, SequenceSpan } from '../store.ts';
import { describeExchange } from './exchange-contract.ts';
import { failsWith } from './fails-with.ts';
import { loadText, rebuild } from './rebuild.ts';
import { describeReplication } from './replication-contract.ts';
import { Typist, textOf } from './sample-updates.ts';

const PEER = 'feedfacefeedface';

/** The rules that every `DocumentStore` keeps. `open` gives an empty store, by the clock that it is given; it is closed after each test. */
export function describeDocumentStore(name: string, open: (clock?: Clock) => Promise<DocumentStore>): void {
  describeReplication(name, open);
  describeExchange(name, () => open());
  describe(`${name} keeps the rules of a document store`, () => {
    let store: DocumentStore;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    const write = (document: string, update: Uint8Array, rest: Partial<EntryDraft> = {}) =>
      store.append({ document, epoch: FIRST_EPOCH, time: 1000, updates: [{ author: 'ada', update }], ...rest });
    const foreign = (sequence: number, update: Uint8Array | null, rest: Partial<Entry> = {}): Entry => ({
      id: { incarnation: PEER, sequence },
      document: 'notes',
      epoch: FIRST_EPOCH,
      time: 1000 + sequence,
      updates: update === null ? [] : [{ author: 'bob', update }],
      ...rest,
    });
    const history = (document: string, epoch?: Epoch) => collect(store.history(document, epoch));
    const held = (incarnation: string) => spansOf(store.holdings().get(incarnation));

    it('[G1] numbers its entries from 1, and its holdings cover what it has stored', async () => {
      const ada = new Typist();
      expect(store.holdings().size).toBe(0);
      const first = await write('notes', ada.type('a'));
      const others = await Promise.all([write('notes', ada.type('b')), write('notes', ada.type('c'))]);
      expect([first, ...others]).toEqual([1, 2, 3].map((sequence) => ({ incarnation: store.incarnation, sequence })));
      expect([...store.holdings()]).toEqual([[store.incarnation, [{ first: 1, last: 3 }]]]);
      expect(store.queue).toEqual({ entries: 0, bytes: 0 });
    });

    it('[G3] tells a name that never existed from a document', async () => {
      expect(await store.load('notes')).toBeNull();
      expect(await store.stat('notes')).toBeNull();
      expect(await history('notes')).toEqual([]);
      await expect(store.compact('notes')).rejects.toSatisfy(failsWith('UNKNOWN_DOCUMENT'));
      await expect(store.delete('notes')).rejects.toSatisfy(failsWith('UNKNOWN_DOCUMENT'));
      expect(await store.load('notes')).toBeNull();
    });

    it('gives back every update with its author and time, oldest first', async () => {
      const ada = new Typist();
      const [one, two, three] = [ada.type('1'), ada.type('2'), ada.type('3')];
      const updates = [
        { author: 'ada', update: one },
        { author: '', update: two },
      ];
      const id = await write('notes', one, { updates, time: 5, title: 'Plan' });
      await write('notes', three, { time: 4 });
      const loaded = await store.load('notes');
      expect(loaded?.entries.map((entry) => entry.time)).toEqual([4, 5]);
      expect(plain(loaded?.entries[1])).toEqual(
        plain({ id, document: 'notes', epoch: FIRST_EPOCH, time: 5, updates, title: 'Plan' }),
      );
      expect(loaded?.snapshot).toBeNull();
      expect(loaded?.state).toBe('live');
      expect(await loadText(store, 'notes')).toBe('123');
    });

    it('[G8] folds without changing the document, and keeps who wrote what and when', async () => {
      const ada = new Typist();
      for (let round = 0; round < 3; round++) {
        for (let i = 0; i < 4; i++) {
          await write('notes', ada.type(`${round}${i} `), {
            time: 10 * round + i,
            updates: [{ author: `author ${i}`, update: ada.erase(0, 1) }],
          });
          await write('notes', Y.encodeStateAsUpdate(ada.doc), { time: 10 * round + i });
        }
        const report = await store.compact('notes');
        expect(report.entries).toBe(8);
        expect(report.snapshotBytes).toBeGreaterThan(0);
      }
      await write('notes', ada.type('end'), { time: 99 });
      const loaded = await store.load('notes');
      expect(loaded?.entries).toHaveLength(1);
      expect(await loadText(store, 'notes')).toBe(ada.text);
      const entries = await history('notes');
      expect(entries.map((entry) => entry.id.sequence)).toEqual(Array.from({ length: 25 }, (_, i) => i + 1));
      expect(entries.map((entry) => entry.time).slice(0, 4)).toEqual([0, 0, 1, 1]);
      expect(entries[2]?.updates[0]?.author).toBe('author 1');
      const doc = new Y.Doc();
      for (const entry of entries) for (const { update } of entry.updates) Y.applyUpdate(doc, update);
      expect(textOf(doc)).toBe(ada.text);
      expect(await store.compact('notes')).toMatchObject({ entries: 1 });
      expect(await store.compact('notes')).toMatchObject({ entries: 0 });
    });

    it('[R3] keeps updates whose dependencies are missing through a fold, deletes among them', async () => {
      const ada = new Typist();
      const missing = ada.type('first ');
      const later = [ada.type('second'), ada.erase(0, 3)];
      for (const update of later) await write('notes', update);
      expect(await loadText(store, 'notes')).toBe('');
      await store.compact('notes');
      expect((await store.load('notes'))?.entries).toEqual([]);
      await write('notes', missing);
      expect(await loadText(store, 'notes')).toBe('st second');
      await store.compact('notes');
      expect(await loadText(store, 'notes')).toBe('st second');
    });

    it('[R5] keeps a delete that changes no state vector through a fold', async () => {
      const ada = new Typist();
      await write('notes', ada.type('hello'));
      await store.compact('notes');
      await write('notes', ada.erase(0, 3));
      await store.compact('notes');
      expect(await loadText(store, 'notes')).toBe('lo');
    });

    it('[R14] moves the epoch with a delete, leaves a tombstone, and lets no old edit back in', async () => {
      const ada = new Typist(7);
      await write('notes', ada.type('old'));
      await store.compact('notes');
      await write('notes', ada.type('er'));
      const epoch = await store.delete('notes');
      expect(epoch.count).toBe(2);
      expect(await store.delete('notes')).toEqual(epoch);
      const loaded = await store.load('notes');
      expect(loaded).toMatchObject({ epoch, state: 'deleted', snapshot: null });
      expect(tombstoneOf(loaded)).toEqual([[7, 5]]);
      await expect(write('notes', ada.type('!'))).rejects.toSatisfy(failsWith('EPOCH_MOVED'));
      expect(await loadText(store, 'notes')).toBe('');

      const next = new Typist(8);
      await write('notes', next.type('new'), { epoch, time: 2000 });
      expect(await store.load('notes')).toMatchObject({ epoch, state: 'live' });
      expect(await store.stat('notes')).toMatchObject({ state: 'live', created: 2000, title: '' });
      expect(await loadText(store, 'notes')).toBe('new');
      const third = await store.delete('notes');
      expect(third.count).toBe(3);
      expect(tombstoneOf(await store.load('notes'))).toEqual([
        [7, 5],
        [8, 3],
      ]);
    });

    it('[R14] moves the epoch to that of another document, where it is higher, and takes what was there along', async () => {
      const ada = new Typist(7);
      const epoch = { count: 5, id: 'abcdef0123456789' };
      expect(await store.delete('notes', epoch)).toEqual(epoch);
      expect(await store.load('notes')).toBeNull();
      await write('notes', ada.type('old'));
      expect(await store.delete('notes', epoch)).toEqual(epoch);
      expect(await store.load('notes')).toMatchObject({ epoch, state: 'deleted' });
      expect(tombstoneOf(await store.load('notes'))).toEqual([[7, 3]]);
      await write('notes', new Typist(8).type('new'), { epoch });
      for (const lower of [epoch, { ...epoch, count: 4 }]) expect(await store.delete('notes', lower)).toEqual(epoch);
      expect(await loadText(store, 'notes')).toBe('new');
      const later = { count: 6, id: '0000000000000000' };
      await store.delete('notes');
      await store.delete('notes', { ...later, count: 7 });
      expect((await store.load('notes'))?.epoch).toEqual({ ...later, count: 7 });
    });

    it('[R14] knows who wrote in any former life, the oldest first', async () => {
      for (const [life, client] of [500, 7, 9_000, 8].entries()) {
        const epoch = (await store.load('notes'))?.epoch ?? FIRST_EPOCH;
        expect(epoch.count).toBe(life + 1);
        await write('notes', new Typist(client).type('x'), { epoch });
        if (life % 2 === 0) await store.compact('notes');
        await store.delete('notes');
      }
      const tombstone = (await store.load('notes'))?.tombstone ?? new Uint8Array();
      expect([...Y.decodeStateVector(tombstone)]).toEqual([500, 7, 9_000, 8].map((client) => [client, 1]));
    });

    it('[R14] covers with the tombstone what was still waiting for missing structs', async () => {
      const ada = new Typist(7);
      ada.type('never arrives');
      await write('notes', ada.type('!'));
      await store.delete('notes');
      expect(tombstoneOf(await store.load('notes'))).toEqual([[7, 14]]);
    });

    it('[R11] holds adopted entries once, and says what lies beyond a gap', async () => {
      const bob = new Typist();
      const updates = ['a', 'b', 'c', 'd'].map((key) => bob.type(key));
      const entries = updates.map((update, i) => foreign(i + 1, update));
      await store.adopt(pick(entries, 1, 3));
      expect(held(PEER)).toEqual([[2], [4]]);
      await store.adopt(pick(entries, 0, 1));
      expect(held(PEER)).toEqual([[1, 2], [4]]);
      await Promise.all([store.adopt(entries), store.adopt(entries), store.adopt([...entries, ...entries])]);
      expect(held(PEER)).toEqual([[1, 4]]);
      expect(await loadText(store, 'notes')).toBe('abcd');
      await store.compact('notes');
      await store.adopt(entries);
      expect((await history('notes')).map((entry) => entry.id.sequence)).toEqual([1, 2, 3, 4]);
      expect(held(store.incarnation)).toEqual([]);
    });

    it('refuses an entry that bears one of its own numbers which it never gave out', async () => {
      const id = { incarnation: store.incarnation, sequence: 9 };
      const entry = foreign(1, new Typist().type('x'), { id });
      await expect(store.adopt([entry])).rejects.toSatisfy(failsWith('BAD_ENTRY'));
      expect(await store.load('notes')).toBeNull();
    });

    it('[R14] takes a higher epoch for a delete, and what comes late for the old life as held only', async () => {
      const ada = new Typist(7);
      await write('notes', ada.type('old'));
      const epoch = { count: 2, id: 'aaaaaaaaaaaaaaaa' };
      await store.adopt([foreign(3, null, { epoch })]);
      expect(await store.load('notes')).toMatchObject({ epoch, state: 'deleted' });
      const bob = new Typist(8);
      await store.adopt([foreign(1, bob.type('late')), foreign(2, bob.type('r'))]);
      expect(held(PEER)).toEqual([[1, 3]]);
      const loaded = await store.load('notes');
      expect(tombstoneOf(loaded)).toEqual([
        [7, 3],
        [8, 5],
      ]);
      expect(await loadText(store, 'notes')).toBe('');
      const found = await store.entries({ incarnation: PEER, after: 0, limit: 10 });
      expect(found.map((entry) => [entry.id.sequence, entry.updates.length])).toEqual([
        [1, 0],
        [2, 0],
        [3, 0],
      ]);
      await store.adopt([foreign(4, new Typist(9).type('new'), { epoch })]);
      expect(await store.load('notes')).toMatchObject({ epoch, state: 'live' });
    });

    it.each([
      ['the winner first', [1, 0]],
      ['the winner last', [0, 1]],
    ])('[R14] ends in one epoch when two nodes delete at once, and loses nothing: %s', async (_, order) => {
      const rivals = ['aaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbb'].map((id, i) => {
        const epoch = { count: 2, id };
        return foreign(1, new Typist(i + 1).type(id.slice(0, 3)), { epoch, id: { incarnation: id, sequence: 1 } });
      });
      await write('notes', new Typist(7).type('old'));
      for (const at of order) await store.adopt(pick(rivals, at));
      expect(await store.load('notes')).toMatchObject({ epoch: { count: 2, id: 'bbbbbbbbbbbbbbbb' } });
      expect(await loadText(store, 'notes')).toBe('bbb');
      expect(tombstoneOf(await store.load('notes'))).toEqual([
        [1, 3],
        [7, 3],
      ]);
      const lost = await history('notes', { count: 2, id: 'aaaaaaaaaaaaaaaa' });
      expect(plain(lost)).toEqual(plain(pick(rivals, 0)));
    });

    it('finds entries by id in sequence order, folded or not', async () => {
      const ada = new Typist();
      const updates = Array.from({ length: 9 }, (_, i) => ada.type(`${i}`));
      for (const [i, update] of updates.entries()) {
        await write(i % 2 === 0 ? 'even' : 'odd', update, { time: i });
        if (i === 5) await Promise.all([store.compact('even'), store.compact('odd')]);
      }
      const { incarnation } = store;
      const all = await store.entries({ incarnation, after: 0, limit: 100 });
      expect(all.map((entry) => entry.time)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
      expect(all.map((entry) => plain(entry.updates[0]?.update))).toEqual(updates.map(plain));
      expect(all.map((entry) => entry.document).slice(0, 3)).toEqual(['even', 'odd', 'even']);
      const some = await store.entries({ incarnation, after: 3, limit: 3 });
      expect(some.map((entry) => entry.id.sequence)).toEqual([4, 5, 6]);
      expect(await store.entries({ incarnation, after: 9, limit: 3 })).toEqual([]);
      expect(await store.entries({ incarnation: PEER, after: 0, limit: 3 })).toEqual([]);
      expect(await store.entries({ incarnation, after: 0, limit: 9, maxBytes: 1 })).toHaveLength(1);
    });

    it('[R8] keeps documents apart whatever they are called', async () => {
      const names = ['a', 'a/b', 'a/', 'ab', 'constructor', '__proto__', 'hasOwnProperty', '🦋', '\u{10ffff}', 'ä'];
      names.push('n'.repeat(640), ' ', '\u00a0');
      const typists = names.map((name) => ({ name, typist: new Typist() }));
      for (const { name, typist } of typists) await write(name, typist.type(`I am ${name}`), { title: name });
      for (const { name } of typists.filter((_, i) => i % 2 === 0)) await store.compact(name);
      await store.delete('a');
      for (const { name, typist } of typists) expect(await loadText(store, name)).toBe(name === 'a' ? '' : typist.text);
      const listed = (await store.list()).documents.map((stat) => stat.document);
      expect(listed.sort()).toEqual(names.filter((name) => name !== 'a').sort());
    });

    it.each([
      ['nothing', ''],
      ['NUL', 'a\0b'],
      ['a control character', 'a\nb'],
      ['a C1 control character', '\u0085'],
      ['half a surrogate pair', '\ud800'],
      ['642 bytes', 'é'.repeat(321)],
    ])('[R8] refuses a name of %s', async (_, name) => {
      const update = new Typist().type('x');
      for (const attempt of [
        () => write(name, update),
        () => store.adopt([foreign(1, update, { document: name })]),
        () => store.load(name),
        () => store.delete(name),
        () => store.stat(name),
        () => store.compact(name),
        () => history(name),
      ]) {
        await expect(attempt()).rejects.toSatisfy(failsWith('BAD_NAME'));
      }
      expect(store.holdings().size).toBe(0);
    });

    it.each([
      ['no update', { updates: [] }],
      ['a time that is none', { time: -1 }],
      ['a fraction of a time', { time: 0.5 }],
      ['an epoch that is none', { epoch: { count: 1, id: 'xyz' } }],
      ['an epoch that can not be counted', { epoch: { count: 2 ** 32, id: '0000000000000000' } }],
      ['text for an update', { updates: [{ author: '', update: 'text' as unknown as Uint8Array }] }],
    ])('gives out no number to an entry with %s', async (_, wrong) => {
      const update = new Typist().type('x');
      await expect(write('notes', update, wrong)).rejects.toSatisfy(failsWith('BAD_ENTRY'));
      expect(await write('notes', update)).toMatchObject({ sequence: 1 });
    });

    it('lists by name, page by page, with a prefix, without the deleted', async () => {
      const names = ['team/plan', 'team/notes', 'team', 'teams', 'other', 'team/gone', 'team/ä'];
      for (const name of names) await write(name, new Typist().type('x'), { title: `T ${name}` });
      await store.delete('team/gone');
      const pages: string[][] = [];
      let after: string | null = null;
      do {
        const page = await store.list({ prefix: 'team', limit: 2, ...(after === null ? {} : { after }) });
        pages.push(page.documents.map((stat) => stat.document));
        after = page.next;
      } while (after !== null);
      expect(pages).toEqual([['team', 'team/notes'], ['team/plan', 'team/ä'], ['teams']]);
      const [stat] = (await store.list({ prefix: 'team/p' })).documents;
      expect(stat).toMatchObject({ title: 'T team/plan', created: 1000, edited: 1000, state: 'live', entries: 1 });
    });

    it('lists the last edited first, page by page', async () => {
      for (const [i, name] of ['a', 'b', 'c', 'd', 'e'].entries()) {
        await write(name, new Typist().type('x'), { time: 100 + i });
      }
      await store.delete('d');
      const first = await store.list({ order: 'recent', limit: 2 });
      expect(first.documents.map((stat) => stat.document)).toEqual(['e', 'c']);
      const rest = await store.list({ order: 'recent', limit: 2, after: first.next ?? '' });
      expect(rest.documents.map((stat) => stat.document)).toEqual(['b', 'a']);
      expect(rest.next).toBeNull();
      const some = await store.list({ order: 'recent', prefix: 'c' });
      expect(some.documents.map((stat) => stat.document)).toEqual(['c']);
    });

    it('passes over what is not to be listed, in either order', async () => {
      const names = ['a', '~own/a', '~own/b', '~p', 'team/~own/c'];
      for (const [i, name] of names.entries()) await write(name, new Typist().type('x'), { time: 100 + i });
      const namesOf = async (query: Parameters<DocumentStore['list']>[0]) =>
        (await store.list({ ...query, except: '~own/' })).documents.map((stat) => stat.document);
      expect(await namesOf({})).toEqual(['a', 'team/~own/c', '~p']);
      const { next } = await store.list({ limit: 2, except: '~own/' });
      expect(await namesOf(next === null ? {} : { after: next })).toEqual(['~p']);
      expect(await namesOf({ limit: 2 })).toEqual(['a', 'team/~own/c']);
      expect(await namesOf({ prefix: '~own/b' })).toEqual([]);
      expect(await namesOf({ prefix: '~' })).toEqual(['~p']);
      expect(await namesOf({ order: 'recent' })).toEqual(['team/~own/c', '~p', 'a']);
    });

    it('remembers the last title and the latest edit', async () => {
      const ada = new Typist();
      await write('notes', ada.type('x'), { time: 10, title: 'One' });
      await write('notes', ada.type('y'), { time: 30, title: 'Two' });
      await write('notes', ada.type('z'), { time: 20 });
      expect(await store.stat('notes')).toMatchObject({ title: 'Two', created: 10, edited: 30, entries: 3 });
    });

    it('answers CLOSED after its end, and tells its listeners', async () => {
      const states: string[] = [];
      const unsubscribe = store.onStatus((status) => states.push(status.state));
      expect(store.status.state).toBe('ready');
      const pending = write('notes', new Typist().type('x'));
      await store.close();
      expect(await pending).toMatchObject({ sequence: 1 });
      expect(states).toEqual(['closed']);
      unsubscribe();
      for (const attempt of [() => write('notes', new Typist().type('x')), () => store.load('notes')]) {
        await expect(attempt()).rejects.toSatisfy(failsWith('CLOSED'));
      }
      await store.close();
    });

    it('[G2] ends in the same state whatever is folded, adopted twice or out of order on the way', async () => {
      const people = [new Typist(1), new Typist(2), new Typist(3)];
      const entries = people.flatMap((person, at) =>
        Array.from({ length: 12 }, (_, i) =>
          foreign(i + 1, i % 5 === 4 ? person.erase(0, 2) : person.type(`${at}${i},`), {
            id: { incarnation: `000000000000000${at}`, sequence: i + 1 },
            time: i,
          }),
        ),
      );
      // A fixed stride visits every entry, far from the order in which they were written.
      for (let step = 0; step < entries.length; step++) {
        await store.adopt(pick(entries, (step * 7) % entries.length, (step * 5) % entries.length));
        if (step % 10 === 9) await store.compact('notes');
      }
      const reference = new Y.Doc();
      for (const entry of entries) for (const { update } of entry.updates) Y.applyUpdate(reference, update);
      const loaded = await store.load('notes');
      if (loaded === null) throw new Error('The document is gone');
      const rebuilt = rebuild(loaded);
      expect(textOf(rebuilt)).toBe(textOf(reference));
      expect(plain(Y.encodeStateVector(rebuilt))).toEqual(plain(Y.encodeStateVector(reference)));
      expect(textOf(reference).length).toBeGreaterThan(50);
      expect(await history('notes')).toHaveLength(entries.length);
    });
  });
}

function pick<T>(all: readonly T[], ...at: readonly number[]): T[] {
  return at.flatMap((index) => all.slice(index, index + 1));
}

/** `[first, last]`, or `[only]`. */
function spansOf(spans: readonly SequenceSpan[] = []): number[][] {
  return spans.map(({ first, last }) => (first === last ? [first] : [first, last]));
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Bytes compare by content, whichever class holds them. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([field, content]) => [field, plain(content)]));
}

function tombstoneOf(loaded: { tombstone: Uint8Array | null } | null): [number, number][] {
  if (loaded?.tombstone == null) return [];
  return [...Y.decodeStateVector(loaded.tombstone)].sort(([a], [b]) => a - b);
}
