import type * as Y from 'yjs';
import type { z } from 'zod';

/** Records that have come, or gone, in one edit. */
export interface TableChange<Value> {
  readonly added: ReadonlyMap<string, Value>;
  readonly removed: ReadonlyMap<string, Value>;
}

/** Records of one kind, by their id, as they are on disk. */
export interface RegistryTable<Value> {
  readonly name: string;
  readonly records: ReadonlyMap<string, Value>;
  /** Calls back before whoever made the edit hears that it is done. @returns how to stop */
  onChange(listener: (change: TableChange<Value>) => void): () => void;
}

/** What the document has under an id is no record of this table. */
export class RecordError extends Error {
  override readonly name = 'RecordError';
}

/** Follows one map of the registry's document: what is in there is parsed once, when it comes. */
export class FollowedTable<Value extends object> implements RegistryTable<Value> {
  readonly name: string;
  readonly records = new Map<string, Value>();
  readonly #schema: z.ZodType<Value>;
  readonly #onFault: (error: unknown) => void;
  readonly #listeners = new Set<(change: TableChange<Value>) => void>();

  /** @param onFault told what listeners throw, and of records that can't be read: neither may disturb the document */
  constructor(name: string, schema: z.ZodType<Value>, onFault: (error: unknown) => void) {
    this.name = name;
    this.#schema = schema;
    this.#onFault = onFault;
  }

  onChange(listener: (change: TableChange<Value>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Takes over what the document holds, and goes along with it from now on.
   *
   * @throws {RecordError} for a record that can't be read: nobody knows what it would have kept from happening
   */
  follow(document: Y.Doc): void {
    const map = document.getMap<unknown>(this.name);
    const present = new Map<string, Value>();
    for (const [id, value] of map.entries()) present.set(id, this.#parse(id, value));
    const removed = new Map([...this.records].filter(([id]) => !present.has(id)));
    const added = new Map([...present].filter(([id]) => !this.records.has(id)));
    this.#take({ added, removed });
    map.observe(({ keysChanged }) => this.#see(map, keysChanged));
  }

  #see(map: Y.Map<unknown>, changed: ReadonlySet<string>): void {
    const added = new Map<string, Value>();
    const removed = new Map<string, Value>();
    for (const id of changed) {
      const known = this.records.get(id);
      if (known !== undefined) removed.set(id, known);
      if (!map.has(id)) continue;
      try {
        added.set(id, this.#parse(id, map.get(id)));
      } catch (error) {
        this.#onFault(error);
      }
    }
    this.#take({ added, removed });
  }

  #take(change: TableChange<Value>): void {
    for (const id of change.removed.keys()) this.records.delete(id);
    for (const [id, value] of change.added) this.records.set(id, value);
    if (change.added.size === 0 && change.removed.size === 0) return;
    for (const listener of [...this.#listeners]) {
      try {
        listener(change);
      } catch (error) {
        this.#onFault(error);
      }
    }
  }

  #parse(id: string, value: unknown): Value {
    const parsed = this.#schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new RecordError(`${this.name} ${id}: ${faults.join('; ')}`);
  }
}
