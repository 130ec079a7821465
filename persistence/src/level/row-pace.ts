import type { DocumentHead } from './document-heads.ts';

/** A row and its place in the recency index cost as much as an entry or two: so many a second do no harm. */
const ROWS_PER_SECOND = 100;
/** However many documents are busy, none of their rows is further behind. */
const MOST_BEHIND_MS = 15_000;

type Staleness = Pick<DocumentHead, 'rowStale' | 'rowWrittenAt' | 'isTitleStale'>;

/** Which rows are written now: those of a few busy documents at every interval, those of very many less often. */
export class RowPace {
  readonly #intervalMs: number;
  #left = ROWS_PER_SECOND;
  #at = Number.NEGATIVE_INFINITY;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** Of a document that is written to. A row for which this says yes counts as written. */
  isDue(head: Staleness, now: number): boolean {
    return now - head.rowWrittenAt >= this.#intervalMs && this.mayGo(head, now);
  }

  /** Of one that may have fallen quiet; otherwise as `isDue`. */
  mayGo(head: Staleness, now: number): boolean {
    if (!head.rowStale) return false;
    // A title is what people look for, and changes rarely.
    return this.#take(now) || head.isTitleStale || now - head.rowWrittenAt >= MOST_BEHIND_MS;
  }

  #take(now: number): boolean {
    // A wall clock may be put back.
    const passedMs = Math.max(0, now - this.#at);
    this.#left = Math.min(ROWS_PER_SECOND, this.#left + (passedMs * ROWS_PER_SECOND) / 1000);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
