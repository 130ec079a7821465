import type { EntryId } from '@quire/persistence';
import type { ClusterBus } from '../../cluster/cluster-bus.ts';
import type { LiveCluster } from '../../cluster/live-cluster.ts';
import { spansInclude } from '../../cluster/spans.ts';
import type { Disk, MemoryFile, SimulatedStore } from './disk.ts';
import type { LifeClock } from './life-clock.ts';

/** A process on a machine. */
export interface Life {
  readonly store: SimulatedStore;
  readonly cluster: LiveCluster;
  readonly address: string;
  readonly bus: ClusterBus;
  readonly clock: LifeClock;
  readonly file: MemoryFile;
  readonly meters: { withoutRedis: number };
  readonly startedAt: number;
  /** What had been receipted anywhere when it started. */
  readonly receiptedBefore: number;
  /** What the bus had then. */
  readonly onBusBefore: ReadonlySet<string>;
  /** No fault was there while it started. */
  isUndisturbed: boolean;
  wasReady: boolean;
}

export interface Machine {
  readonly name: string;
  /** Where its next process is reached. */
  address: string;
  disk: Disk;
  life: Life | null;
}

export function holds(store: SimulatedStore, { incarnation, sequence }: EntryId): boolean {
  return spansInclude(store.holdings().get(incarnation) ?? [], sequence);
}
