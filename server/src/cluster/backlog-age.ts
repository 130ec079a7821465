/** Entries that came within so long of each other count as equally old. */
const COARSENESS_MS = 1_000;
/** An hour and more of a bus that is away; beyond it times are kept half as densely. */
const MOST_MARKS = 4_096;

interface Mark {
  readonly sequence: number;
  readonly at: number;
}

/** How long the oldest of what waits has waited, from a few marks: a record that leaves makes what is behind it no younger. */
export class BacklogAge {
  #marks: Mark[] = [];

  /** @param first the number of the first entry that came now */
  came(first: number, now: number): void {
    const last = this.#marks.at(-1);
    if (last !== undefined && now - last.at < COARSENESS_MS) return;
    this.#marks.push({ sequence: first, at: now });
    if (this.#marks.length > MOST_MARKS) this.#marks = this.#marks.filter((_mark, index) => index % 2 === 0);
  }

  /** @param stored the number of the last entry there is */
  left(upTo: number, stored: number): void {
    if (upTo >= stored) {
      this.#marks = [];
      return;
    }
    // The last mark at or before the oldest that is left says how old it is at most.
    const next = this.#marks.findIndex(({ sequence }) => sequence > upTo + 1);
    const last = next === -1 ? this.#marks.length - 1 : next - 1;
    if (last > 0) this.#marks.splice(0, last);
  }

  oldestMs(now: number): number {
    const [oldest] = this.#marks;
    return oldest === undefined ? 0 : now - oldest.at;
  }
}
