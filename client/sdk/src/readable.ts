import { listenUntilAborted } from './listen-until-aborted.ts';

/** A value that changes: the shape that `useSyncExternalStore` asks for. `get` returns the same object until it changes. */
export interface Readable<T> {
  get(): T;
  /**
   * Calls `listener` with every new value until `signal` aborts; returns how to stop. What it throws is reported, and stops
   * nothing here.
   */
  subscribe(listener: (value: T) => void, options?: { readonly signal?: AbortSignal }): () => void;
}

export interface Writable<T> extends Readable<T> {
  /** Tells subscribers, unless `isSame` says that nothing they could see has changed. */
  set(value: T): void;
  /** As `set`, and leaves it to the caller to tell: of values that change together, none is told before all are there. */
  put(value: T): () => void;
}

export function createWritable<T>(initial: T, isSame: (a: T, b: T) => boolean = Object.is): Writable<T> {
  let current = initial;
  const listeners = new Set<(value: T) => void>();
  const put = (value: T): (() => void) => {
    if (isSame(current, value)) return () => {};
    current = value;
    return () => {
      for (const listener of [...listeners]) {
        // A listener has set another one: that was told to all, and this one would be the last that they hear.
        if (!Object.is(current, value)) return;
        tell(listener, value);
      }
    };
  };
  return {
    get: () => current,
    subscribe(listener, { signal } = {}) {
      // Wrapped, so that one function subscribed twice is told twice and removed once.
      const entry = (value: T) => listener(value);
      return listenUntilAborted(() => {
        listeners.add(entry);
        return () => listeners.delete(entry);
      }, signal);
    },
    set: (value) => put(value)(),
    put,
  };
}

/**
 * Listeners are told while a change is on its way to the socket: one that threw into that would keep the frame from
 * leaving, and the next frame's receipt would then confirm what never left (G1).
 */
export function tell<T>(listener: (value: T) => void, value: T): void {
  try {
    listener(value);
  } catch (error) {
    surface(error);
  }
}

/** As the platform does with what an event listener throws. Node has no `reportError`. */
function surface(error: unknown): void {
  if (typeof globalThis.reportError === 'function') {
    globalThis.reportError(error);
    return;
  }
  queueMicrotask(() => {
    throw error;
  });
}
