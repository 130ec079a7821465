import type { DocumentStore, Entry } from '@quire/persistence';
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
  /** The journal could not be read: what is left is for others to pull. */
  readonly onError: (error: unknown) => void;
}

/** Puts on the bus what earlier processes of this node wrote and did not put there, a record at a time. */
export class InheritancePublisher {
  readonly #options: InheritancePublisherOptions;
  readonly #inheritance: Inheritance;
  #state: 'idle' | 'running' | 'over' = 'idle';

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
      const isOver = this.#state === 'over';
      this.#state = error instanceof BusError && !isOver ? 'idle' : 'over';
      if (!(error instanceof BusError) && !isOver) this.#options.onError(error);
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
    const range = { incarnation, after: first - 1, upTo: last, limit: RECORD_ENTRIES, maxBytes: RECORD_BYTES };
    const batch = await store.entries(range);
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
}

function numbersOf(entries: readonly Entry[]): Spans {
  return spansOf(entries.map(({ id }) => id.sequence));
}
