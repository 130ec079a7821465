/** Where the store takes its time from, so that tests can hold it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds, with fractions, since some moment: for durations. Where it is missing, `now` stands in. */
  monotonicMs?(): number;
  /** Runs `task` once after `delayMs`; returns a disposer. */
  after(delayMs: number, task: () => void): () => void;
}

export function elapsedMs(clock: Clock): number {
  return clock.monotonicMs?.() ?? clock.now();
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};
