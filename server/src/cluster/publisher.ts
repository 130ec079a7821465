import type { DocumentStore, Entry } from '@quire/persistence';
import type { Clock } from '../clock.ts';
import { BacklogAge } from './backlog-age.ts';
import { BusError, type ClusterBus } from './cluster-bus.ts';
import { encodeEntries } from './entry-record.ts';
import type { ReplicationMeters } from './meters.ts';
import { gatherPipeline, PIPELINE_BYTES, PIPELINE_RECORDS, putInOrder } from './pipeline.ts';
import {
  bytesOf,
  countForRecord,
  isTooLargeForBus,
  LARGEST_ENTRY_BYTES,
  RECORD_BYTES,
  RECORD_ENTRIES,
} from './record-size.ts';

/** What waits in memory while records are under way; beyond it is read from the journal. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;
const RETRY_MS = 1_000;
/** The line to the bus may be too narrow for a large entry: after so many attempts that took long, that is pulled, too. */
const MAX_ATTEMPTS = 2;
/** What ends sooner was cut off, whatever was under way. */
const LONG_ATTEMPT_MS = 5_000;

export interface PublisherOptions {
  readonly store: Pick<DocumentStore, 'incarnation' | 'entries'>;
  readonly bus: Pick<ClusterBus, 'status' | 'publish'>;
  readonly clock: Clock;
  readonly meters: ReplicationMeters;
  /** Everything up to this number is on the bus, but for those that are too large for it. */
  readonly onPublished: (upTo: number) => void;
  /** An entry that will not go over the bus. */
  readonly onTooLarge: (sequence: number) => void;
  /** The journal could not be read; it is tried again. */
  readonly onError: (error: unknown) => void;
  /** So many entries make a record at the most. */
  readonly recordEntries?: number;
}

/** What is put on the bus as a record, or passed over. */
interface Outgoing {
  /** The number up to which everything is on the bus once it is taken. */
  readonly last: number;
  readonly entries: number;
  /** null: all of it is too large. */
  readonly record: Uint8Array | null;
}

/**
 * Puts own entries on the bus, in the order of their numbers: what comes while something is under way goes out together once
 * that is answered, as a record, or as a pipeline of several where it is more than one takes.
 * The watermark is all that there is to remember: what did not fit in memory, or was not taken because the bus was
 * away, is read from the journal from there on, once it is there.
 */
export class Publisher {
  readonly #options: PublisherOptions;
  /** Without a gap. They need not follow the watermark: what lies between is read from the journal. */
  #waiting: Entry[] = [];
  #waitingBytes = 0;
  /** The highest number that was handed in: that entry may be on its way to the disk. */
  #known = 0;
  #stored = 0;
  #published = 0;
  /** How often the record that begins after the watermark had been under way for long when the bus went away. */
  #failures = 0;
  #isRunning = false;
  #isClosed = false;
  readonly #age = new BacklogAge();
  #cancelRetry: (() => void) | null = null;
  #whenIdle: (() => void)[] = [];

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  get published(): number {
    return this.#published;
  }

  get stored(): number {
    return this.#stored;
  }

  get backlog(): { readonly entries: number; readonly oldestMs: number } {
    const entries = Math.max(0, this.#stored - this.#published);
    return { entries, oldestMs: entries === 0 ? 0 : this.#age.oldestMs(this.#options.clock.monotonicMs()) };
  }

  /** @param stored the highest own number so far: what came before is read from the journal */
  begin(stored: number): void {
    this.#known = stored;
    this.#stored = stored;
    if (stored > 0) this.#age.came(1, this.#options.clock.monotonicMs());
    this.run();
  }

  /**
   * In the order of their numbers, without a gap. They need not be stored yet: whoever has them from the bus stores them
   * itself before it shows them.
   */
  add(entries: readonly Entry[]): void {
    const fresh = entries.filter(({ id }) => id.sequence > this.#known);
    const [first, last] = [fresh.at(0), fresh.at(-1)];
    if (first === undefined || last === undefined || this.#isClosed) return;
    this.#age.came(first.id.sequence, this.#options.clock.monotonicMs());
    const goesOn = this.#waiting.length === 0 || this.#waiting.at(-1)?.id.sequence === this.#known;
    this.#known = last.id.sequence;
    const bytes = bytesOf(fresh);
    if (goesOn && this.#waitingBytes + bytes <= MAX_WAITING_BYTES) {
      for (const entry of fresh) this.#waiting.push(entry);
      this.#waitingBytes += bytes;
    }
    this.run();
  }

  /** As `add`, and they are on disk. */
  noteStored(entries: readonly Entry[]): void {
    this.#stored = Math.max(this.#stored, entries.at(-1)?.id.sequence ?? 0);
    this.add(entries);
    this.run();
  }

  /** Goes on, if the bus is there. */
  run(): void {
    if (this.#isRunning || !this.#hasMore) return;
    this.#isRunning = true;
    void this.#publishAll().finally(() => {
      this.#isRunning = false;
      // What came between the last look and here found it running, and nobody else would look again.
      if (this.#hasMore && this.#cancelRetry === null) return this.run();
      for (const resolve of this.#whenIdle.splice(0)) resolve();
    });
  }

  /** Resolves once everything is published, or the bus takes no more. */
  async drained(): Promise<void> {
    this.run();
    if (this.#isRunning) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
    this.#cancelRetry?.();
    this.#cancelRetry = null;
  }

  get #hasMore(): boolean {
    if (this.#isClosed || this.#options.bus.status.state !== 'connected') return false;
    return this.#isNextWaiting || this.#published < this.#stored;
  }

  get #isNextWaiting(): boolean {
    return this.#isWaiting(this.#published + 1);
  }

  #isWaiting(sequence: number): boolean {
    return this.#waiting[0]?.id.sequence === sequence;
  }

  async #publishAll(): Promise<void> {
    const { onError } = this.#options;
    try {
      while (this.#hasMore) await this.#publishSome();
    } catch (error) {
      // Whatever was taken of it comes again, from the journal: entries have numbers.
      if (!(error instanceof BusError)) onError(error);
      this.#retryLater();
    }
  }

  async #publishSome(): Promise<void> {
    // Where a line broke under a record, nothing else is put at stake with that one.
    const limits = { records: this.#failures === 0 ? PIPELINE_RECORDS : 1, bytes: PIPELINE_BYTES };
    const runs = await gatherPipeline(this.#published, (after) => this.#nextRun(after), limits);
    if (runs.length === 0) throw new Error(`The journal lacks its own entries after number ${this.#published}`);
    await this.#put(runs.map((run) => this.#prepare(run)));
  }

  #prepare(run: readonly Entry[]): Outgoing {
    const largest = this.#failures < MAX_ATTEMPTS ? LARGEST_ENTRY_BYTES : RECORD_BYTES;
    const fitting: Entry[] = [];
    for (const entry of run) {
      if (isTooLargeForBus(entry, largest)) this.#options.onTooLarge(entry.id.sequence);
      else fitting.push(entry);
    }
    const last = run.at(-1)?.id.sequence ?? this.#published;
    return { last, entries: fitting.length, record: fitting.length === 0 ? null : encodeEntries(fitting) };
  }

  async #put(outgoing: readonly Outgoing[]): Promise<void> {
    const { bus, clock } = this.#options;
    let firstSince = clock.monotonicMs();
    try {
      await putInOrder(bus, outgoing, (each) => {
        firstSince = clock.monotonicMs();
        this.#took(each);
      });
    } catch (error) {
      const isLong = clock.monotonicMs() - firstSince >= LONG_ATTEMPT_MS;
      if (isLong && error instanceof BusError && error.code === 'unreachable') this.#failures += 1;
      throw error;
    }
  }

  #took({ last, entries }: Outgoing): void {
    if (entries > 0) this.#options.meters.entriesMoved('published', entries);
    this.#failures = 0;
    this.#published = last;
    this.#known = Math.max(this.#known, last);
    this.#dropPublished();
    this.#age.left(last, this.#known);
    this.#options.onPublished(last);
  }

  /** The journal may have had what was handed in meanwhile. */
  #dropPublished(): void {
    const kept = this.#waiting.findIndex(({ id }) => id.sequence > this.#published);
    const dropped = this.#waiting.splice(0, kept === -1 ? this.#waiting.length : kept);
    this.#waitingBytes -= bytesOf(dropped);
  }

  /**
   * Behind another record goes only what is on disk. That one may be refused and this one taken, and whoever has a number from
   * the bus takes all before it for stored.
   */
  async #nextRun(after: number): Promise<readonly Entry[]> {
    const isFirst = after === this.#published;
    if (!isFirst && after >= this.#stored) return [];
    return this.#isWaiting(after + 1) ? this.#takeWaiting(isFirst ? this.#known : this.#stored) : this.#readRun(after);
  }

  #takeWaiting(upTo: number): Entry[] {
    const first = this.#waiting[0]?.id.sequence ?? upTo;
    const count = Math.min(countForRecord(this.#waiting, this.#recordEntries), upTo - first + 1);
    const run = this.#waiting.splice(0, count);
    this.#waitingBytes -= bytesOf(run);
    return run;
  }

  /** At least one where there is any. Own numbers have no gaps, so what comes is what follows. */
  async #readRun(after: number): Promise<readonly Entry[]> {
    const { incarnation } = this.#options.store;
    const [next] = this.#waiting;
    return this.#options.store.entries({
      incarnation,
      after,
      ...(next === undefined ? {} : { upTo: next.id.sequence - 1 }),
      limit: this.#recordEntries,
      maxBytes: RECORD_BYTES,
    });
  }

  get #recordEntries(): number {
    return this.#options.recordEntries ?? RECORD_ENTRIES;
  }

  /** A failure of which the status says nothing. */
  #retryLater(): void {
    if (this.#isClosed) return;
    this.#cancelRetry ??= this.#options.clock.after(RETRY_MS, () => {
      this.#cancelRetry = null;
      this.run();
    });
  }
}
