import { MemoryStore } from '@quire/persistence';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { BusError, type BusStatus } from './cluster-bus.ts';
import { decodeEntries } from './entry-record.ts';
import { noMeters } from './meters.ts';
import { Publisher } from './publisher.ts';

const KIB = 1024;
/** Two of them are more than a record takes. */
const LARGE = 300 * KIB;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A record under way. */
interface Sent {
  readonly sequences: number[];
  take(): void;
  fail(error: BusError): void;
}

/** A bus that answers when it is told to, and a publisher that has begun with what was written before. */
async function open(sizes: readonly number[], { flushing = 'immediate' }: { flushing?: 'immediate' | 'manual' } = {}) {
  const clock = new ManualClock();
  const store = new MemoryStore({ clock, flushing });
  const sent: Sent[] = [];
  const bus = {
    status: { state: 'connected' } as BusStatus,
    publish: (record: Uint8Array) =>
      new Promise<void>((resolve, reject) => {
        const sequences = decodeEntries(record).map(({ id }) => id.sequence);
        sent.push({ sequences, take: resolve, fail: reject });
      }),
  };
  const published: number[] = [];
  const errors: unknown[] = [];
  const publisher = new Publisher({
    store,
    bus,
    clock,
    meters: noMeters,
    onPublished: (upTo) => published.push(upTo),
    onTooLarge() {},
    onError: (error) => errors.push(error),
  });
  const write = (bytes: number) =>
    store.append({
      document: 'plan',
      epoch: { count: 1, id: '0000000000000000' },
      time: 1,
      updates: [{ author: 'ada', update: new Uint8Array(bytes) }],
    });
  for (const size of sizes) await write(size);
  store.onWriting((entries) => publisher.add(entries));
  store.onStored((entries) => publisher.noteStored(entries));
  publisher.begin(sizes.length);
  await turn();
  /** The numbers in each record since the last look. */
  let seen = 0;
  const sentSince = (): number[][] => {
    const fresh = sent.slice(seen).map(({ sequences }) => sequences);
    seen = sent.length;
    return fresh;
  };
  const answer = async (...answers: ('take' | BusError)[]): Promise<void> => {
    for (const each of answers) {
      const record = sent.shift() ?? expect.fail('nothing is under way');
      seen -= 1;
      if (each === 'take') record.take();
      else record.fail(each);
    }
    await turn();
  };
  return { clock, store, bus, publisher, published, errors, write, sentSince, answer };
}

const repeat = (count: number): number[] => Array.from({ length: count }, () => LARGE);
const full = (): BusError => new BusError('full', 'no room');
const unreachable = (): BusError => new BusError('unreachable', 'no answer');

describe('a backlog', () => {
  it('goes out in pipelines: records behind each other, and the next ones once all of them are answered', async () => {
    const { sentSince, answer, published } = await open(repeat(12));
    expect(sentSince()).toEqual([[1], [2], [3], [4], [5], [6], [7], [8]]);
    await answer('take', 'take', 'take', 'take', 'take', 'take', 'take');
    expect(sentSince()).toEqual([]);
    await answer('take');
    expect(sentSince()).toEqual([[9], [10], [11], [12]]);
    await answer('take', 'take', 'take', 'take');
    expect(published).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  it('of many small entries goes out a thousand to a record', async () => {
    const { sentSince } = await open(Array.from({ length: 2_500 }, () => 10));
    expect(sentSince().map((record) => [record.at(0), record.at(-1)])).toEqual([
      [1, 1_000],
      [1_001, 2_000],
      [2_001, 2_500],
    ]);
  });

  it('[G4] is no more than some megabytes under way, however few records those are', async () => {
    const { sentSince, answer } = await open([1_500 * KIB, 1_500 * KIB, 1_500 * KIB, 1_500 * KIB]);
    expect(sentSince()).toEqual([[1], [2], [3]]);
    await answer('take', 'take', 'take');
    expect(sentSince()).toEqual([[4]]);
  });

  it('[G1] counts as published record by record, as they are answered', async () => {
    const { answer, published } = await open(repeat(3));
    await answer('take');
    expect(published).toEqual([1]);
    await answer('take', 'take');
    expect(published).toEqual([1, 2, 3]);
  });

  it('[G1][G2] counts as published up to the first record that is refused, and goes out again from there, in order', async () => {
    const { clock, sentSince, answer, published, publisher, errors } = await open(repeat(5));
    sentSince();
    await answer('take', 'take', full(), 'take', 'take');
    expect(published).toEqual([1, 2]);
    expect(publisher.backlog.entries).toBe(3);
    clock.advance(1_000);
    await turn();
    expect(sentSince()).toEqual([[3], [4], [5]]);
    await answer('take', 'take', 'take');
    expect([published, errors]).toEqual([[1, 2, 3, 4, 5], []]);
  });

  it('[G1][G2] whose first record is refused goes out again from its beginning', async () => {
    const { clock, sentSince, answer, published } = await open(repeat(3));
    sentSince();
    await answer(full(), 'take', 'take');
    expect(published).toEqual([]);
    clock.advance(1_000);
    await turn();
    expect(sentSince()).toEqual([[1], [2], [3]]);
    await answer('take', 'take', 'take');
    expect(published).toEqual([1, 2, 3]);
  });

  it('[G1] does not go out again while anything of it is under way', async () => {
    const { clock, sentSince, answer } = await open(repeat(3));
    sentSince();
    await answer('take', full());
    clock.advance(5_000);
    await turn();
    expect(sentSince()).toEqual([]);
    await answer('take');
    clock.advance(1_000);
    await turn();
    expect(sentSince()).toEqual([[2], [3]]);
  });

  it('[G5] whose bus goes away in the middle goes on from there once it is back', async () => {
    const { bus, sentSince, answer, published, publisher } = await open(repeat(4));
    sentSince();
    bus.status = { state: 'away', error: unreachable(), since: 0 };
    await answer('take', 'take', unreachable(), unreachable());
    publisher.run();
    expect([sentSince(), published]).toEqual([[], [1, 2]]);
    bus.status = { state: 'connected' };
    publisher.run();
    await turn();
    expect(sentSince()).toEqual([[3], [4]]);
  });

  it('shares the next record among all that comes while it is under way', async () => {
    const { write, sentSince, answer } = await open(repeat(3));
    sentSince();
    for (let count = 0; count < 3; count += 1) await write(10);
    await turn();
    expect(sentSince()).toEqual([]);
    await answer('take', 'take', 'take');
    expect(sentSince()).toEqual([[4, 5, 6]]);
  });

  it('[G1] goes out behind a record that is not answered only as far as it is on disk: whoever has a number takes all before it for stored', async () => {
    const { store, write, sentSince, answer, published } = await open([], { flushing: 'manual' });
    for (let count = 0; count < 3; count += 1) void write(LARGE);
    store.begin();
    await turn();
    expect(sentSince()).toEqual([[1]]);
    await answer('take');
    expect(sentSince()).toEqual([[2]]);
    store.flush();
    await answer('take');
    expect(sentSince()).toEqual([[3]]);
    for (let count = 0; count < 3; count += 1) void write(LARGE);
    store.flush();
    await answer('take');
    expect(sentSince()).toEqual([[4], [5], [6]]);
    await answer('take', 'take', 'take');
    expect(published).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('[G5] on a line that broke after a long time under one record, is tried a record at a time until that one is through', async () => {
    const { clock, sentSince, answer } = await open(repeat(4));
    sentSince();
    await answer('take');
    clock.advance(6_000);
    await answer(unreachable(), unreachable(), unreachable());
    clock.advance(1_000);
    await turn();
    expect(sentSince()).toEqual([[2]]);
    await answer('take');
    expect(sentSince()).toEqual([[3], [4]]);
  });

  it('[G5] counts against a record only the time that it was the first under way', async () => {
    const { clock, sentSince, answer } = await open(repeat(4));
    sentSince();
    clock.advance(6_000);
    await answer('take');
    await answer(unreachable(), unreachable(), unreachable());
    clock.advance(1_000);
    await turn();
    expect(sentSince()).toEqual([[2], [3], [4]]);
  });

  it('goes out as far as it can be read, and what can not be read is complained of when it is next', async () => {
    const { store, bus, clock, publisher } = await open(repeat(3));
    publisher.close();
    const damaged = new Error('damaged');
    const complaints: unknown[] = [];
    const numbers: number[] = [];
    const later = new Publisher({
      store: {
        incarnation: store.incarnation,
        entries: async (range) => {
          if (range.after >= 2) throw damaged;
          return store.entries(range);
        },
      },
      bus: {
        status: bus.status,
        publish: async (record) => void numbers.push(...decodeEntries(record).map(({ id }) => id.sequence)),
      },
      clock,
      meters: noMeters,
      onPublished() {},
      onTooLarge() {},
      onError: (error) => complaints.push(error),
    });
    later.begin(3);
    await turn();
    expect([numbers, complaints]).toEqual([[1, 2], [damaged]]);
    later.close();
  });

  it('leaves nobody waiting once it is closed in the middle', async () => {
    const { clock, publisher, sentSince, answer, published } = await open(repeat(10));
    sentSince();
    const drained = publisher.drained();
    await answer('take');
    publisher.close();
    const closed = new BusError('closed', 'the bus is closed');
    await answer(closed, closed, closed, closed, closed, closed, closed);
    await drained;
    expect([published, sentSince(), clock.pending]).toEqual([[1], [], 0]);
  });
});
