import { type Clock, elapsedMs } from '../clock.ts';
import { PersistenceError } from '../errors.ts';
import type { EntryId, StoreStatus } from '../store.ts';
import { batchInterval, WriteRate } from './batch-interval.ts';
import type { Bytes, Database } from './database.ts';

export type WriteOp =
  | { readonly type: 'put'; readonly key: Bytes; readonly value: Bytes }
  | { readonly type: 'del'; readonly key: Bytes };

/** What goes to disk as a whole, or not at all. */
export interface Write {
  readonly ops: readonly WriteOp[];
  /** Entries that this write makes held. */
  readonly ids: readonly EntryId[];
  readonly bytes: number;
}

export interface BatchReport {
  readonly entries: number;
  readonly bytes: number;
  /** How long the oldest write of the batch had waited. */
  readonly waitedMs: number;
  readonly syncMs: number;
}

export interface BatchWriterOptions<W extends Write> {
  readonly database: Database;
  readonly clock: Clock;
  readonly batchEntries: number;
  readonly batchBytes: number;
  /** The most that may lie between the beginnings of two batches, while very many writes come. */
  readonly batchIntervalMs: number;
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
  /** Records that belong to the batch as such: called once per batch, when it is put together. */
  complete(writes: readonly W[]): readonly WriteOp[];
  /** Called just before a batch is handed to the disk: it is stored as it is, or never, see `DocumentStore.onWriting`. */
  writing(writes: readonly W[]): void;
  /** Called once a batch is on disk, before anybody is told. */
  committed(writes: readonly W[]): void;
  freeReserve(): Promise<void>;
  ensureReserve(): Promise<void>;
  onStatus(status: StoreStatus): void;
  onBatch(report: BatchReport): void;
}

interface Queued<W> {
  readonly write: W;
  readonly since: number;
  resolve(): void;
  reject(error: PersistenceError): void;
}

interface Batch<W> {
  readonly queued: readonly Queued<W>[];
  readonly ops: WriteOp[];
  readonly bytes: number;
}

/** Timers count whole milliseconds, and a shorter wait would become one: then the batch goes at once. */
const SHORTEST_WAIT_MS = 1;

/**
 * Group commit: one synced batch in flight, and what arrives meanwhile forms the next.
 *
 * [R1] A failed batch leaves LevelDB's log in a state where later batches succeed and are lost. So after any failure
 * the handle is replaced, the same operations are written again first, and everything behind them follows in order.
 * Nobody hears of success before, and new writes are refused until the disk has proved itself.
 */
export class BatchWriter<W extends Write> {
  readonly #options: BatchWriterOptions<W>;
  readonly #queue: Queued<W>[] = [];
  readonly #rate = new WriteRate();
  #queuedEntries = 0;
  #queuedBytes = 0;
  #status: StoreStatus = { state: 'ready' };
  #needsReserve = false;
  #pumping: Promise<void> | null = null;
  #closing = false;
  #beganAt = Number.NEGATIVE_INFINITY;
  #wake: (() => void) | null = null;

  constructor(options: BatchWriterOptions<W>) {
    this.#options = options;
  }

  get status(): StoreStatus {
    return this.#status;
  }

  /** What is accepted and not on disk yet, the batch in flight included. */
  get queue(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.#queuedEntries, bytes: this.#queuedBytes };
  }

  submit(write: W): Promise<void> {
    if (this.#status.state === 'closed') {
      return Promise.reject(new PersistenceError('CLOSED', 'The store is closed'));
    }
    const since = elapsedMs(this.#options.clock);
    this.#rate.count(since);
    return new Promise((resolve, reject) => {
      this.#queuedEntries += write.ids.length;
      this.#queuedBytes += write.bytes;
      this.#queue.push({ write, since, resolve, reject });
      this.#pump();
    });
  }

  /** Starts in the refusing state, for a disk on which the reserve finds no room at opening. */
  awaitReserve(cause: unknown): void {
    this.#needsReserve = true;
    this.#refuse(cause);
    this.#pump();
  }

  /** Writes what is queued. A disk that still refuses gets one last attempt, then what waits is rejected. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#wake?.();
    while (this.#pumping !== null) await this.#pumping;
    const error = new PersistenceError('CLOSED', 'The store closed while the disk refused writes', {
      cause: this.#status.state === 'refusing' ? this.#status.error : undefined,
    });
    for (const queued of this.#queue.splice(0)) {
      this.#uncount(queued.write);
      queued.reject(error);
    }
    this.#become({ state: 'closed' });
  }

  #hasGivenUp(): boolean {
    return this.#closing && this.#status.state === 'refusing';
  }

  #pump(): void {
    if (this.#pumping !== null) return;
    this.#pumping = this.#run().finally(() => {
      this.#pumping = null;
      // What arrived between the last look at the queue and now.
      if (this.#queue.length > 0 && !this.#hasGivenUp()) this.#pump();
    });
  }

  async #run(): Promise<void> {
    // Whatever the same stretch of code submits joins the first batch.
    await Promise.resolve();
    for (;;) {
      while (this.#queue.length > 0) {
        await this.#keepInterval();
        const batch = this.#take();
        const since = elapsedMs(this.#options.clock);
        if (!(await this.#commit(batch))) {
          this.#queue.unshift(...batch.queued);
          return;
        }
        const report = reportOf(batch, since, elapsedMs(this.#options.clock));
        this.#settle(batch);
        // Last: whoever watches may throw, and the batch is on disk.
        if (batch.ops.length > 0) this.#options.onBatch(report);
      }
      if (this.#status.state !== 'refusing' || (await this.#restoreReserve())) return;
    }
  }

  /**
   * A batch costs much the same however many writes are in it: with a thousand busy documents, two or three of them would
   * be in each if every one began where the last ended. What comes when the last one began an interval ago never waits.
   */
  async #keepInterval(): Promise<void> {
    const { batchIntervalMs, clock } = this.#options;
    const now = elapsedMs(clock);
    const waitMs = this.#beganAt + batchInterval(this.#rate.perMs(now), batchIntervalMs) - now;
    if (waitMs >= SHORTEST_WAIT_MS) await this.#sleep(waitMs);
    this.#beganAt = elapsedMs(clock);
  }

  #take(): Batch<W> {
    const { batchBytes, batchEntries, complete } = this.#options;
    let bytes = 0;
    let entries = 0;
    let count = 0;
    for (const { write } of this.#queue) {
      const fits = bytes + write.bytes <= batchBytes && entries + write.ids.length <= batchEntries;
      if (count > 0 && !fits) break;
      bytes += write.bytes;
      entries += write.ids.length;
      count += 1;
    }
    const queued = this.#queue.splice(0, count);
    const writes = queued.map(({ write }) => write);
    const ops = writes.flatMap((write) => write.ops);
    ops.push(...complete(writes));
    return { queued, ops, bytes };
  }

  /** False only when the store closes while the disk still refuses. */
  async #commit(batch: Batch<W>): Promise<boolean> {
    const { database } = this.#options;
    let failure: unknown;
    try {
      // First: what others have to do for it begins while the disk works.
      this.#options.writing(writesOf(batch));
      await this.#sync(batch);
      return true;
    } catch (error) {
      failure = error;
    }
    for (let attempt = 0; ; attempt++) {
      this.#needsReserve = true;
      this.#refuse(failure);
      const last = this.#closing;
      try {
        await database.replace(failure, this.#options.freeReserve);
        await this.#sync(batch);
        return true;
      } catch (error) {
        failure = error;
      }
      if (last) return false;
      await this.#pause(attempt);
    }
  }

  async #sync(batch: Batch<W>): Promise<void> {
    if (batch.ops.length === 0) return;
    await this.#options.database.db.batch(batch.ops, { sync: true } as object);
  }

  #settle(batch: Batch<W>): void {
    this.#options.committed(writesOf(batch));
    for (const { write, resolve } of batch.queued) {
      this.#uncount(write);
      resolve();
    }
  }

  #uncount(write: W): void {
    this.#queuedEntries -= write.ids.length;
    this.#queuedBytes -= write.bytes;
  }

  /** True when there is nothing more to do: the store is ready, or closes. */
  async #restoreReserve(): Promise<boolean> {
    for (let attempt = 0; this.#needsReserve; attempt++) {
      try {
        await this.#options.ensureReserve();
        this.#needsReserve = false;
      } catch (error) {
        this.#refuse(error);
        if (this.#closing) return true;
        await this.#pause(attempt);
        // Upkeep that had been queued before the disk filled up goes on with what room there is.
        if (this.#queue.length > 0) return false;
      }
    }
    this.#become({ state: 'ready' });
    return true;
  }

  #refuse(cause: unknown): void {
    const error = new PersistenceError('REFUSED', 'The disk refuses writes', { cause });
    const since = this.#status.state === 'refusing' ? this.#status.since : this.#options.clock.now();
    const changed = this.#status.state !== 'refusing';
    this.#status = { state: 'refusing', error, since };
    if (changed) this.#options.onStatus(this.#status);
  }

  #become(status: StoreStatus): void {
    this.#status = status;
    this.#options.onStatus(status);
  }

  #pause(attempt: number): Promise<void> {
    const { retryMaxMs, retryMinMs } = this.#options;
    return this.#sleep(Math.min(retryMaxMs, retryMinMs * 2 ** Math.min(attempt, 20)));
  }

  /** Not for a store that closes. */
  #sleep(delayMs: number): Promise<void> {
    if (this.#closing) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        cancel();
        this.#wake = null;
        resolve();
      };
      const cancel = this.#options.clock.after(delayMs, wake);
      this.#wake = wake;
    });
  }
}

function writesOf<W extends Write>({ queued }: Batch<W>): W[] {
  return queued.map(({ write }) => write);
}

function reportOf<W extends Write>(batch: Batch<W>, since: number, now: number): BatchReport {
  let entries = 0;
  for (const { write } of batch.queued) entries += write.ids.length;
  return { entries, bytes: batch.bytes, waitedMs: since - (batch.queued[0]?.since ?? since), syncMs: now - since };
}
