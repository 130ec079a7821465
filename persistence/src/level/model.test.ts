import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FIRST_EPOCH } from '../epoch.ts';
import type { PersistenceError } from '../errors.ts';
import { MemoryStore } from '../memory-store.ts';
import type { DocumentStore, Entry, Epoch } from '../store.ts';
import { FaultyDisk } from '../testing/faulty-level.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { openOn } from '../testing/open-on.ts';
import { rebuild } from '../testing/rebuild.ts';
import { Typist, textOf } from '../testing/sample-updates.ts';

type Step =
  | { readonly do: 'type'; readonly at: number; readonly by: number }
  | { readonly do: 'erase'; readonly at: number; readonly by: number }
  | { readonly do: 'adopt'; readonly at: number; readonly sequences: readonly number[] }
  | { readonly do: 'raise'; readonly at: number; readonly count: number; readonly id: string }
  /** Keeps so many of the latest own entries unfolded. */
  | { readonly do: 'keep'; readonly at: number; readonly latest: number | null }
  | { readonly do: 'compact' | 'delete' | 'outdated'; readonly at: number };

const at = fc.nat({ max: 1 });
const by = fc.nat({ max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('type' as const), at, by }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('erase' as const), at, by }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('adopt' as const),
      at,
      sequences: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('raise' as const),
      at,
      count: fc.integer({ min: 1, max: 4 }),
      // Below and above what a delete draws, which differs between the two stores.
      id: fc.constantFrom('0000000000000001', 'ffffffffffffffff'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('keep' as const), at, latest: fc.option(fc.nat({ max: 8 })) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('compact' as const, 'delete' as const), at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('outdated' as const), at }) },
);

/** Plays the same steps on a store; what it answers is compared, not what it is. */
class Player {
  readonly #store: DocumentStore;
  readonly #names: readonly string[];
  readonly #typists = [101, 102, 103].map((client) => new Typist(client));
  readonly #foreign: Entry[];
  #time = 0;

  constructor(store: DocumentStore, run: number) {
    this.#store = store;
    this.#names = [`run ${run}`, `run ${run}/inner`];
    const incarnation = run.toString(16).padStart(16, '0');
    const bob = new Typist(200);
    this.#foreign = Array.from({ length: 12 }, (_, i) => ({
      id: { incarnation, sequence: i + 1 },
      document: this.#names[i % 2] ?? '',
      epoch: FIRST_EPOCH,
      time: i,
      updates: [{ author: 'bob', update: bob.type(`${i}`) }],
    }));
  }

  async play(step: Step): Promise<unknown> {
    const document = this.#names[step.at] ?? '';
    this.#time += 1;
    try {
      switch (step.do) {
        case 'type':
        case 'erase':
          return await this.#edit(document, step);
        case 'adopt':
          return await this.#store.adopt(this.#foreign.filter(({ id }) => step.sequences.includes(id.sequence)));
        case 'raise': {
          const epoch = { count: step.count, id: step.id };
          const id = {
            incarnation: `${step.id.slice(0, 8)}${this.#foreign[0]?.id.incarnation.slice(8)}`,
            sequence: this.#time,
          };
          return await this.#store.adopt([{ id, document, epoch, time: this.#time, updates: [] }]);
        }
        case 'keep': {
          const written = this.#store.holdings().get(this.#store.incarnation)?.at(-1)?.last ?? 0;
          return this.#store.keepUnfolded(step.latest === null ? null : Math.max(0, written - step.latest));
        }
        case 'compact':
          return (await this.#store.compact(document)).entries;
        case 'delete':
          return (await this.#store.delete(document)).count;
        case 'outdated':
          return await this.#append(document, { count: 9, id: '9999999999999999' }, new Typist(7).type('x'));
      }
    } catch (error) {
      return (error as PersistenceError).code;
    }
  }

  async #edit(document: string, step: { do: 'type' | 'erase'; by: number }): Promise<unknown> {
    const typist = this.#typists[step.by] ?? new Typist();
    const erases = step.do === 'erase' && typist.text.length > 1;
    const update = erases ? typist.erase(0, 1) : typist.type(`${this.#time},`);
    const epoch = (await this.#store.load(document))?.epoch ?? FIRST_EPOCH;
    return this.#append(document, epoch, update);
  }

  async #append(document: string, epoch: Epoch, update: Uint8Array): Promise<unknown> {
    // An epoch that nobody knows would create the document in it: only ever tried on one that exists.
    if (epoch.count === 9 && (await this.#store.stat(document)) === null) return 'none';
    const updates = [{ author: 'ada', update }];
    const id = await this.#store.append({ document, epoch, time: this.#time, updates, title: `T${this.#time}` });
    return id.sequence > 0;
  }

  async observe(): Promise<unknown> {
    return Promise.all(this.#names.map((name) => this.#observe(name)));
  }

  async #observe(name: string): Promise<unknown> {
    const loaded = await this.#store.load(name);
    const stat = await this.#store.stat(name);
    if (loaded === null || stat === null || stat.state === 'damaged') return { loaded, stat };
    const doc = rebuild(loaded);
    const history: unknown[] = [];
    for await (const entry of this.#store.history(name)) {
      history.push([entry.time, entry.title, entry.updates.map(({ author, update }) => [author, [...update]])]);
    }
    return {
      text: textOf(doc),
      state: loaded.state,
      count: loaded.epoch.count,
      tombstone: loaded.tombstone === null ? null : [...loaded.tombstone].sort(),
      folded: loaded.snapshot !== null,
      entries: loaded.entries.length,
      title: stat.title,
      created: stat.created,
      edited: stat.edited,
      unfolded: stat.entries,
      history,
    };
  }
}

it('the LevelDB store answers whatever happens to it as the model in memory does', async () => {
  const disk = new FaultyDisk();
  // Time stands still for both, so that a delete's marker bears the same time.
  const options = { clock: new ManualClock() };
  const [model, store] = [new MemoryStore(options), await openOn(disk, options)];
  let run = 0;
  let steps = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 25 }), async (script) => {
      run += 1;
      const players = [new Player(model, run), new Player(store, run)] as const;
      for (const each of script) {
        steps += 1;
        const [expected, actual] = [await players[0].play(each), await players[1].play(each)];
        expect(actual).toEqual(expected);
      }
      const [expected, actual] = [await players[0].observe(), await players[1].observe()];
      expect(actual).toEqual(expected);
    }),
    { numRuns: 60 },
  );
  expect(steps).toBeGreaterThan(300);
  await store.close();
});
