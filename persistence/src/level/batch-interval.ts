/** Writes count for about so long: ten intervals, so that no single batch decides, and a tenth of a second after a rush. */
const MEMORY_MS = 100;

/** From here on waiting pays: at 1,300 a second, an interval of 8 ms gathers ten writes. */
const WAIT_FROM_PER_MS = 1.3;
/** Here an interval is as long as it may be. */
const FULL_FROM_PER_MS = 2;

/** How many writes come, smoothed: each counts the less the longer ago it was. */
export class WriteRate {
  #weight = 0;
  #at = 0;

  count(nowMs: number): void {
    this.#weight = this.#weightAt(nowMs) + 1;
    this.#at = nowMs;
  }

  perMs(nowMs: number): number {
    return this.#weightAt(nowMs) / MEMORY_MS;
  }

  #weightAt(nowMs: number): number {
    // A wall clock, where it stands in, may be put back.
    return this.#weight * Math.exp(-Math.max(0, nowMs - this.#at) / MEMORY_MS);
  }
}

/** What should lie between the beginnings of two batches: nothing unless very many writes come. */
export function batchInterval(writesPerMs: number, longestMs: number): number {
  const share = (writesPerMs - WAIT_FROM_PER_MS) / (FULL_FROM_PER_MS - WAIT_FROM_PER_MS);
  return longestMs * Math.min(1, Math.max(0, share));
}
