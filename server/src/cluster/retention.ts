import type { DocumentStore } from '@quire/persistence';
import { contiguousEnd, type Spans } from './spans.ts';

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

  /** @param others what each other member holds of this node's entries, or will never hold */
  update(others: readonly Spans[]): void {
    const after = others.length === 0 ? null : Math.min(...others.map(contiguousEnd));
    if (after === this.#kept) return;
    this.#kept = after;
    this.#store.keepUnfolded(after);
  }
}
