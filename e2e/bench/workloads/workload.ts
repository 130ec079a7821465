import type { Contestant, ContestantName } from '../contestants.ts';
import type { TaskInput, TaskName, TaskOutput } from '../load/tasks.ts';
import type { BenchServer, ServerSettings } from '../server-process.ts';

/** `full` is what is published; `short` only shows that everything runs. */
export type Scale = 'full' | 'short';

export interface Metric {
  /** Of a workload that is measured at several sizes or rates, the key is `name@size`. */
  readonly key: string;
  readonly label: string;
  readonly unit: '' | 'µs' | 'ms' | 'B' | 'KiB' | 'MiB' | '%';
  readonly better: 'less' | 'more' | 'neither';
}

export type Readings = Readonly<Record<string, number>>;

/** What a workload is given to measure one contestant once. */
export interface Stage {
  readonly contestant: Contestant;
  readonly scale: Scale;
  /** The number to measure at, where otherwise a limit is searched for; null to search. */
  readonly level: number | null;
  /** Starts the contestant; whatever is still running when the workload ends is killed. */
  start(settings?: ServerSettings): Promise<BenchServer>;
  /** Has the load process do something to it. */
  load<Name extends TaskName>(name: Name, server: BenchServer, input: TaskInput<Name>): Promise<TaskOutput<Name>>;
  /** A directory that lasts as long as this measurement. */
  readonly directory: string;
  say(line: string): void;
}

export interface Workload {
  readonly name: string;
  readonly title: string;
  /** How it is measured at full scale, for the reader of the results. */
  readonly method: string;
  readonly contestants: readonly ContestantName[];
  readonly metrics: readonly Metric[];
  measure(stage: Stage): Promise<Readings>;
}

/** Of what is measured in the same way at several rates or for several times, the short form has the first. */
export function measuredAt<T>(scale: Scale, all: readonly T[]): readonly T[] {
  return scale === 'full' ? all : all.slice(0, 1);
}
