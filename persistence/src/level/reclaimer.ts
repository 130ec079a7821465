import type { WriteOp } from './batch-writer.ts';
import type { Database } from './database.ts';
import { decodeNumber, encodeNumber } from './document-records.ts';
import type { Journal } from './journal.ts';
import { allOf, documentInNameKey, KIND, livesBelow, nameKey } from './keys.ts';

export interface ReclaimerOptions {
  readonly database: Database;
  readonly journal: Journal;
  /** Records deleted in one batch. */
  readonly sliceRecords: number;
  onError(error: unknown): void;
}

/** Gives back the room of ended lives, slice by slice; what is left to do survives in the database itself. */
export class Reclaimer {
  readonly #options: ReclaimerOptions;
  readonly #jobs = new Map<string, number>();
  #running: Promise<void> | null = null;
  #stopped = false;

  constructor(options: ReclaimerOptions) {
    this.#options = options;
  }

  /** Documents of which something is to be given back, or is being. */
  get pending(): number {
    return this.#jobs.size;
  }

  /** The record that orders everything below epoch count `count` to be reclaimed. Takes effect once it is on disk. */
  schedule(document: string, count: number): WriteOp {
    this.#jobs.set(document, Math.max(count, this.#jobs.get(document) ?? 0));
    const key = nameKey(KIND.reclaim, document);
    return { type: 'put', key, value: encodeNumber(key, count) };
  }

  /** Takes up what an earlier process left. */
  async resume(): Promise<void> {
    const jobs = await this.#options.database.read((view) => view.range(allOf(KIND.reclaim)));
    for (const [key, record] of jobs) {
      const document = documentInNameKey(key);
      try {
        this.#jobs.set(document, decodeNumber({ key, document }, record));
      } catch (error) {
        // A damaged order keeps some room occupied; nothing else depends on it.
        this.#options.onError(error);
      }
    }
    this.start();
  }

  start(): void {
    if (this.#running !== null || this.#stopped || this.#jobs.size === 0) return;
    this.#running = this.#run()
      .catch((error: unknown) => {
        // What is left stays on disk as an order and is taken up with the next delete or opening.
        if (!this.#stopped) this.#options.onError(error);
      })
      .finally(() => {
        this.#running = null;
      });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const next = this.#jobs.entries().next().value;
      if (next === undefined) return;
      await this.#reclaim(...next);
    }
  }

  async #reclaim(document: string, count: number): Promise<void> {
    const { database, journal, sliceRecords } = this.#options;
    for (const kind of [KIND.entry, KIND.snapshot, KIND.segment] as const) {
      for (;;) {
        if (this.#stopped) return;
        const range = livesBelow(kind, document, count);
        const keys = await database.read((view) => view.keys({ ...range, limit: sliceRecords }));
        if (keys.length > 0) await journal.submit({ ops: keys.map((key) => ({ type: 'del', key })) });
        if (keys.length < sliceRecords) break;
      }
    }
    // A delete meanwhile has replaced the order by a wider one: then go round again instead of erasing it.
    if (this.#jobs.get(document) !== count) return;
    this.#jobs.delete(document);
    await journal.submit({ ops: [{ type: 'del', key: nameKey(KIND.reclaim, document) }] });
  }
}
