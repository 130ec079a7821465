import type { DocumentStore } from '@quire/persistence';

/**
 * Keeps own entries out of the history segments until every other member holds them: whoever lacks some is served from the
 * journal, by number, at once. The store has a bound for members that stay away.
 */
export class Retention {
  readonly #store: Pick<DocumentStore, 'keepUnfolded'>;
  #kept: number | null = null;

  constructor(store: Pick<DocumentStore, 'keepUnfolded'>) {
    this.#store = store;
  }

  /** @param others up to where each other member holds this node's entries without a gap */
  update(others: readonly number[]): void {
    const after = others.length === 0 ? null : Math.min(...others);
    if (after === this.#kept) return;
    this.#kept = after;
    this.#store.keepUnfolded(after);
  }
}
