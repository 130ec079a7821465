import type { Clock } from '../clock.ts';

/** What replication counts. Whoever measures brings its own. */
export interface ReplicationMeters {
  recordRefused(fault: 'damaged' | 'unknown-version' | 'bad-entry'): void;
  entriesMoved(way: 'published' | 'received' | 'pulled' | 'served', entries: number): void;
  receiptWaited(durationMs: number): void;
  /** A receipt went out though Redis does not have what it is for. */
  receiptWithoutRedis(): void;
  /** Answers of peers. */
  readonly pulls: { time<T>(clock: Clock, work: () => Promise<T>): Promise<T> };
}

export const noMeters: ReplicationMeters = {
  recordRefused() {},
  entriesMoved() {},
  receiptWaited() {},
  receiptWithoutRedis() {},
  pulls: { time: (_clock, work) => work() },
};
