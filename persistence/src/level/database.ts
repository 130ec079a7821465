import type { AbstractLevel } from 'abstract-level';
import { ClassicLevel } from 'classic-level';
import type { Clock } from '../clock.ts';
import { PersistenceError } from '../errors.ts';

export type Bytes = Uint8Array;
export type Level = AbstractLevel<string | Buffer | Uint8Array, Bytes, Bytes>;
export type OpenDb = (directory: string) => Promise<Level>;

export interface LevelLimits {
  readonly writeBufferBytes: number;
  readonly cacheBytes: number;
}

export function classicLevel(limits: LevelLimits): OpenDb {
  return async (directory) => {
    const db = new ClassicLevel<Bytes, Bytes>(directory, {
      keyEncoding: 'view',
      valueEncoding: 'view',
      writeBufferSize: limits.writeBufferBytes,
      cacheSize: limits.cacheBytes,
    });
    await db.open();
    return db;
  };
}

/** One consistent view of the database. */
export interface ReadView {
  get(key: Bytes): Promise<Bytes | undefined>;
  /** All at once when few are expected; `limit` bounds it otherwise. */
  range(range: RangeQuery): Promise<[Bytes, Bytes][]>;
  keys(range: RangeQuery): Promise<Bytes[]>;
}

export interface RangeQuery {
  readonly gt?: Bytes;
  readonly gte?: Bytes;
  readonly lt: Bytes;
  readonly limit?: number;
}

type Handle =
  | { readonly state: 'open'; readonly db: Level }
  | { readonly state: 'away'; readonly reason: unknown }
  | { readonly state: 'closed' };

/** The open LevelDB and its replacements: the handle changes whenever a write fails (R1). */
export class Database {
  readonly #open: OpenDb;
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #waitMs: number;
  readonly #wakers = new Set<() => void>();
  #handle: Handle;

  constructor(db: Level, options: { open: OpenDb; directory: string; clock: Clock; waitMs: number }) {
    this.#handle = { state: 'open', db };
    this.#open = options.open;
    this.#directory = options.directory;
    this.#clock = options.clock;
    this.#waitMs = options.waitMs;
  }

  /** The handle to write to. Only the batch writer writes, and only it replaces the handle. */
  get db(): Level {
    if (this.#handle.state === 'open') return this.#handle.db;
    throw new PersistenceError('REFUSED', 'The database is being reopened', {
      cause: this.#handle.state === 'away' ? this.#handle.reason : undefined,
    });
  }

  /** Throws away a handle that can't be trusted any more, and opens another after `beforeOpen`. */
  async replace(reason: unknown, beforeOpen: () => Promise<void>): Promise<void> {
    const { state } = this.#handle;
    if (state === 'closed') throw new PersistenceError('CLOSED', 'The store is closed');
    const old = this.#handle;
    this.#handle = { state: 'away', reason };
    try {
      if (old.state === 'open') await old.db.close();
    } catch (error) {
      this.#handle = old; // it still holds LevelDB's lock: the next attempt has to close it first
      throw error;
    }
    await beforeOpen();
    this.#become({ state: 'open', db: await this.#open(this.#directory) });
  }

  async close(): Promise<void> {
    const old = this.#handle;
    this.#become({ state: 'closed' });
    if (old.state === 'open') await old.db.close();
  }

  /**
   * Runs `read` on one snapshot. While the database is being reopened it waits briefly; a read that the reopening
   * interrupts starts again. Then it fails retryably: an absent answer must never look like an empty one.
   */
  async read<T>(read: (view: ReadView) => Promise<T>): Promise<T> {
    for (;;) {
      const db = await this.#whenOpen();
      try {
        return await readAt(db, read);
      } catch (error) {
        // A read that the replacement of its handle interrupted proves nothing: ask the new one.
        if (this.#isCurrent(db) || error instanceof PersistenceError) throw readFailure(error);
      }
    }
  }

  #isCurrent(db: Level): boolean {
    return this.#handle.state === 'open' && this.#handle.db === db;
  }

  #become(handle: Handle): void {
    this.#handle = handle;
    for (const wake of [...this.#wakers]) wake();
  }

  async #whenOpen(): Promise<Level> {
    if (this.#handle.state === 'away') await this.#change();
    switch (this.#handle.state) {
      case 'open':
        return this.#handle.db;
      case 'away':
        throw new PersistenceError('REFUSED', 'The database can not be read while the disk refuses writes', {
          cause: this.#handle.reason,
        });
      case 'closed':
        throw new PersistenceError('CLOSED', 'The store is closed');
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      const settle = () => {
        this.#wakers.delete(settle);
        cancel();
        resolve();
      };
      const cancel = this.#clock.after(this.#waitMs, settle);
      this.#wakers.add(settle);
    });
  }
}

async function readAt<T>(db: Level, read: (view: ReadView) => Promise<T>): Promise<T> {
  const snapshot = db.snapshot();
  try {
    return await read({
      get: (key) => db.get(key, { snapshot }),
      range: (range) => db.iterator({ ...range, snapshot }).all(),
      keys: (range) => db.keys({ ...range, snapshot }).all(),
    });
  } finally {
    await snapshot.close();
  }
}

function readFailure(cause: unknown): PersistenceError {
  if (cause instanceof PersistenceError) return cause;
  return errorCode(cause) === 'LEVEL_CORRUPTION'
    ? new PersistenceError('CORRUPT_RECORD', 'LevelDB found a damaged block', { cause })
    : new PersistenceError('READ_FAILED', 'The disk failed to read', { cause });
}

export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
