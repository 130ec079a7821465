import type { SequenceSpan } from './store.ts';

interface Span {
  first: number;
  last: number;
}

/** The sequences of one incarnation that are held, as spans between gaps. */
export class HeldSequences {
  /** Ascending, disjoint, never touching each other. One more than there are gaps. */
  readonly #spans: Span[] = [];
  #given: readonly SequenceSpan[] | null = null;

  constructor(contiguous = 0) {
    if (contiguous > 0) this.#spans.push({ first: 1, last: contiguous });
  }

  /** Everything up to here is held. */
  get contiguous(): number {
    const span = this.#spans[0];
    return span?.first === 1 ? span.last : 0;
  }

  /** Frozen, and the same array until something is added. */
  get spans(): readonly SequenceSpan[] {
    this.#given ??= Object.freeze(this.#spans.map(({ first, last }) => Object.freeze({ first, last })));
    return this.#given;
  }

  has(sequence: number): boolean {
    const span = this.#spans[firstEndingFrom(this.#spans, sequence)];
    return span !== undefined && span.first <= sequence;
  }

  /** @returns whether it was new */
  add(sequence: number): boolean {
    if (this.has(sequence)) return false;
    this.#given = null;
    const at = firstEndingFrom(this.#spans, sequence - 1);
    const near = this.#spans[at];
    if (near?.last === sequence - 1) {
      near.last = sequence;
      const after = this.#spans[at + 1];
      if (after?.first === sequence + 1) {
        near.last = after.last;
        this.#spans.splice(at + 1, 1);
      }
    } else if (near?.first === sequence + 1) {
      near.first = sequence;
    } else {
      this.#spans.splice(at, 0, { first: sequence, last: sequence });
    }
    return true;
  }
}

/** The lowest number from `sequence` on that is held; infinity when there is none. */
export function firstHeldFrom(spans: readonly SequenceSpan[], sequence: number): number {
  const span = spans[firstEndingFrom(spans, sequence)];
  return span === undefined ? Number.POSITIVE_INFINITY : Math.max(span.first, sequence);
}

/** Index of the first span whose end is not below `sequence`. */
function firstEndingFrom(spans: readonly SequenceSpan[], sequence: number): number {
  // Nearly always it is the last one: numbers come in order.
  const newest = spans.at(-1);
  if (newest === undefined || newest.last < sequence) return spans.length;
  let low = 0;
  let high = spans.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const span = spans[middle];
    if (span !== undefined && span.last < sequence) low = middle + 1;
    else high = middle;
  }
  return low;
}
