import { FIRST_EPOCH, MemoryStore } from '@quire/persistence';
import type { DocumentName } from '@quire/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { makeNoise } from '../testing/made-up-updates.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { DocumentStates } from './document-states.ts';

const KIB = 1024;
const limits = { minBytes: 64 * KIB, maxHeldBytes: 400 * KIB };
const plan = 'plan' as DocumentName;

let clock: ManualClock;
let store: MemoryStore;
let states: DocumentStates;
beforeEach(() => {
  clock = new ManualClock();
  store = new MemoryStore();
  states = new DocumentStates({ store, clock, limits });
});
afterEach(() => {
  states.close();
  expect(clock.pending).toBe(0);
});

/** A document whose snapshot has about so many bytes, none of which compress away. */
async function write(name: DocumentName, bytes: number): Promise<void> {
  const doc = new Y.Doc();
  doc.getText('body').insert(0, makeNoise(bytes));
  const epoch = (await store.load(name))?.epoch ?? FIRST_EPOCH;
  const updates = [{ author: '', update: Y.encodeStateAsUpdate(doc) }];
  await store.append({ document: name, epoch, time: 0, updates });
  await store.compact(name);
}

describe('the states of documents', () => {
  it('are those that are large, by their snapshot', async () => {
    await write(plan, 100 * KIB);
    await write('note' as DocumentName, 10 * KIB);
    expect(await states.isLarge(plan)).toBe(true);
    expect(await states.isLarge('note' as DocumentName)).toBe(false);
    expect(await states.isLarge('nothing' as DocumentName)).toBe(false);
    expect(await states.open('note' as DocumentName)).toBeNull();
    expect(await states.open('nothing' as DocumentName)).toBeNull();
  });

  it('are compressed once for all who ask, and the same bytes for whoever asks for the rest', async () => {
    await write(plan, 100 * KIB);
    const load = vi.spyOn(store, 'load');
    const [one, two] = await Promise.all([states.open(plan), states.open(plan)]);
    expect(load).toHaveBeenCalledOnce();
    expect(two?.archive === one?.archive).toBe(true);
    one?.end();
    two?.end();
    await write(plan, 10 * KIB);
    expect((await states.open(plan))?.archive.tag).toBe(one?.archive.tag);
  });

  it('are made anew when the document has grown much, and those who are being sent the old one still get it', async () => {
    await write(plan, 100 * KIB);
    const before = await states.open(plan);
    await write(plan, 150 * KIB);
    const after = await states.open(plan);
    expect(after?.archive.bytes.length).toBeGreaterThan((before?.archive.bytes.length ?? 0) * 2);
    before?.end();
    after?.end();
    expect((await states.open(plan))?.archive.tag).toBe(after?.archive.tag);
  });

  it('[R14] are of the life that a document is in', async () => {
    await write(plan, 100 * KIB);
    const former = await states.open(plan);
    former?.end();
    await store.delete(plan);
    expect(await states.isLarge(plan)).toBe(false);
    expect(await states.open(plan)).toBeNull();
    await write(plan, 100 * KIB);
    const present = await states.open(plan);
    expect(present?.archive.tag).not.toBe(former?.archive.tag);
    expect(present?.archive.epoch).not.toBe(former?.archive.epoch);
    present?.end();
  });

  it('[R14] are none when the document is deleted while they are made', async () => {
    await write(plan, 100 * KIB);
    const load = store.load.bind(store);
    vi.spyOn(store, 'load').mockImplementation(async (name) => {
      await store.delete(name);
      return load(name);
    });
    expect(await states.open(plan)).toBeNull();
  });

  it('[G4] take no more memory than they may: those that nobody is being sent make room, and no others', async () => {
    const names = ['one', 'two', 'three', 'four'] as DocumentName[];
    for (const name of names) await write(name, 150 * KIB);
    const [one, two, three, four] = names as [DocumentName, DocumentName, DocumentName, DocumentName];
    const first = await states.open(one);
    const second = await states.open(two);
    const third = await states.open(three);
    expect([first, second, third].every((lease) => lease !== null)).toBe(true);
    expect(await states.open(four)).toBeNull();
    second?.end();
    expect(await states.open(four)).not.toBeNull();
    // Those that are still being sent were left alone.
    const load = vi.spyOn(store, 'load');
    await states.open(one);
    expect(load).not.toHaveBeenCalled();
  });

  it('[G4] are let go of a while after the last one was sent', async () => {
    await write(plan, 100 * KIB);
    const lease = await states.open(plan);
    clock.advance(600_000);
    lease?.end();
    lease?.end();
    const load = vi.spyOn(store, 'load');
    (await states.open(plan))?.end();
    expect(load).not.toHaveBeenCalled();
    clock.advance(600_000);
    (await states.open(plan))?.end();
    expect(load).toHaveBeenCalledOnce();
  });

  it('[G4] leave nothing behind when the server closes while one is sent, or made', async () => {
    await write(plan, 100 * KIB);
    await write('note' as DocumentName, 100 * KIB);
    const lease = await states.open(plan);
    const late = states.open('note' as DocumentName);
    const load = store.load.bind(store);
    vi.spyOn(store, 'load').mockImplementation(async (name) => {
      states.close();
      return load(name);
    });
    expect(await late).toBeNull();
    lease?.end();
    expect(clock.pending).toBe(0);
    expect(await states.open(plan)).toBeNull();
  });

  it('[G4] are counted once, also when one has to make room before it was ever sent', async () => {
    const names = ['one', 'two', 'three'] as DocumentName[];
    for (const name of names) await write(name, 150 * KIB);
    const [one, two, three] = names as [DocumentName, DocumentName, DocumentName];
    states = new DocumentStates({ store, clock, limits: { ...limits, maxHeldBytes: 350 * KIB } });
    const others: ReturnType<DocumentStates['open']>[] = [];
    const readClock = vi.spyOn(clock, 'monotonicMs').mockImplementation(() => {
      // The first is made, and whoever asked for it is not there yet.
      if (others.length === 0) others.push(states.open(two));
      return 0;
    });
    const first = await states.open(one);
    readClock.mockRestore();
    const [second] = await Promise.all(others);
    for (const lease of [first, second]) expect(lease?.archive.bytes.length).toBeGreaterThan(100 * KIB);
    expect(await states.open(three)).toBeNull();
    first?.end();
    (await states.open(three))?.end();
    second?.end();
    const [again, more] = [await states.open(one), await states.open(two)];
    expect([again, more].every((lease) => lease !== null)).toBe(true);
    expect(await states.open(three)).toBeNull();
  });
});
