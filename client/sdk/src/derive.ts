import { equalityDeep } from 'lib0/function';
import { listenUntilAborted } from './listen-until-aborted.ts';
import { type Readable, tell } from './readable.ts';

interface Derivation<T> {
  /** Calls `changed` whenever the value may be another one; returns how to stop. */
  watch(changed: () => void): () => void;
  /** Makes the value; the one before is there to be used again, in whole or in part. */
  read(before: T | undefined): T;
}

/** A value that is made of others: watched while somebody is subscribed, and made anew only when they may have changed. */
export function derive<T>({ watch, read }: Derivation<T>): Readable<T> {
  const listeners = new Set<(value: T) => void>();
  let known: { readonly value: T } | null = null;
  /** Nothing has been said since of a change; only who watches would hear of one. */
  let isFresh = false;
  let stop: (() => void) | null = null;

  const get = (): T => {
    if (known !== null && isFresh) return known.value;
    known = { value: read(known?.value) };
    isFresh = stop !== null;
    return known.value;
  };

  const changed = () => {
    isFresh = false;
    const before = known;
    const value = get();
    if (before !== null && Object.is(before.value, value)) return;
    for (const listener of [...listeners]) tell(listener, value);
  };

  return {
    get,
    subscribe(listener, { signal } = {}) {
      const entry = (value: T) => listener(value);
      return listenUntilAborted(() => {
        listeners.add(entry);
        if (stop === null) {
          stop = watch(changed);
          isFresh = false;
        }
        return () => {
          listeners.delete(entry);
          if (listeners.size > 0 || stop === null) return;
          stop();
          stop = null;
          isFresh = false;
        };
      }, signal);
    },
  };
}

/**
 * The former value where the new one is equal to it, and otherwise the new one with all of the former that is still in its
 * place: who compares by identity sees what has changed, and nothing else.
 */
export function keepEqual<T>(before: T | undefined, value: T): T {
  if (before !== undefined && equalityDeep(before, value)) return before;
  if (Array.isArray(before) && Array.isArray(value)) return keepItems(before, value) as T;
  return isPlain(before) && isPlain(value) ? (keepFields(before, value) as T) : value;
}

function keepItems(before: readonly unknown[], value: readonly unknown[]): readonly unknown[] {
  const shift = before.length - value.length;
  return value.map((item, at) => {
    // What stands behind the place where items came or went has moved as far as the end.
    const moved = before[at + shift];
    return shift !== 0 && equalityDeep(moved, item) ? moved : keepEqual(before[at], item);
  });
}

function keepFields(before: Plain, value: Plain): Plain {
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, keepEqual(before[name], field)]));
}

type Plain = Readonly<Record<string, unknown>>;

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
