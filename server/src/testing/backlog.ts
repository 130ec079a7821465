import { FIRST_EPOCH, MemoryStore } from '@quire/persistence';
import { systemClock } from '../clock.ts';
import type { ClusterBus } from '../cluster/cluster-bus.ts';
import { decodeEntries } from '../cluster/entry-record.ts';
import { noMeters } from '../cluster/meters.ts';
import { Publisher } from '../cluster/publisher.ts';

export interface Backlog {
  /** How far it is on the bus, each time that it came further. */
  readonly published: readonly number[];
  readonly errors: readonly unknown[];
  /** Puts it on the bus; to be closed. */
  readonly publisher: Publisher;
  begin(): void;
}

export interface BacklogOptions {
  readonly entries: number;
  /** Of each entry. */
  readonly bytes?: number;
  readonly recordEntries?: number;
}

/** Entries that a node has on its disk, and that are not on its bus. */
export async function createBacklog(
  bus: Pick<ClusterBus, 'status' | 'onStatus' | 'publish'>,
  { entries, bytes = 10, recordEntries = 1 }: BacklogOptions,
): Promise<Backlog> {
  const store = new MemoryStore();
  for (let count = 0; count < entries; count += 1) {
    const update = new Uint8Array(bytes);
    await store.append({ document: 'plan', epoch: FIRST_EPOCH, time: 1, updates: [{ author: '', update }] });
  }
  const published: number[] = [];
  const errors: unknown[] = [];
  const publisher = new Publisher({
    store,
    bus,
    clock: systemClock,
    meters: noMeters,
    onPublished: (upTo) => published.push(upTo),
    onTooLarge() {},
    onError: (error) => errors.push(error),
    recordEntries,
  });
  bus.onStatus(() => publisher.run());
  return { published, errors, publisher, begin: () => publisher.begin(entries) };
}

/** The numbers of the entries that are read on a bus, as they come. */
export function readNumbers(bus: ClusterBus): readonly number[] {
  const numbers: number[] = [];
  bus.onRecords(async (_, records) => {
    for (const record of records) numbers.push(...decodeEntries(record).map(({ id }) => id.sequence));
  });
  return numbers;
}

export function countUp(to: number): number[] {
  return Array.from({ length: to }, (_, index) => index + 1);
}
