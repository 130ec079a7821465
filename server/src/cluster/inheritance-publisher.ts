import { type DocumentStore, type Entry, PersistenceError } from '@quire/persistence';
import { BusError, type ClusterBus } from './cluster-bus.ts';
import { encodeEntries } from './entry-record.ts';
import type { Inheritance } from './inheritance.ts';
import type { ReplicationMeters } from './meters.ts';
import { gatherPipeline, PIPELINE_RECORDS, type PipelineLimits, putInOrder } from './pipeline.ts';
import { isTooLargeForBus, RECORD_BYTES, RECORD_ENTRIES } from './record-size.ts';
import { type Spans, spansOf } from './spans.ts';

/** Fresh edits go over the same line, and wait behind it; 20 MB/s at a round trip of 50 ms are enough for what is left over. */
const LIMITS: PipelineLimits = { records: PIPELINE_RECORDS, bytes: 1024 * 1024 };

export interface InheritancePublisherOptions {
  readonly store: Pick<DocumentStore, 'entries'>;
  readonly bus: Pick<ClusterBus, 'status' | 'publish'>;
  readonly meters: ReplicationMeters;
  /** Some of it is on the bus now. */
  readonly onPublished: () => void;
  /** An entry is damaged, and is passed over; or something failed of which nobody thought, and what is left is for others to pull. */
  readonly onError: (error: unknown) => void;
  /** So many entries make a record at the most. */
  readonly recordEntries?: number;
}

/** Puts on the bus what earlier processes of this node wrote and did not put there, in pipelines of a few records. */
export class InheritancePublisher {
  readonly #options: InheritancePublisherOptions;
  readonly #inheritance: Inheritance;
  #state: 'idle' | 'running' | 'over' = 'idle';
  /** In a record. One by one while something damaged is looked for. */
  #atOnce: number;

  constructor(inheritance: Inheritance, options: InheritancePublisherOptions) {
    this.#inheritance = inheritance;
    this.#options = options;
    this.#atOnce = this.#recordEntries;
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
    const { bus, meters, onPublished } = this.#options;
    const due = this.#inheritance.due;
    if (due === null) return;
    const { incarnation, first, last } = due;
    const next = (after: number): Promise<readonly Entry[]> => this.#read(incarnation, after, last);
    const runs = await gatherPipeline(first - 1, next, LIMITS).catch((error: unknown) =>
      this.#passOver(incarnation, first, error),
    );
    if (runs === null) return;
    if (runs.length === 0) throw new Error(`The journal lacks the entries ${first} to ${last} of ${incarnation}`);
    const outgoing = runs.flatMap((run) => this.#prepare(incarnation, run));
    await putInOrder(bus, outgoing, ({ entries }) => {
      meters.entriesMoved('published', entries.length);
      this.#inheritance.published(incarnation, numbersOf(entries));
      onPublished();
    });
  }

  #read(incarnation: string, after: number, upTo: number): Promise<readonly Entry[]> {
    return this.#options.store.entries({ incarnation, after, upTo, limit: this.#atOnce, maxBytes: RECORD_BYTES });
  }

  /** A record of these, if any of them goes over the bus. */
  #prepare(
    incarnation: string,
    run: readonly Entry[],
  ): { readonly entries: readonly Entry[]; readonly record: Uint8Array }[] {
    const large = run.filter((entry) => isTooLargeForBus(entry));
    const entries = run.filter((entry) => !isTooLargeForBus(entry));
    this.#inheritance.tooLarge(incarnation, numbersOf(large));
    return entries.length === 0 ? [] : [{ entries, record: encodeEntries(entries) }];
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
    this.#atOnce = this.#recordEntries;
    return null;
  }

  get #recordEntries(): number {
    return this.#options.recordEntries ?? RECORD_ENTRIES;
  }
}

function numbersOf(entries: readonly Entry[]): Spans {
  return spansOf(entries.map(({ id }) => id.sequence));
}
