import type { StoreStatus } from '../store.ts';

/** Tells whoever listens how the store is. */
export class StatusBoard {
  readonly #listeners = new Set<(status: StoreStatus) => void>();

  subscribe(listener: (status: StoreStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  post(status: StoreStatus): void {
    for (const listener of [...this.#listeners]) listener(status);
  }
}
