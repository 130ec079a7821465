const MINUTE_MS = 60_000;

/**
 * How fast places in texts may be marked on behalf of those who may not edit them: a token bucket for each who counts as one, that has
 * a minute's worth at once. Each is kept as the moment at which it will be full, and until then.
 */
export class AnchorPace {
  readonly #msPerAnchor: number;
  readonly #now: () => number;
  /** By party, in the order in which they last marked something. */
  readonly #fullAt = new Map<string, number>();

  /** @param now monotonic, in ms */
  constructor(perMinute: number, now: () => number) {
    this.#msPerAnchor = MINUTE_MS / perMinute;
    this.#now = now;
  }

  /** @returns whether one more may be marked now; then it has */
  take(party: string): boolean {
    const now = this.#now();
    this.#forgetFull(now);
    const fullAt = Math.max(this.#fullAt.get(party) ?? now, now) + this.#msPerAnchor;
    if (fullAt - now > MINUTE_MS) return false;
    this.#fullAt.delete(party);
    this.#fullAt.set(party, fullAt);
    return true;
  }

  /** After so long one more may be marked, by whoever may not now. */
  get retryAfterSeconds(): number {
    return Math.ceil(this.#msPerAnchor / 1_000);
  }

  /** How many are kept. */
  get size(): number {
    return this.#fullAt.size;
  }

  #forgetFull(now: number): void {
    for (const [party, fullAt] of this.#fullAt) {
      if (fullAt > now) return;
      this.#fullAt.delete(party);
    }
  }
}
