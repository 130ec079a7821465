import type { Clock } from '../clock.ts';

/** An answer that took longer does not tell well enough when it was given. */
const LONGEST_ANSWER_MS = 500;

/**
 * What time it is for all nodes alike, to within the time that a message takes: by the clock of the bus, whatever their own
 * say. While the bus is away it goes on from what that said last; before it said anything it is the time of day here.
 */
export class CommonTime {
  readonly #clock: Clock;
  /** Of the bus's time of day, above the monotonic clock here; null while it is not known. */
  #aheadMs: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws whatever `read` rejects with */
  async ask(read: () => Promise<number>): Promise<void> {
    const askedAt = this.#clock.monotonicMs();
    const time = await read();
    const answeredAt = this.#clock.monotonicMs();
    if (this.#aheadMs !== null && answeredAt - askedAt > LONGEST_ANSWER_MS) return;
    this.#aheadMs = time - (askedAt + answeredAt) / 2;
  }

  now(): number {
    if (this.#aheadMs === null) return this.#clock.now();
    return Math.floor(this.#clock.monotonicMs() + this.#aheadMs);
  }

  /** How far the clock of this node is ahead of it; below zero when it is behind, null while it is not known. */
  get skewMs(): number | null {
    return this.#aheadMs === null ? null : this.#clock.now() - this.now();
  }
}
