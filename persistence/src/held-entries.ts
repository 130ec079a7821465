import { HeldSequences } from './held-sequences.ts';
import type { EntryId, Holdings, SequenceSpan } from './store.ts';

const NONE: readonly SequenceSpan[] = Object.freeze([]);

/** Which entries are held, of all incarnations. */
export class HeldEntries {
  readonly #sequences = new Map<string, HeldSequences>();
  /** Incarnations that have changed since the holdings were last given out. */
  readonly #changed = new Set<string>();
  #holdings: Holdings = new Map();

  restore(incarnation: string, contiguous: number, beyond: Iterable<number>): void {
    const held = new HeldSequences(contiguous);
    for (const sequence of beyond) held.add(sequence);
    this.#sequences.set(incarnation, held);
    this.#changed.add(incarnation);
  }

  has(id: EntryId): boolean {
    return this.#sequences.get(id.incarnation)?.has(id.sequence) ?? false;
  }

  add(id: EntryId): void {
    let held = this.#sequences.get(id.incarnation);
    if (held === undefined) {
      held = new HeldSequences();
      this.#sequences.set(id.incarnation, held);
    }
    held.add(id.sequence);
    this.#changed.add(id.incarnation);
  }

  contiguousOf(incarnation: string): number {
    return this.#sequences.get(incarnation)?.contiguous ?? 0;
  }

  spansOf(incarnation: string): readonly SequenceSpan[] {
    return this.#sequences.get(incarnation)?.spans ?? NONE;
  }

  /**
   * As of now. Asked for every second, and for thousands of incarnations, of which all but a few have ended long ago: costs
   * one copy of a map when something has changed, and nothing otherwise.
   */
  get holdings(): Holdings {
    if (this.#changed.size === 0) return this.#holdings;
    const holdings = new Map(this.#holdings);
    for (const incarnation of this.#changed) {
      const spans = this.spansOf(incarnation);
      if (spans.length > 0) holdings.set(incarnation, spans);
    }
    this.#changed.clear();
    this.#holdings = holdings;
    return holdings;
  }
}
