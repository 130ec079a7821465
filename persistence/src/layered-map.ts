/** As many of one layer are copied for each change; beyond, everything is. */
const MAX_RECENT = 64;

/**
 * A map that never changes, and from which another one with a few values replaced is made at a cost that does not depend on
 * its size: what changed lately lies in a small layer over the rest.
 */
export class LayeredMap<K, V> implements ReadonlyMap<K, V> {
  readonly #base: ReadonlyMap<K, V>;
  readonly #recent: ReadonlyMap<K, V>;
  readonly size: number;

  constructor(base: ReadonlyMap<K, V> = new Map(), recent: ReadonlyMap<K, V> = new Map()) {
    this.#base = base;
    this.#recent = recent;
    let added = 0;
    for (const key of recent.keys()) if (!base.has(key)) added += 1;
    this.size = base.size + added;
  }

  with(changes: Iterable<readonly [K, V]>): LayeredMap<K, V> {
    const recent = new Map(this.#recent);
    for (const [key, value] of changes) recent.set(key, value);
    if (recent.size <= MAX_RECENT) return new LayeredMap(this.#base, recent);
    const base = new Map(this.#base);
    for (const [key, value] of recent) base.set(key, value);
    return new LayeredMap(base);
  }

  get(key: K): V | undefined {
    return this.#recent.has(key) ? this.#recent.get(key) : this.#base.get(key);
  }

  has(key: K): boolean {
    return this.#recent.has(key) || this.#base.has(key);
  }

  forEach(visit: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const [key, value] of this) visit(value, key, this);
  }

  *entries(): Generator<[K, V], undefined> {
    for (const entry of this.#base) if (!this.#recent.has(entry[0])) yield entry;
    yield* this.#recent;
    return undefined;
  }

  *keys(): Generator<K, undefined> {
    for (const [key] of this) yield key;
    return undefined;
  }

  *values(): Generator<V, undefined> {
    for (const [, value] of this) yield value;
    return undefined;
  }

  [Symbol.iterator](): Generator<[K, V], undefined> {
    return this.entries();
  }

  /** What prints or compares maps takes it for one. */
  get [Symbol.toStringTag](): string {
    return 'Map';
  }
}
