interface Span {
  first: number;
  last: number;
}

/** The sequences of one incarnation that are held: everything up to `contiguous`, and spans beyond the first gap. */
export class HeldSequences {
  #contiguous = 0;
  /** Ascending, disjoint, never touching each other or `#contiguous`. As many as there are gaps. */
  readonly #spans: Span[] = [];

  constructor(contiguous = 0) {
    this.#contiguous = contiguous;
  }

  get contiguous(): number {
    return this.#contiguous;
  }

  has(sequence: number): boolean {
    if (sequence <= this.#contiguous) return sequence > 0;
    const span = this.#spans[this.#firstSpanEndingFrom(sequence)];
    return span !== undefined && span.first <= sequence;
  }

  add(sequence: number): void {
    if (this.has(sequence)) return;
    if (sequence === this.#contiguous + 1) {
      this.#contiguous = sequence;
      const next = this.#spans[0];
      if (next?.first === sequence + 1) {
        this.#contiguous = next.last;
        this.#spans.shift();
      }
      return;
    }
    const at = this.#firstSpanEndingFrom(sequence - 1);
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
  }

  /** Index of the first span whose end is not below `sequence`. */
  #firstSpanEndingFrom(sequence: number): number {
    let low = 0;
    let high = this.#spans.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const span = this.#spans[middle];
      if (span !== undefined && span.last < sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
