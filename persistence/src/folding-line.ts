import { type Clock, elapsedMs } from './clock.ts';
import type { Entry } from './store.ts';

/** How exactly ages are known: an hour of busy time has sixty-one marks, and what is said to be an hour old is a minute older at most. */
const MARK_EVERY_MS = 60_000;

export const UNFOLDED_MS = 3_600_000;
export const UNFOLDED_BYTES = 64 * 1024 * 1024;
/** Applied one by one when a document is opened: about a fifth of a second. */
export const UNFOLDED_ENTRIES = 10_000;

export interface FoldingLineOptions {
  readonly clock: Clock;
  /** Entries that are older are folded whatever was asked for. */
  readonly longestMs: number;
}

/** Where folding stops in a store's own entries, since not every node has those beyond it. */
export class FoldingLine {
  readonly #options: FoldingLineOptions;
  /** Numbers up to `sequence` were stored within a minute from `sinceMs` on. Oldest first. */
  readonly #marks: { sequence: number; readonly sinceMs: number }[] = [];
  #after: number | null = null;
  #aged = 0;
  #passed = 0;

  constructor(options: FoldingLineOptions) {
    this.#options = options;
  }

  /** The highest own number that is stored. */
  get passed(): number {
    return this.#passed;
  }

  /** Own entries beyond this number stay in the journal; null when none does. */
  get kept(): number | null {
    if (this.#after === null) return null;
    this.#age();
    return Math.max(this.#after, this.#aged);
  }

  keep(after: number | null): void {
    // The lowest number that all of nobody have is infinite.
    this.#after = after === null || after >= Number.MAX_SAFE_INTEGER ? null : after;
  }

  /** To be told of all own entries once they are stored, in the order of their numbers. */
  pass(entries: readonly Entry[]): void {
    const last = entries.at(-1);
    if (last === undefined) return;
    this.#passed = last.id.sequence;
    const now = elapsedMs(this.#options.clock);
    const mark = this.#marks.at(-1);
    if (mark !== undefined && now - mark.sinceMs < MARK_EVERY_MS) mark.sequence = this.#passed;
    else this.#marks.push({ sequence: this.#passed, sinceMs: now });
    // Also where nobody asks for `kept`: marks are of the last hour only.
    this.#age();
  }

  #age(): void {
    const { clock, longestMs } = this.#options;
    const agedSinceMs = elapsedMs(clock) - longestMs - MARK_EVERY_MS;
    for (;;) {
      const oldest = this.#marks[0];
      if (oldest === undefined || oldest.sinceMs > agedSinceMs) return;
      this.#aged = oldest.sequence;
      this.#marks.shift();
    }
  }
}
