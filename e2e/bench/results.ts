import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type ContestantName, contestants } from './contestants.ts';
import type { Machine } from './machine.ts';
import type { Source } from './source.ts';
import type { Readings, Scale } from './workloads/workload.ts';

/** One contestant, measured once under one workload. */
export interface Sample {
  readonly workload: string;
  readonly contestant: ContestantName;
  readonly run: number;
  readonly readings: Readings;
  /** What other processes used meanwhile, in percent of one core. */
  readonly othersPercent: number;
}

export interface Failure {
  readonly workload: string;
  readonly contestant: ContestantName;
  readonly run: number;
  readonly message: string;
}

export interface MeasuredSource {
  readonly source: Source;
  readonly workloads: readonly string[];
}

export interface Results {
  readonly startedAt: string;
  readonly durationMinutes: number;
  readonly scale: Scale;
  readonly runs: number;
  /** Where limits were not searched for: the number at which everybody was measured instead. */
  readonly level: number | null;
  readonly machine: Machine;
  /** Which code was measured: one, unless it was measured in parts. */
  readonly sources: readonly MeasuredSource[];
  /** What each contestant is, with versions. */
  readonly contestants: Readonly<Partial<Record<ContestantName, string>>>;
  readonly samples: readonly Sample[];
  readonly failures: readonly Failure[];
}

export function describeContestants(names: readonly ContestantName[]): Results['contestants'] {
  return Object.fromEntries(names.map((name) => [name, contestants[name].describe()]));
}

/** Whoever is stopped in the middle of it has the ones from before. */
export function writeResults(path: string, results: Results): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.part`;
  writeFileSync(draft, `${JSON.stringify(results, null, 2)}\n`);
  renameSync(draft, path);
}

export function workloadsOf({ samples, failures }: Pick<Results, 'samples' | 'failures'>): string[] {
  return [...new Set([...samples, ...failures].map(({ workload }) => workload))];
}

/** As they may be in a file from before all of it was noted. */
interface StoredResults extends Omit<Results, 'machine' | 'sources'> {
  readonly machine: Omit<Machine, 'isLoadApart' | 'scratch'> & Partial<Machine>;
  readonly sources?: Results['sources'];
}

/** @throws when they are from before results named what was measured */
export function readResults(path: string): Results {
  const { machine, sources, ...results }: StoredResults = JSON.parse(readFileSync(path, 'utf8'));
  if (sources === undefined) throw new Error(`${path} does not say which commit was measured`);
  const { isLoadApart = machine.serverCore !== machine.loadCores, scratch = null } = machine;
  return { ...results, machine: { ...machine, isLoadApart, scratch }, sources };
}
