import type { StoreStatus } from '../store.ts';

type StatusListener = (status: StoreStatus) => void;

/** Tells whoever listens how the store is. */
export class StatusBoard {
  readonly #listeners = new Set<StatusListener>();
  readonly #guard: (listener: StatusListener) => StatusListener;

  /** @param guard makes a listener of one that may throw, so that the others hear all the same */
  constructor(guard: (listener: StatusListener) => StatusListener) {
    this.#guard = guard;
  }

  subscribe(listener: StatusListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  post(status: StoreStatus): void {
    for (const listener of [...this.#listeners]) this.#guard(listener)(status);
  }
}
