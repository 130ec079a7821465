import { type ContestantName, contestants } from '../contestants.ts';
import type { Results } from '../results.ts';
import type { Metric, Workload } from '../workloads/workload.ts';
import type { Verdict } from './goals.ts';
import { type Spread, spreadOf } from './statistics.ts';

/** A table as rows of text; the first row is its head. */
export type Table = readonly (readonly string[])[];

export function spreadFor(
  { samples }: Pick<Results, 'samples'>,
  workload: string,
  contestant: ContestantName,
  metric: string,
): Spread | null {
  const values = samples
    .filter((sample) => sample.workload === workload && sample.contestant === contestant)
    .flatMap(({ readings }) => readings[metric] ?? []);
  return values.length === 0 ? null : spreadOf(values);
}

/** Contestants of a workload of which there are figures. */
export function measuredContestants({ samples }: Pick<Results, 'samples'>, workload: Workload): ContestantName[] {
  return workload.contestants.filter((name) =>
    samples.some((sample) => sample.workload === workload.name && sample.contestant === name),
  );
}

/** One row a metric, one column a contestant: medians, and their range where there is more than one run. */
export function tabulate(results: Results, workload: Workload): Table {
  const names = measuredContestants(results, workload);
  const head = ['', ...names.map((name) => describeColumn(results, workload, name))];
  const rows = workload.metrics.map((metric) => [
    metric.unit === '' ? metric.label : `${metric.label}, ${metric.unit}`,
    ...names.map((name) => describeSpread(spreadFor(results, workload.name, name, metric.key), metric)),
  ]);
  return [head, ...rows];
}

/** In how many runs a contestant was measured. */
export function countRuns({ samples }: Pick<Results, 'samples'>, workload: string, contestant: ContestantName): number {
  return samples.filter((sample) => sample.workload === workload && sample.contestant === contestant).length;
}

function describeColumn(results: Results, { name: workload }: Workload, name: ContestantName): string {
  const runs = countRuns(results, workload, name);
  const { label } = contestants[name];
  return runs === results.runs ? label : `${label} (${runs} of ${results.runs} runs)`;
}

function describeSpread(spread: Spread | null, { unit }: Pick<Metric, 'unit'>): string {
  if (spread === null) return '–';
  const digits = unit === '' && spread.max < 10 ? 2 : digitsFor(spread.median);
  return describeRange(spread, digits);
}

function describeRange({ median, min, max }: Spread, digits: number): string {
  const text = formatNumber(median, digits);
  if (min === max) return text;
  return `${text} (${formatNumber(min, digits)}–${formatNumber(max, digits)})`;
}

function digitsFor(value: number): number {
  const size = Math.abs(value);
  return size >= 100 ? 0 : size >= 10 ? 1 : 2;
}

export function formatNumber(value: number, digits = digitsFor(value)): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: 0, maximumFractionDigits: digits });
}

/** @param asked how many runs there were to be of each */
export function tabulateVerdicts(verdicts: readonly Verdict[], asked: number): Table {
  const rows = verdicts.map(({ goal, spread, runs, isMet }) => [
    goal.workload,
    goal.text,
    describeSides(goal),
    `${goal.bound === 'at least' ? '≥' : '≤'} ${goal.limit} ${goal.unit}`,
    `${describeRange(spread, 2)} ${goal.unit}`,
    `${runs} of ${asked}`,
    isMet ? 'reached' : 'not reached',
  ]);
  return [['workload', 'figure', 'of', 'goal', 'measured', 'runs', ''], ...rows];
}

/** Whose figure a goal is about, and beside whose. */
export function describeSides({ of, against }: Verdict['goal']): string {
  const own = contestants[of.contestant].label;
  if (against === null || against.contestant === of.contestant) return own;
  return `${own} / ${contestants[against.contestant].label}`;
}
