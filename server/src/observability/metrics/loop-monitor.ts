import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '../../clock.ts';
import { Distribution } from './distribution.ts';
import { metricTable } from './metric-table.ts';

const NANOSECONDS_PER_MS = 1_000_000;
const SECOND_MS = 1000;

/** The Node that first measures each turn of its loop, by release line; before, it looks at intervals, and wakes up to do so. */
const FIRST_THAT_MEASURES_TURNS: ReadonlyMap<number, number> = new Map([
  [24, 21],
  [26, 5],
]);

const isMeasuring = measuresTurns(process.versions.node);

/**
 * How long the turns of the event loop take, second by second: whoever scrapes, and however often, sees the same. Nothing
 * wakes up for it.
 */
export class LoopMonitor {
  /** Stays empty where this Node does not measure turns. */
  readonly worst = new Distribution(metricTable.quire_event_loop_lag_seconds.buckets);
  /** Null where this Node does not measure turns. */
  p99Ms: number | null = isMeasuring ? 0 : null;
  readonly #clock: Clock;
  readonly #turns = monitorEventLoopDelay({ samplePerIteration: true });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns the end of it */
  start(): () => void {
    if (!isMeasuring) return () => {};
    const turns = this.#turns;
    turns.enable();
    // The first is not a whole one: it has in it how long the loop waited for something to do.
    const forgetting = setImmediate(() => turns.reset());
    const stop = this.#clock.every(SECOND_MS, () => this.#closeSecond());
    return () => {
      stop();
      clearImmediate(forgetting);
      turns.disable();
    };
  }

  /** The turn that is under way belongs to the next second. */
  #closeSecond(): void {
    const turns = this.#turns;
    this.worst.observeMs(turns.max / NANOSECONDS_PER_MS);
    this.p99Ms = turns.percentile(99) / NANOSECONDS_PER_MS;
    turns.reset();
  }
}

/** @param version of Node, as `24.21.0`. It ignores options that it does not know, so it can't be asked otherwise. */
export function measuresTurns(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 26) return true;
  const first = FIRST_THAT_MEASURES_TURNS.get(major);
  return first !== undefined && minor >= first;
}
