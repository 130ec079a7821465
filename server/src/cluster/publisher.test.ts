import { MemoryStore } from '@quire/persistence';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { BusError } from './cluster-bus.ts';
import { decodeEntries } from './entry-record.ts';
import { createMemoryHub } from './memory-hub.ts';
import { noMeters } from './meters.ts';
import { Publisher } from './publisher.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function open(flushing: 'immediate' | 'manual' = 'immediate') {
  const clock = new ManualClock();
  const hub = createMemoryHub(clock);
  const store = new MemoryStore({ clock, flushing });
  const bus = hub.bus(store.incarnation);
  const published: number[] = [];
  const tooLarge: number[] = [];
  const errors: unknown[] = [];
  const publisher = new Publisher({
    store,
    bus,
    clock,
    meters: noMeters,
    onPublished: (upTo) => published.push(upTo),
    onTooLarge: (sequence) => tooLarge.push(sequence),
    onError: (error) => errors.push(error),
  });
  store.onStored((entries) => publisher.noteStored(entries));
  bus.onStatus(() => publisher.run());
  bus.open();
  await turn();
  const write = (bytes = 10) =>
    store.append({
      document: 'plan',
      epoch: { count: 1, id: '0000000000000000' },
      time: 1,
      updates: [{ author: 'ada', update: new Uint8Array(bytes) }],
    });
  const records = () =>
    (hub.dump().streams.get(store.incarnation)?.items ?? []).map(({ bytes }) => decodeEntries(bytes));
  const sequences = () => records().map((entries) => entries.map(({ id }) => id.sequence));
  return { clock, hub, store, bus, publisher, published, tooLarge, errors, write, sequences };
}

describe('the publisher', () => {
  it('puts everything that was stored while a record was under way into the next one', async () => {
    const { write, sequences, published } = await open();
    await Promise.all([write(), write(), write(), write()]);
    await turn();
    expect(sequences()).toEqual([[1], [2, 3, 4]]);
    expect(published).toEqual([1, 4]);
  });

  it('publishes what is on its way to the disk, once', async () => {
    const { store, publisher, write, sequences, published } = await open('manual');
    store.onWriting((entries) => publisher.add(entries));
    const written = [write(), write()];
    store.begin();
    await turn();
    expect(sequences().flat()).toEqual([1, 2]);
    expect(store.holdings().size).toBe(0);
    store.flush();
    await Promise.all(written);
    await turn();
    expect(sequences().flat()).toEqual([1, 2]);
    expect(published.at(-1)).toBe(2);
  });

  it('[G2][G4] reads what it had no room for once that is stored, and then goes on with what is on its way', async () => {
    const { hub, store, publisher, write, sequences, errors, published } = await open('manual');
    store.onWriting((entries) => publisher.add(entries));
    hub.cut();
    for (let count = 0; count < 2; count += 1) void write(3 * 1024 * 1024);
    void write(3 * 1024 * 1024);
    store.begin();
    hub.heal();
    await turn();
    expect(sequences().flat()).toEqual([1, 2]);
    void write();
    store.begin();
    await turn();
    expect(sequences().flat()).toEqual([1, 2]);
    store.flush();
    for (let count = 0; count < 5; count += 1) await turn();
    expect(sequences().flat()).toEqual([1, 2, 3, 4]);
    expect([published.at(-1), errors]).toEqual([4, []]);
  });

  it.each(['meanwhile', 'after that'])(
    '[G1] goes on where it read from the journal what is handed in %s',
    async (when) => {
      const { store, bus, clock, sequences, publisher, write } = await open();
      publisher.close();
      for (let count = 0; count < 4; count += 1) await write();
      const all = await store.entries({ incarnation: store.incarnation, after: 0, limit: 10 });
      const later = new Publisher({
        store: { incarnation: store.incarnation, entries: async () => all.slice(0, 3) },
        bus,
        clock,
        meters: noMeters,
        onPublished() {},
        onTooLarge() {},
        onError: (error) => expect.fail(String(error)),
      });
      later.begin(1);
      if (when === 'meanwhile') later.add(all.slice(1, 3));
      await turn();
      later.noteStored(all.slice(1, 3));
      later.add(all.slice(3));
      await turn();
      expect(sequences().flat()).toEqual([1, 2, 3, 4]);
      later.noteStored(all.slice(3));
      expect(later.backlog.entries).toBe(0);
      later.close();
    },
  );

  it('[G2][R11] publishes what the bus did not take once it is back, without a fresh edit, in order', async () => {
    const { hub, write, sequences, publisher } = await open();
    await write();
    await turn();
    hub.cut();
    await Promise.all([write(), write()]);
    await turn();
    expect(publisher.backlog.entries).toBe(2);
    hub.heal();
    await turn();
    expect(sequences().flat()).toEqual([1, 2, 3]);
    expect(publisher.backlog).toEqual({ entries: 0, oldestMs: 0 });
  });

  it('[G1][G2] publishes what was stored before it began, before what comes later', async () => {
    const { store, bus, clock, sequences, publisher, write } = await open();
    publisher.close();
    await write();
    const published: number[] = [];
    const later = new Publisher({
      store,
      bus,
      clock,
      meters: noMeters,
      onPublished: (upTo) => published.push(upTo),
      onTooLarge() {},
      onError() {},
    });
    later.begin(1);
    store.onStored((entries) => later.noteStored(entries));
    await write();
    await turn();
    expect(sequences().flat()).toEqual([1, 2]);
    expect(published.at(-1)).toBe(2);
  });

  it('[G5] tries again by itself when writes were refused, and passes nothing over meanwhile', async () => {
    const { hub, clock, write, sequences } = await open();
    hub.refuse('full');
    await write();
    await turn();
    expect(sequences()).toEqual([]);
    hub.heal();
    await write();
    clock.advance(1_000);
    await turn();
    expect(sequences().flat()).toEqual([1, 2]);
  });

  it('[G4] keeps a bounded part in memory while the bus is away, and reads the rest from the journal', async () => {
    const { hub, write, sequences, clock } = await open();
    hub.cut();
    for (let count = 0; count < 12; count += 1) await write(1024 * 1024);
    hub.heal();
    clock.advance(1_000);
    for (let count = 0; count < 20; count += 1) await turn();
    expect(sequences().flat()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  it('[G4] leaves what is too large for the bus to pulling, and goes on behind it', async () => {
    const { write, sequences, tooLarge, published } = await open();
    await write(5 * 1024 * 1024);
    await write();
    await turn();
    expect(sequences()).toEqual([[2]]);
    expect(tooLarge).toEqual([1]);
    expect(published.at(-1)).toBe(2);
  });

  it('[G5] leaves a large entry that the line to the bus can not carry to pulling, and goes on behind it; being cut off is no sign of that', async () => {
    const { store, bus, clock, sequences, publisher, write } = await open();
    publisher.close();
    for (const size of [10, 1024 * 1024, 10]) await write(size);
    const [tooLarge, attempts]: [number[], number[]] = [[], []];
    let breaks = 0;
    let breaking: Promise<never> | null = null;
    const narrow = {
      status: bus.status,
      publish(record: Uint8Array): Promise<void> {
        attempts.push(record.byteLength);
        if (breaking === null && record.byteLength <= 64 * 1024) return bus.publish(record);
        // What is behind it goes with it.
        breaking ??= new Promise((_, reject) => {
          breaks += 1;
          clock.after(breaks === 1 ? 100 : 10_000, () => {
            breaking = null;
            reject(new BusError('unreachable', 'no answer'));
          });
        });
        return breaking;
      },
    };
    const later = new Publisher({
      store,
      bus: narrow,
      clock,
      meters: noMeters,
      onPublished() {},
      onTooLarge: (sequence) => tooLarge.push(sequence),
      onError: (error) => expect.fail(String(error)),
    });
    later.begin(3);
    for (let passed = 0; passed < 40_000; passed += 100) {
      await turn();
      clock.advance(100);
    }
    await turn();
    expect(tooLarge).toEqual([2]);
    expect(sequences()).toEqual([[1], [3]]);
    // The first, the large one three times, of which it was cut off once, and the last, twice behind the large one.
    expect(attempts).toHaveLength(7);
    expect(later.published).toBe(3);
  });

  it('[G1] publishes what was stored between its last look and its rest', async () => {
    const { store, bus, clock, sequences, publisher, write } = await open();
    publisher.close();
    const { incarnation } = store;
    await write();
    const [first] = await store.entries({ incarnation, after: 0, limit: 1 });
    if (first === undefined) throw new Error('nothing was written');
    const second = { ...first, id: { incarnation, sequence: 2 } };
    let looks = 0;
    const watched = {
      get status() {
        // Two looks find something; the third is the last one.
        looks += 1;
        if (looks === 3) queueMicrotask(() => later.add([second]));
        return bus.status;
      },
      publish: (record: Uint8Array) => bus.publish(record),
    };
    const later = new Publisher({
      store,
      bus: watched,
      clock,
      meters: noMeters,
      onPublished() {},
      onTooLarge() {},
      onError() {},
    });
    later.begin(1);
    await turn();
    expect(sequences()).toEqual([[1], [2]]);
    await later.drained();
  });

  it('[G5] says how long the oldest has waited, though records go out before it all the while', async () => {
    const { store, bus, clock, publisher, write } = await open();
    publisher.close();
    for (let count = 0; count < 3; count += 1) await write(600 * 1024);
    const held: (() => void)[] = [];
    const slow = {
      status: bus.status,
      publish: () => new Promise<void>((resolve) => held.push(resolve)),
    };
    const later = new Publisher({
      store,
      bus: slow,
      clock,
      meters: noMeters,
      onPublished() {},
      onTooLarge() {},
      onError() {},
    });
    later.begin(3);
    await turn();
    clock.advance(40_000);
    held.shift()?.();
    await turn();
    expect(later.published).toBe(1);
    expect(later.backlog).toEqual({ entries: 2, oldestMs: 40_000 });
    later.close();
  });

  it('has nothing waiting once it is closed', async () => {
    const { publisher, hub, clock, write } = await open();
    hub.refuse('full');
    await write();
    await turn();
    publisher.close();
    expect(clock.pending).toBe(0);
  });
});
