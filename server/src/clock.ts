import { type Clock as StoreClock, systemClock as storeClock } from '@quire/persistence';

/** Where the server takes its time from, so that tests can hold it. A store takes the same clock. */
export interface Clock extends StoreClock {
  /** Milliseconds, with fractions, since some moment: for durations, unmoved by corrections of the wall clock. */
  monotonicMs(): number;
  /** Runs `task` every `intervalMs`, the first time after one interval; returns a disposer. */
  every(intervalMs: number, task: () => void): () => void;
}

export const systemClock: Clock = {
  now: storeClock.now,
  after: storeClock.after,
  monotonicMs: () => performance.now(),
  every(intervalMs, task) {
    const timer = setInterval(task, intervalMs);
    // Sockets keep the process alive; upkeep alone does not.
    timer.unref();
    return () => clearInterval(timer);
  },
};
