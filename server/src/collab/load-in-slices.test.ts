import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { makeCycle } from '../testing/made-up-updates.ts';
import { createSlicing, type Slicing } from './apply-in-slices.ts';
import { loadInSlices } from './load-in-slices.ts';
import { readPending } from './novelty.ts';

const epoch = { count: 1, id: '0'.repeat(16) };
const stored = (snapshot: Uint8Array | null, updates: readonly Uint8Array[] = []) => ({
  epoch,
  state: 'live' as const,
  tombstone: null,
  snapshot,
  entries: updates.map((update, index) => ({
    document: 'plan',
    epoch,
    time: 0,
    id: { incarnation: 'a'.repeat(16), sequence: index + 1 },
    updates: [{ author: '', update }],
  })),
});

const EMPTY = Y.encodeStateAsUpdate(new Y.Doc());
const silent = { error: () => {} };

/** Every look at the clock finds a slice over, so that there are as many slices as there can be. */
function impatient(): Slicing & { readonly turns: number } {
  let now = 0;
  let turns = 0;
  return {
    minBytes: 0,
    now: () => {
      now += 100;
      return now;
    },
    nextTurn: () => {
      turns += 1;
      return Promise.resolve();
    },
    get turns() {
      return turns;
    },
  };
}

/** People who write into one text and one map, and now and then hear of each other. */
function write(seed: number, people: number, edits: number, gc: boolean): Y.Doc[] {
  const docs = Array.from({ length: people }, (_, index) => Object.assign(new Y.Doc({ gc }), { clientID: index + 1 }));
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 8) % below;
  };
  for (let edit = 0; edit < edits; edit += 1) {
    const doc = docs[random(people)];
    const other = docs[random(people)];
    if (doc === undefined || other === undefined) continue;
    const text = doc.getText('body');
    if (random(4) === 0 && text.length > 3) text.delete(random(text.length - 2), 2);
    else text.insert(random(text.length + 1), `word ${edit} `);
    if (random(20) === 0) doc.getMap('meta').set('title', `title ${edit}`);
    if (random(10) === 0) Y.applyUpdate(other, Y.encodeStateAsUpdate(doc, Y.encodeStateVector(other)));
  }
  return docs;
}

function stateOf(doc: Y.Doc) {
  return {
    text: doc.getText('body').toString(),
    meta: doc.getMap('meta').toJSON(),
    vector: [...Y.decodeStateVector(Y.encodeStateVector(doc))].sort((a, b) => a[0] - b[0]),
    pending: doc.store.pendingStructs !== null,
  };
}

describe('loading in slices', () => {
  it('[G3] ends in the same state as loading at once, whoever wrote', async () => {
    let sliced = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(1_000_000), fc.integer({ min: 1, max: 6 }), fc.boolean(), async (seed, people, gc) => {
        const docs = write(seed, people, 1_500, gc);
        const snapshot = Y.mergeUpdates(docs.map((doc) => Y.encodeStateAsUpdate(doc)));
        const whole = new Y.Doc();
        Y.applyUpdate(whole, snapshot);
        const loaded = new Y.Doc();
        const slicing = impatient();
        await loadInSlices(loaded, stored(snapshot), silent, slicing);
        if (slicing.turns > 3) sliced += 1;
        expect(stateOf(loaded)).toEqual(stateOf(whole));
      }),
      { numRuns: 12 },
    );
    expect(sliced).toBeGreaterThan(6);
  });

  it('[R3] keeps as pending what builds on edits that are missing', async () => {
    const [ada, ben] = write(7, 2, 3_000, true);
    if (ada === undefined || ben === undefined) throw new Error('two people expected');
    const missing = Y.encodeStateVector(ada);
    ada.getText('body').insert(0, 'the missing edit ');
    const afterMissing = Y.encodeStateVector(ada);
    ada.getText('body').insert(0, 'x'.repeat(40_000));
    const gap = Y.encodeStateAsUpdate(ada, afterMissing);
    const loaded = new Y.Doc();
    await loadInSlices(loaded, stored(Y.mergeUpdates([Y.encodeStateAsUpdate(ben), gap])), silent, impatient());
    expect(loaded.store.pendingStructs).not.toBeNull();
    Y.applyUpdate(loaded, Y.encodeStateAsUpdate(ada, missing));
    Y.applyUpdate(loaded, Y.encodeStateAsUpdate(ada, Y.encodeStateVector(loaded)));
    Y.applyUpdate(ben, Y.encodeStateAsUpdate(ada));
    expect(stateOf(loaded)).toEqual(stateOf(ben));
  });

  it('[R3] thousands of entries that wait for ever, or for the last of them, cost no more than others', async () => {
    const doc = Object.assign(new Y.Doc(), { clientID: 5 });
    const typed: Uint8Array[] = [];
    doc.on('update', (update: Uint8Array) => typed.push(update));
    for (let key = 0; key < 3_000; key += 1) doc.getText('body').insert(key, 'x');
    const circles = Array.from({ length: 3_000 }, (_, at) => makeCycle(1_000 + 2 * at, 1_001 + 2 * at));
    const loaded = new Y.Doc();
    // Taken up again with each that follows, they took a minute and a half: many times what a test may take.
    await loadInSlices(loaded, stored(null, [...circles, ...typed.toReversed()]), silent, impatient());
    expect(loaded.getText('body').length).toBe(3_000);
    expect(readPending(loaded).structs).toBe(6_000);
  });

  it('[R3] deletions that arrived before what they delete are kept, and made', async () => {
    const doc = new Y.Doc();
    const updates: Uint8Array[] = [];
    doc.on('update', (update: Uint8Array) => updates.push(update));
    doc.getText('body').insert(0, 'hello');
    doc.getText('body').delete(0, 3);
    const [typed, erased] = updates as [Uint8Array, Uint8Array];
    const waiting = new Y.Doc();
    await loadInSlices(waiting, stored(null, [erased, EMPTY]), silent, impatient());
    expect(waiting.store.pendingDs).not.toBeNull();
    const whole = new Y.Doc();
    await loadInSlices(whole, stored(null, [erased, typed]), silent, impatient());
    expect(whole.getText('body').toString()).toBe('lo');
    expect(whole.store.pendingDs).toBeNull();
  });

  it('ends when clients wait for each other, as only made-up updates do', async () => {
    const update = Y.mergeUpdates([writtenAfter(1, 2), writtenAfter(2, 1)]);
    const loaded = new Y.Doc();
    await loadInSlices(loaded, stored(update), silent, impatient());
    expect(loaded.getText('body').length).toBe(0);
    expect(loaded.store.pendingStructs).not.toBeNull();
  });

  it('[G3] an update that can’t be applied is left out and told of, and the rest is there', async () => {
    const doc = new Y.Doc();
    doc.getText('body').insert(0, 'fine');
    const poison = Buffer.from('01010700840700017800', 'hex');
    const told: unknown[] = [];
    const loaded = new Y.Doc();
    const log = { error: (details: unknown) => told.push(details) };
    await loadInSlices(loaded, stored(null, [poison, Y.encodeStateAsUpdate(doc)]), log as never, impatient());
    expect(loaded.getText('body').toString()).toBe('fine');
    expect(told).toHaveLength(1);
  });

  it('applies the entries after the snapshot, in turns', async () => {
    const doc = new Y.Doc();
    const updates: Uint8Array[] = [];
    doc.on('update', (update: Uint8Array) => updates.push(update));
    for (let index = 0; index < 50; index += 1) doc.getText('body').insert(index, 'x');
    const loaded = new Y.Doc();
    const slicing = impatient();
    await loadInSlices(loaded, stored(null, updates), silent, slicing);
    expect(loaded.getText('body').length).toBe(50);
    expect(slicing.turns).toBeGreaterThan(10);
  });
});

describe('a large update', () => {
  it('is integrated in one step at first, then in twice as many at each look that finds them quick, up to 32', async () => {
    const doc = Object.assign(new Y.Doc(), { clientID: 1 });
    // Written from the end to the beginning, so that each is a struct of its own.
    for (let index = 0; index < 200; index += 1) doc.getText('body').insert(0, 'x');
    const loaded = new Y.Doc();
    const seen: number[] = [];
    const slicing: Slicing = {
      minBytes: 0,
      now: () => {
        const integrated = Y.getState(loaded.store, 1);
        if (integrated > 0) seen.push(integrated);
        return 0;
      },
      nextTurn: () => Promise.resolve(),
    };
    await loadInSlices(loaded, stored(Y.encodeStateAsUpdate(doc)), silent, slicing);
    // The first step only finds where to begin.
    expect(seen.slice(0, 7)).toEqual([2, 6, 14, 30, 62, 94, 126]);
  });
});

/** The first struct of `client`, which builds on the first one of `other`; without that one. */
function writtenAfter(client: number, other: number): Uint8Array {
  const first = Object.assign(new Y.Doc(), { clientID: other });
  first.getText('body').insert(0, 'a');
  const second = Object.assign(new Y.Doc(), { clientID: client });
  Y.applyUpdate(second, Y.encodeStateAsUpdate(first));
  second.getText('body').insert(1, 'b');
  return Y.encodeStateAsUpdate(second, Y.encodeStateVector(first));
}

describe('the time between two slices', () => {
  it('lets what is on its way to the disk come back', async () => {
    let looks = 0;
    const slicing = createSlicing(
      () => {
        looks += 1;
        return looks < 50;
      },
      () => 0,
    );
    await slicing.nextTurn();
    expect(looks).toBe(50);
  });

  it('is short on a server that always writes', async () => {
    let time = 0;
    const slicing = createSlicing(
      () => true,
      () => {
        time += 0.25;
        return time;
      },
    );
    await slicing.nextTurn();
    expect(time).toBeLessThan(5);
  });
});
