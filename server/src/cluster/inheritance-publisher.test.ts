import { type Entry, PersistenceError } from '@quire/persistence';
import { expect, it } from 'vitest';
import { BusError } from './cluster-bus.ts';
import { decodeEntries } from './entry-record.ts';
import { Inheritance } from './inheritance.ts';
import { InheritancePublisher } from './inheritance-publisher.ts';
import { noMeters } from './meters.ts';

const INCARNATION = '00000000000000a1';

const entry = (sequence: number): Entry => ({
  id: { incarnation: INCARNATION, sequence },
  document: 'plan',
  epoch: { count: 1, id: '0000000000000000' },
  time: 1,
  updates: [{ author: '', update: new Uint8Array([0, 0]) }],
});
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Three entries that an earlier process left, and a journal that fails by these when it comes to them. */
function open(faults: Map<number, PersistenceError>, { refused = new Set<number>(), recordEntries = 1_000 } = {}) {
  const holdings = new Map([[INCARNATION, [{ first: 1, last: 3 }]]]);
  const inheritance = new Inheritance(holdings, [{ incarnation: INCARNATION, after: 0, isOwn: true }], 'strict');
  const published: number[] = [];
  const complaints: unknown[] = [];
  const publisher = new InheritancePublisher(inheritance, {
    store: {
      async entries({ after, upTo = 3, limit }) {
        const asked = [1, 2, 3].filter((sequence) => sequence > after && sequence <= upTo).slice(0, limit);
        for (const sequence of asked) if (faults.has(sequence)) throw faults.get(sequence);
        return asked.map(entry);
      },
    },
    bus: {
      status: { state: 'connected' },
      async publish(record) {
        const numbers = decodeEntries(record).map(({ id }) => id.sequence);
        if (numbers.some((number) => refused.has(number))) throw new BusError('full', 'no room');
        published.push(...numbers);
      },
    },
    recordEntries,
    meters: noMeters,
    onPublished() {},
    onError: (error) => complaints.push(error),
  });
  return { inheritance, publisher, published, complaints };
}

it('[G1] what an earlier process left is put on the bus but for what is damaged, which keeps nobody else waiting', async () => {
  const damaged = new PersistenceError('CORRUPT_RECORD', 'it can not be read');
  const { inheritance, publisher, published, complaints } = open(new Map([[2, damaged]]));
  publisher.run();
  await turn();
  expect(published).toEqual([1, 3]);
  expect([inheritance.isHeld, complaints]).toEqual([true, [damaged]]);
});

it('[G5] goes on with what an earlier process left once the disk can be read again', async () => {
  const faults = new Map([[1, new PersistenceError('REFUSED', 'the disk is being reopened')]]);
  const { inheritance, publisher, published, complaints } = open(faults);
  publisher.run();
  await turn();
  expect([published, complaints]).toEqual([[], []]);
  faults.clear();
  publisher.run();
  await turn();
  expect([published, inheritance.isHeld]).toEqual([[1, 2, 3], true]);
});

it('[G1] of what an earlier process left, a record that the bus refuses is left for the next time, and what is behind it with it', async () => {
  const refused = new Set([2]);
  const { inheritance, publisher, published, complaints } = open(new Map(), { refused, recordEntries: 1 });
  publisher.run();
  await turn();
  expect([published, inheritance.due]).toEqual([[1, 3], { incarnation: INCARNATION, first: 2, last: 3 }]);
  refused.clear();
  publisher.run();
  await turn();
  expect([published, inheritance.isHeld, complaints]).toEqual([[1, 3, 2, 3], true, []]);
});
