import { closeCodes } from '@quire/protocol';
import type * as Y from 'yjs';
import type { z } from 'zod';
import { AccessError } from '../auth/authenticator.ts';
import type { Clock } from '../clock.ts';
import { type Storing, Unconfirmed } from '../collab/confirmation.ts';
import type { Logger } from '../observability/log.ts';
import { ApiError } from '../problems.ts';
import { type AddedRecord, type RecordAddress, RecordPen } from './record-pen.ts';
import { REGISTRY_NAME } from './registry-name.ts';
import { FollowedTable, RecordError, type RegistryTable } from './registry-table.ts';

/** Who stores the registry: as a document like any other, through the door that all edits take. */
export interface RegistryHost {
  openInternal(name: string): Promise<StoredRegistry>;
}

interface StoredRegistry {
  readonly document: Y.Doc;
  write(author: string, update: Uint8Array, storing: Storing): Promise<void>;
  confirm(storing: Storing): Promise<void>;
}

/** What an edit adds and takes away. */
export interface RegistryDraft {
  put<Value extends object>(table: RegistryTable<Value>, id: string, value: Value): void;
  remove(table: RegistryTable<object>, id: string): void;
}

/**
 * What a node knows beside documents: who shares what with whom, and whose access was taken back. One document of the
 * server's own, of which the whole is in memory and on disk. A record is added once, under an id that is used for nothing
 * else, and may be taken away again; it never changes, so nodes that hold copies can't contradict each other.
 */
export interface Registry {
  /** Declared before `open`, each name once. */
  table<Value extends object>(name: string, schema: z.ZodType<Value>): RegistryTable<Value>;
  /**
   * Reads it. Until then, and whenever it can't be had, `assertKnown` throws.
   *
   * @throws {RegistryError} when it can't be read whole: who may enter would be anybody's guess
   */
  open(host: RegistryHost): Promise<void>;
  /** Why nobody can say what it holds; null while it is known. */
  readonly trouble: string | null;
  /** @throws {AccessError} `auth-unavailable` */
  assertKnown(): void;
  /**
   * One edit after the other, so that `change` can look before it writes. Resolves once the edit is on disk, in the tables,
   * and heard of by those who listen (G1).
   *
   * @param onStored called once it is, which is sooner where other nodes have to confirm it: the next edit does not wait for them
   * @throws {ApiError} `overloaded`, `load-failed`, `service-restart`; {Unconfirmed} when they let it wait for too long; and
   * whatever `change` throws, with nothing written
   */
  edit<Result>(
    author: string,
    change: (draft: RegistryDraft) => Result,
    onStored?: (result: Result) => void,
  ): Promise<Result>;
  close(): void;
}

export class RegistryError extends Error {
  override readonly name = 'RegistryError';
}

/** Edits that wait for their turn: at a millisecond each, the last of them waits for a second. */
const MAX_WAITING = 1_000;
/** After so long it is read again, where that failed while the server runs. */
const READ_AGAIN_MS = 1_000;

type State =
  | { readonly kind: 'unopened' }
  | { readonly kind: 'open'; readonly stored: StoredRegistry }
  /** Its document broke while the server runs. What was known stays known; nobody gets in by it. */
  | { readonly kind: 'lost'; cancelReading(): void }
  | { readonly kind: 'closed' };

export function createRegistry(options: { readonly clock: Clock; readonly log: Logger }): Registry {
  return new LiveRegistry(options.clock, options.log);
}

class LiveRegistry implements Registry {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #tables = new Map<string, { follow(document: Y.Doc): void }>();
  #state: State = { kind: 'unopened' };
  #pen = new RecordPen();
  #lastEdit: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  table<Value extends object>(name: string, schema: z.ZodType<Value>): RegistryTable<Value> {
    if (this.#state.kind !== 'unopened' || this.#tables.has(name)) throw new Error(`a second table "${name}"`);
    const table = new FollowedTable(name, schema, (error) => {
      this.#log.error({ err: error, table: name }, 'a change of the registry was not understood');
    });
    this.#tables.set(name, table);
    return table;
  }

  async open(host: RegistryHost): Promise<void> {
    let stored: StoredRegistry;
    try {
      stored = await host.openInternal(REGISTRY_NAME);
    } catch (cause) {
      throw new RegistryError(
        'The registry (share links and revocations) can not be read from the data directory, and without it nobody ' +
          'knows whose access was taken back. Restore the directory from a backup; the log says what is damaged.',
        { cause },
      );
    }
    if (this.#state.kind === 'closed') return;
    this.#follow(stored);
    this.#state = { kind: 'open', stored };
    stored.document.once('destroy', () => this.#lose(host));
  }

  get trouble(): string | null {
    switch (this.#state.kind) {
      case 'open':
        return null;
      case 'unopened':
      case 'lost':
        return 'The registry is being read';
      case 'closed':
        return 'The registry is closed';
      default:
        return this.#state satisfies never;
    }
  }

  assertKnown(): void {
    const { trouble } = this;
    if (trouble !== null) throw new AccessError(closeCodes.authUnavailable, trouble);
  }

  async edit<Result>(
    author: string,
    change: (draft: RegistryDraft) => Result,
    onStored: (result: Result) => void = () => {},
  ): Promise<Result> {
    if (this.#waiting >= MAX_WAITING) throw new ApiError('overloaded', 'Too many changes of access are waiting');
    this.#waiting += 1;
    const { promise: turn, resolve: giveBack } = Promise.withResolvers<void>();
    const edited = this.#lastEdit.then(() =>
      this.#edit(author, change, (result) => {
        onStored(result);
        giveBack();
      }),
    );
    this.#lastEdit = turn;
    return edited.finally(() => {
      giveBack();
      this.#waiting -= 1;
    });
  }

  close(): void {
    if (this.#state.kind === 'lost') this.#state.cancelReading();
    this.#state = { kind: 'closed' };
    this.#pen.throwAway();
  }

  async #edit<Result>(
    author: string,
    change: (draft: RegistryDraft) => Result,
    onStored: (result: Result) => void,
  ): Promise<Result> {
    const { stored } = this.#assertOpen();
    const added: AddedRecord[] = [];
    const removed: RecordAddress[] = [];
    const result = change({
      put({ name: table, records }, id, value) {
        if (records.has(id)) throw new Error(`a second record "${id}" in ${table}`);
        added.push({ table, id, value });
      },
      remove: ({ name: table }, id) => void removed.push({ table, id }),
    });
    if (this.#pen.isUsedUp) this.#renewPen();
    const update = this.#pen.write(stored.document, added, removed);
    const storing = { onStored: () => onStored(result) };
    if (update === null) {
      // It may have been asked for before, and not be confirmed yet.
      await stored.confirm(storing);
      return result;
    }
    try {
      await stored.write(author, update, storing);
    } catch (error) {
      if (error instanceof Unconfirmed) throw error;
      // What this pen writes next would build on what is not there.
      this.#renewPen();
      throw error;
    }
    return result;
  }

  #assertOpen(): Extract<State, { kind: 'open' }> {
    switch (this.#state.kind) {
      case 'open':
        return this.#state;
      case 'unopened':
      case 'lost':
        throw new ApiError('load-failed', 'Share links and revocations are being read; try again in a moment');
      case 'closed':
        throw new ApiError('service-restart', 'The server is stopping; try again in a moment');
      default:
        return this.#state satisfies never;
    }
  }

  #renewPen(): void {
    this.#pen.throwAway();
    this.#pen = new RecordPen();
  }

  #follow({ document }: StoredRegistry): void {
    try {
      for (const table of this.#tables.values()) table.follow(document);
    } catch (cause) {
      if (!(cause instanceof RecordError)) throw cause;
      throw new RegistryError(
        `The registry holds what this version can not read: ${cause.message}. Start the version that wrote it.`,
        { cause },
      );
    }
  }

  /** The document was let go of, though nobody asked for that: what is on disk is right, and is read anew. */
  #lose(host: RegistryHost): void {
    if (this.#state.kind !== 'open') return;
    this.#log.error('the registry is read again: its document in memory was no longer what is on disk');
    this.#readLater(host, 0);
  }

  #readLater(host: RegistryHost, delayMs: number): void {
    const cancelReading = this.#clock.after(delayMs, () => {
      this.open(host).catch((error: unknown) => {
        this.#log.error({ err: error }, 'the registry can not be read');
        if (this.#state.kind === 'lost') this.#readLater(host, READ_AGAIN_MS);
      });
    });
    this.#state = { kind: 'lost', cancelReading };
  }
}
