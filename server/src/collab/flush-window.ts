/**
 * The longest that an edit waits for others to share its flush, in ms. Reached by a document whose flushes cost 25 ms, which
 * is more than two thousand people who are told everything: ten flushes a second at the least, so that they cost no more than
 * a quarter of the time there either, and what so many type goes on arriving.
 */
export const MAX_WINDOW_MS = 100;

/**
 * A flush may use this fraction of a document's time before the window grows. At a quarter, 250 readers (2.5 ms of
 * socket writes) get a window of 10 ms, and a document with one editor none.
 */
const BUSY_FRACTION = 0.25;

/** What each of the last flushes cost, in ms. */
export type FlushCosts = readonly [number, number, number];

export const NO_COSTS: FlushCosts = [0, 0, 0];

export function addCost([, second, third]: FlushCosts, costMs: number): FlushCosts {
  return [second, third, costMs];
}

/**
 * How long to wait before the next flush: nothing while the document is quiet, and the longer the more a flush costs. Of three the one
 * in the middle counts: a pause of the garbage collector makes no small document wait, and a batch of which hardly anybody hears
 * does not hurry a hot one.
 *
 * @param sinceLastMs time since the last began; a quiet document's is longer than any window
 */
export function windowBeforeFlush([first, second, third]: FlushCosts, sinceLastMs: number): number {
  const costMs = Math.max(Math.min(first, second), Math.min(Math.max(first, second), third));
  const windowMs = Math.min(MAX_WINDOW_MS, costMs / BUSY_FRACTION);
  return Math.max(0, windowMs - sinceLastMs);
}

/** Where flushes take their time from: finer than milliseconds, and able to wait for nothing but this loop turn. */
export interface FlushTimer {
  /** Monotonic, in ms. */
  now(): number;
  /** Less than a millisecond means: once everything that has already arrived is read. */
  after(delayMs: number, task: () => void): () => void;
}

export const systemFlushTimer: FlushTimer = {
  now: () => performance.now(),
  after(delayMs, task) {
    if (delayMs < 1) {
      const immediate = setImmediate(task);
      return () => clearImmediate(immediate);
    }
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};
