const SECOND_MS = 1_000;

/** So many seconds' worth may come at once: what a page says when it opens, or a person who clicks fast. */
const BURST_SECONDS = 2;

/** How many events may come: a token bucket, kept as the moment at which it will be full. */
export class EventPace {
  readonly #perSecond: number;
  #fullAt = 0;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** @returns whether one more may come now; then it has */
  take(nowMs: number): boolean {
    const fullAt = Math.max(this.#fullAt, nowMs) + SECOND_MS / this.#perSecond;
    if (fullAt - nowMs > BURST_SECONDS * SECOND_MS) return false;
    this.#fullAt = fullAt;
    return true;
  }
}
