import { type DocumentStore, type Entry, PersistenceError } from '@quire/persistence';
import { BusError, type ClusterBus } from './cluster-bus.ts';
import { encodeEntries } from './entry-record.ts';
import type { Inheritance } from './inheritance.ts';
import type { ReplicationMeters } from './meters.ts';
import { isTooLargeForBus, RECORD_BYTES, RECORD_ENTRIES } from './publisher.ts';
import { type Spans, spansOf } from './spans.ts';

export interface InheritancePublisherOptions {
  readonly store: Pick<DocumentStore, 'entries'>;
  readonly bus: Pick<ClusterBus, 'status' | 'publish'>;
  readonly meters: ReplicationMeters;
  /** Some of it is on the bus now. */
  readonly onPublished: () => void;
  /** An entry is damaged, and is passed over; or something failed of which nobody thought, and what is left is for others to pull. */
  readonly onError: (error: unknown) => void;
}

/** Puts on the bus what earlier processes of this node wrote and did not put there, a record at a time. */
export class InheritancePublisher {
  readonly #options: InheritancePublisherOptions;
  readonly #inheritance: Inheritance;
  #state: 'idle' | 'running' | 'over' = 'idle';
  /** One by one while something damaged is looked for. */
  #atOnce = RECORD_ENTRIES;

  constructor(inheritance: Inheritance, options: InheritancePublisherOptions) {
    this.#inheritance = inheritance;
    this.#options = options;
  }

  /** Goes on, if the bus is there. To be called again and again: what the bus did not take is tried with the next call. */
  run(): void {
    if (this.#state !== 'idle') return;
    this.#state = 'running';
    void this.#publishAll();
  }

  close(): void {
    this.#state = 'over';
  }

  async #publishAll(): Promise<void> {
    try {
      while (this.#isGoingOn) await this.#publishSome();
      if (this.#state === 'running') this.#state = 'idle';
    } catch (error) {
      if (this.#state === 'over') return;
      const passes = error instanceof BusError || error instanceof PersistenceError;
      this.#state = passes ? 'idle' : 'over';
      if (!passes) this.#options.onError(error);
    }
  }

  get #isGoingOn(): boolean {
    return (
      this.#state === 'running' && this.#options.bus.status.state === 'connected' && this.#inheritance.due !== null
    );
  }

  async #publishSome(): Promise<void> {
    const { bus, meters, onPublished, store } = this.#options;
    const due = this.#inheritance.due;
    if (due === null) return;
    const { incarnation, first, last } = due;
    const range = { incarnation, after: first - 1, upTo: last, limit: this.#atOnce, maxBytes: RECORD_BYTES };
    const batch = await store.entries(range).catch((error: unknown) => this.#passOver(incarnation, first, error));
    if (batch === null) return;
    if (batch.length === 0) throw new Error(`The journal lacks the entries ${first} to ${last} of ${incarnation}`);
    const large = batch.filter((entry) => isTooLargeForBus(entry));
    const fitting = batch.filter((entry) => !isTooLargeForBus(entry));
    this.#inheritance.tooLarge(incarnation, numbersOf(large));
    if (fitting.length === 0) return;
    await bus.publish(encodeEntries(fitting));
    meters.entriesMoved('published', fitting.length);
    this.#inheritance.published(incarnation, numbersOf(fitting));
    onPublished();
  }

  /** Nobody else has what is damaged here, and whoever opens its document hears that: the others' receipts don't wait for it. */
  #passOver(incarnation: string, first: number, error: unknown): null {
    if (!(error instanceof PersistenceError) || error.code !== 'CORRUPT_RECORD') throw error;
    if (this.#atOnce > 1) {
      this.#atOnce = 1;
      return null;
    }
    this.#options.onError(error);
    this.#inheritance.published(incarnation, [{ first, last: first }]);
    this.#atOnce = RECORD_ENTRIES;
    return null;
  }
}

function numbersOf(entries: readonly Entry[]): Spans {
  return spansOf(entries.map(({ id }) => id.sequence));
}
