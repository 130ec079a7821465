import type { DocumentStore, Entry } from '@quire/persistence';
import type { Clock } from '../clock.ts';
import { BacklogAge } from './backlog-age.ts';
import { BusError, type ClusterBus } from './cluster-bus.ts';
import { encodeEntries } from './entry-record.ts';
import type { ReplicationMeters } from './meters.ts';

/** One record: large enough that a burst costs few commands, small enough that what is behind it does not wait. */
export const RECORD_BYTES = 512 * 1024;
export const RECORD_ENTRIES = 1_000;
/** What is larger is pulled by who lacks it: one of them must not push everything else out of Redis. */
const LARGEST_ENTRY_BYTES = 4 * 1024 * 1024;
/** What waits in memory while a record is under way; beyond it is read from the journal. */
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
}

/**
 * Puts own entries on the bus, in the order of their numbers, one record at a time: what comes meanwhile goes into the
 * next one. The watermark is all that there is to remember: what did not fit in memory, or was not taken because the bus was
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
    return this.#waiting[0]?.id.sequence === this.#published + 1;
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
    const { meters, onTooLarge } = this.#options;
    const batch = this.#isNextWaiting ? this.#takeWaiting() : await this.#readBatch();
    const last = batch.at(-1)?.id.sequence;
    if (last === undefined) throw new Error(`The journal lacks its own entries after number ${this.#published}`);
    const largest = this.#failures < MAX_ATTEMPTS ? LARGEST_ENTRY_BYTES : RECORD_BYTES;
    const fitting: Entry[] = [];
    for (const entry of batch) {
      if (isTooLargeForBus(entry, largest)) onTooLarge(entry.id.sequence);
      else fitting.push(entry);
    }
    if (fitting.length > 0) {
      await this.#put(encodeEntries(fitting));
      meters.entriesMoved('published', fitting.length);
    }
    this.#failures = 0;
    this.#published = last;
    this.#known = Math.max(this.#known, last);
    this.#dropPublished();
    this.#age.left(last, this.#known);
    this.#options.onPublished(last);
  }

  async #put(record: Uint8Array): Promise<void> {
    const { bus, clock } = this.#options;
    const beganAt = clock.monotonicMs();
    try {
      await bus.publish(record);
    } catch (error) {
      const isLong = clock.monotonicMs() - beganAt >= LONG_ATTEMPT_MS;
      if (isLong && error instanceof BusError && error.code === 'unreachable') this.#failures += 1;
      throw error;
    }
  }

  /** The journal may have had what was handed in meanwhile. */
  #dropPublished(): void {
    const kept = this.#waiting.findIndex(({ id }) => id.sequence > this.#published);
    const dropped = this.#waiting.splice(0, kept === -1 ? this.#waiting.length : kept);
    this.#waitingBytes -= bytesOf(dropped);
  }

  #takeWaiting(): Entry[] {
    const end = batchEnd(this.#waiting);
    const batch = this.#waiting.splice(0, end);
    this.#waitingBytes -= bytesOf(batch);
    return batch;
  }

  /** At least one where there is any. Own numbers have no gaps, so what comes is what follows the watermark. */
  async #readBatch(): Promise<readonly Entry[]> {
    const { incarnation } = this.#options.store;
    const [next] = this.#waiting;
    return this.#options.store.entries({
      incarnation,
      after: this.#published,
      ...(next === undefined ? {} : { upTo: next.id.sequence - 1 }),
      limit: RECORD_ENTRIES,
      maxBytes: RECORD_BYTES,
    });
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

/** @param largestBytes what the line to the bus carries */
export function isTooLargeForBus(entry: Entry, largestBytes = LARGEST_ENTRY_BYTES): boolean {
  return bytesOf([entry]) > largestBytes;
}

function batchEnd(entries: readonly Entry[]): number {
  let bytes = 0;
  for (const [index, entry] of entries.entries()) {
    bytes += bytesOf([entry]);
    if (index > 0 && (bytes > RECORD_BYTES || index >= RECORD_ENTRIES)) return index;
  }
  return entries.length;
}

function bytesOf(entries: readonly Entry[]): number {
  let bytes = 0;
  for (const { updates } of entries) for (const { update } of updates) bytes += update.byteLength;
  return bytes;
}
