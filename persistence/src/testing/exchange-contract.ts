import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { compareEpochs, FIRST_EPOCH } from '../epoch.ts';
import { PersistenceError } from '../errors.ts';
import type { DocumentStore, Entry, EntryId, Epoch } from '../store.ts';
import { rebuild } from './rebuild.ts';
import { textOf } from './sample-updates.ts';

type Names = readonly [string, string];
type Pair = readonly [DocumentStore, DocumentStore];

interface Own {
  /** `renew`: delete, and write again. */
  readonly do: 'type' | 'compact' | 'delete' | 'renew';
  readonly at: 0 | 1;
}

/** One store takes some of what the other has. */
interface Take {
  readonly do: 'take';
  readonly order: number;
  readonly limit: number;
}

const either = fc.constantFrom(0 as const, 1 as const);
const own: fc.Arbitrary<Own> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('type' as const), at: either }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('compact' as const), at: either }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), at: either }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('renew' as const), at: either }) },
);
const take: fc.Arbitrary<Take> = fc.record({
  do: fc.constant('take' as const),
  order: fc.nat(),
  limit: fc.integer({ min: 1, max: 5 }),
});
/** Whose step it is, and whether it is over before the next one begins. */
type Crossing = readonly [who: 0 | 1, isAwaited: boolean, step: Own | Take];

const crossing: fc.Arbitrary<Crossing> = fc.tuple(
  either,
  fc.boolean(),
  fc.oneof({ weight: 3, arbitrary: own }, { weight: 1, arbitrary: take }),
);

/** By chance alone two lives of one document begin at once in one script of ten, and in some runs in none. */
const RIVALS: readonly Crossing[] = [
  [0, true, { do: 'type', at: 0 }],
  [1, true, { do: 'type', at: 0 }],
  [0, false, { do: 'renew', at: 0 }],
  [1, false, { do: 'renew', at: 0 }],
];

/** That stores end in the same state whatever is exchanged between them, and when. Part of `describeDocumentStore`. */
export function describeExchange(title: string, open: () => Promise<DocumentStore>): void {
  describe(`${title}, of two that exchange entries,`, () => {
    it('[G2] [R14] takes the whole history of the other, in whatever order and pieces', async () => {
      const stores = [await open(), await open()] as const;
      const [from, to] = stores;
      let run = 0;
      let taken = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(own, { minLength: 1, maxLength: 14 }),
          fc.nat(),
          fc.integer({ min: 1, max: 6 }),
          async (script, order, limit) => {
            run += 1;
            const names = namesOf(run);
            const writer = new Writer(from, names, run * 1_000);
            for (const step of script) await writer.play(step);
            for (const answer of shuffled(await answersFor(to, from, limit), order)) {
              await to.adopt(shuffled(answer, order));
              taken += answer.length;
            }
            await expectSame(stores, names);
          },
        ),
        { numRuns: 40 },
      );
      expect(taken).toBeGreaterThan(80);
      await Promise.all(stores.map((store) => store.close()));
    });

    it('[G2] [R14] crosses with it, and ends in one life of each document, with all that was written into its rivals', async () => {
      const stores = [await open(), await open()] as const;
      let run = 0;
      let deleted = 0;
      let rivals = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(crossing, { minLength: 6, maxLength: 24 }), async (script) => {
          run += 1;
          const names = namesOf(run);
          const writers = [
            new Writer(stores[0], names, run * 1_000),
            new Writer(stores[1], names, run * 1_000 + 500),
          ] as const;
          const underWay: Promise<void>[] = [];
          for (const [who, isAwaited, step] of script) {
            const other = stores[who === 0 ? 1 : 0];
            const done = step.do === 'take' ? takeSome(stores[who], other, step) : writers[who].play(step);
            underWay.push(done);
            if (isAwaited) await done;
          }
          await Promise.all(underWay);
          await exchangeAll(stores);
          await expectSame(stores, names);
          const written = writers.flatMap((writer) => writer.written);
          for (const document of names) {
            const epoch = (await stores[0].load(document))?.epoch ?? FIRST_EPOCH;
            const kept = written.filter((each) => each.document === document && each.epoch.count === epoch.count);
            if (epoch.count > 1) deleted += 1;
            rivals += kept.filter((each) => compareEpochs(each.epoch, epoch) !== 0).length;
            for (const store of stores) await expectInHistory(store, document, kept);
          }
        }),
        { numRuns: 61, examples: [[[...RIVALS]]] },
      );
      expect(deleted).toBeGreaterThan(20);
      expect(rivals).toBeGreaterThan(0);
      await Promise.all(stores.map((store) => store.close()));
    });
  });
}

function namesOf(run: number): Names {
  return [`run ${run}`, `run ${run}/more`];
}

interface Written {
  readonly id: EntryId;
  readonly document: string;
  readonly epoch: Epoch;
}

/** Somebody who writes in one store. Each edit is by a client of its own, after whatever the document has. */
class Writer {
  readonly #store: DocumentStore;
  readonly #names: Names;
  #client: number;
  readonly written: Written[] = [];

  constructor(store: DocumentStore, names: Names, firstClient: number) {
    this.#store = store;
    this.#names = names;
    this.#client = firstClient;
  }

  async play(step: Own): Promise<void> {
    const document = this.#names[step.at];
    try {
      switch (step.do) {
        case 'type':
          await this.#type(document);
          return;
        case 'compact':
          await this.#store.compact(document);
          return;
        case 'delete':
          await this.#store.delete(document);
          return;
        case 'renew':
          await this.#store.delete(document);
          await this.#type(document);
          return;
      }
    } catch (error) {
      // Nothing there yet, or another life by now.
      const isExpected = error instanceof PersistenceError && ['UNKNOWN_DOCUMENT', 'EPOCH_MOVED'].includes(error.code);
      if (!isExpected) throw error;
    }
  }

  async #type(document: string): Promise<void> {
    this.#client += 1;
    const client = this.#client;
    const loaded = await this.#store.load(document);
    const doc = loaded === null ? new Y.Doc() : rebuild(loaded);
    doc.clientID = client;
    const before = Y.encodeStateVector(doc);
    const text = doc.getText('content');
    if (client % 3 === 0 && text.length > 2) text.delete(1, 1);
    text.insert(text.length >> 1, `${client} `);
    const update = Y.encodeStateAsUpdate(doc, before);
    const epoch = loaded?.epoch ?? FIRST_EPOCH;
    const id = await this.#store.append({ document, epoch, time: client, updates: [{ author: 'ada', update }] });
    this.written.push({ id, document, epoch });
  }
}

async function takeSome(to: DocumentStore, from: DocumentStore, step: Take): Promise<void> {
  const answers = shuffled(await answersFor(to, from, step.limit), step.order);
  await Promise.all(answers.slice(0, 3).map((answer) => to.adopt(answer)));
}

async function exchangeAll(stores: Pair): Promise<void> {
  const [one, two] = stores;
  for (const [to, from] of [
    [one, two],
    [two, one],
  ] as const) {
    for (const answer of await answersFor(to, from, 3)) await to.adopt(answer);
  }
}

/** What one store holds and the other does not, as it would be asked for: answers with so many entries at most. */
async function answersFor(to: DocumentStore, from: DocumentStore, limit: number): Promise<(readonly Entry[])[]> {
  const answers: (readonly Entry[])[] = [];
  for (const [incarnation, spans] of from.holdings()) {
    for (const { first, last } of spans) {
      for (let after = first - 1; after < last; ) {
        const held = (to.holdings().get(incarnation) ?? []).find(
          (span) => span.first <= after + 1 && after < span.last,
        );
        if (held !== undefined) {
          after = held.last;
          continue;
        }
        const answer = await from.entries({ incarnation, after, upTo: last, limit });
        const end = answer.at(-1);
        if (end === undefined) throw new Error(`${incarnation} ${after + 1} is held and not given`);
        answers.push(answer);
        after = end.id.sequence;
      }
    }
  }
  return answers;
}

async function expectSame(stores: Pair, names: Names): Promise<void> {
  const [one, two] = [await describeStore(stores[0], names), await describeStore(stores[1], names)];
  expect(two).toEqual(one);
}

async function describeStore(store: DocumentStore, names: Names): Promise<unknown> {
  const documents = await Promise.all(names.map((document) => describeDocument(store, document)));
  return { documents, holdings: Object.fromEntries(store.holdings()) };
}

async function describeDocument(store: DocumentStore, document: string): Promise<unknown> {
  const loaded = await store.load(document);
  if (loaded === null) return null;
  const { epoch, state, tombstone } = loaded;
  const doc = rebuild(loaded);
  return {
    epoch,
    state,
    text: textOf(doc),
    has: [...Y.decodeStateVector(Y.encodeStateVector(doc))].sort(([a], [b]) => a - b),
    tombstone: tombstone === null ? null : [...Y.decodeStateVector(tombstone)].sort(([a], [b]) => a - b),
  };
}

async function expectInHistory(store: DocumentStore, document: string, written: readonly Written[]): Promise<void> {
  for (const [, life] of Map.groupBy(written, ({ epoch }) => epoch.id)) {
    const found = new Set<string>();
    for await (const entry of store.history(document, life[0]?.epoch)) {
      if (entry.updates.length > 0) found.add(nameOf(entry.id));
    }
    for (const { id } of life) expect(found).toContain(nameOf(id));
  }
}

function nameOf({ incarnation, sequence }: EntryId): string {
  return `${incarnation} ${sequence}`;
}

/** In an order that the seed alone decides. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  const all = [...items];
  let state = seed >>> 0;
  for (let at = all.length - 1; at > 0; at--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = state % (at + 1);
    const [left, right] = [all[at], all[other]];
    if (left === undefined || right === undefined) continue;
    all[at] = right;
    all[other] = left;
  }
  return all;
}
