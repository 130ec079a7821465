import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '../../clock.ts';
import { Distribution } from './distribution.ts';
import { metricTable } from './metric-table.ts';

/**
 * The delays that Node measures include the interval at which it looks. Each look wakes a process that may have nothing else
 * to do: fifty a second took ten times what an idle server takes. Node can also look at each turn of the loop, without a
 * timer, but leaves out what sockets and files call back, which is where a server is held up.
 */
const RESOLUTION_MS = 50;
const NANOSECONDS_PER_MS = 1_000_000;
const SECOND_MS = 1000;

/** How long the event loop is held up, second by second: whoever scrapes, and however often, sees the same. */
export class LoopMonitor {
  readonly worst = new Distribution(metricTable.quire_event_loop_lag_seconds.buckets);
  p99Ms = 0;
  readonly #clock: Clock;
  readonly #delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #delayAfterResetMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns the end of it */
  start(): () => void {
    this.#delays.enable();
    let cancelGap = this.#watchGap();
    const stop = this.#clock.every(SECOND_MS, () => {
      this.#closeSecond();
      cancelGap();
      cancelGap = this.#watchGap();
    });
    return () => {
      stop();
      cancelGap();
      this.#delays.disable();
    };
  }

  #closeSecond(): void {
    const delays = this.#delays;
    const worstMs = Math.max(delays.max / NANOSECONDS_PER_MS - RESOLUTION_MS, this.#delayAfterResetMs, 0);
    this.worst.observeMs(worstMs);
    this.p99Ms = Math.max(delays.percentile(99) / NANOSECONDS_PER_MS - RESOLUTION_MS, 0);
    delays.reset();
  }

  /** Node leaves out the first interval after a reset, so a turn that began then would not be seen by it. */
  #watchGap(): () => void {
    this.#delayAfterResetMs = 0;
    const due = this.#clock.monotonicMs() + RESOLUTION_MS;
    return this.#clock.after(RESOLUTION_MS, () => {
      this.#delayAfterResetMs = this.#clock.monotonicMs() - due;
    });
  }
}
