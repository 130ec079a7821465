import { HeldSequences } from './held-sequences.ts';
import { LayeredMap } from './layered-map.ts';
import type { EntryId, Holdings, SequenceSpan } from './store.ts';

const NONE: readonly SequenceSpan[] = Object.freeze([]);

/** Which entries are held, of all incarnations. */
export class HeldEntries {
  readonly #sequences = new Map<string, HeldSequences>();
  /** Incarnations that have changed since the holdings were last given out. */
  readonly #changed = new Set<string>();
  #holdings = new LayeredMap<string, readonly SequenceSpan[]>();

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
    if (held.add(id.sequence)) this.#changed.add(id.incarnation);
  }

  contiguousOf(incarnation: string): number {
    return this.#sequences.get(incarnation)?.contiguous ?? 0;
  }

  spansOf(incarnation: string): readonly SequenceSpan[] {
    return this.#sequences.get(incarnation)?.spans ?? NONE;
  }

  /**
   * As of now. Asked for with every record that comes from another node, and there may be thousands of incarnations, of which
   * all but a few have ended long ago: costs as much as has changed since.
   */
  get holdings(): Holdings {
    if (this.#changed.size === 0) return this.#holdings;
    const changes = [...this.#changed].map((incarnation) => [incarnation, this.spansOf(incarnation)] as const);
    this.#holdings = this.#holdings.with(changes.filter(([, spans]) => spans.length > 0));
    this.#changed.clear();
    return this.#holdings;
  }
}
