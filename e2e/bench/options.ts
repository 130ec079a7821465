import { parseArgs } from 'node:util';
import { type ContestantName, contestantNames, OTHER_CHECKOUT, usualContestants } from './contestants.ts';
import { createWorkloads, workloadNames } from './workloads/index.ts';
import type { Scale } from './workloads/workload.ts';

export interface BenchOptions {
  readonly scale: Scale;
  readonly workloads: readonly string[];
  readonly contestants: readonly ContestantName[];
  readonly runs: number;
  /** For workloads that search for a limit: measure at this number instead; null to search. */
  readonly level: number | null;
  /** Where the results go; null: a file of their own in `results/`. */
  readonly output: string | null;
  /** Results to report again, without measuring; of several files, each has other workloads. Empty: measure. */
  readonly from: readonly string[];
  /** Whether docs/benchmarks.md and its plots are to be rewritten from these results. */
  readonly publish: boolean;
  /** Where processor profiles of the servers go, of the last run; null for none. */
  readonly profileDirectory: string | null;
}

export const usage = `Measures Quire beside what others use, on this machine: docs/benchmarks.md says how.

  npm run bench -- [options]

  --short               minutes instead of hours: shows that everything runs, measures nothing worth reading
  --only A,B            some of: ${workloadNames.join(', ')}
  --contestants A,B     some of: ${contestantNames.join(', ')};
                        quire-tokens asks everybody for a token, quire-other is the checkout in
                        ${OTHER_CHECKOUT}; both are only measured when they are named
  --runs N              runs of each, in alternating order (default 5; 1 with --short)
  --level N             so many typists or documents, where otherwise the most that are held would be searched for
  --json FILE           where the results go (default: a new file in e2e/bench/results)
  --from A.json,B.json  report results that were measured before, in one go or workload by workload
  --publish             rewrite the tables and plots of docs/benchmarks.md from the results
  --profile DIRECTORY   keep a processor profile of each server there; its figures are slower then
  --help                this

Control-C ends it at once; what was measured until then is kept.`;

/** Nothing that is measured, and so nothing that has a meaning beside results that are there. */
const OF_MEASURING = ['short', 'only', 'contestants', 'runs', 'level', 'json', 'profile'] as const;

/** A median of fewer moves with a single run, and its range says little. */
export const LEAST_PUBLISHED_RUNS = 5;

/** @throws with what is wrong, for the person who typed it */
export function parseBenchOptions(args: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      short: { type: 'boolean', default: false },
      only: { type: 'string' },
      contestants: { type: 'string' },
      runs: { type: 'string' },
      level: { type: 'string' },
      json: { type: 'string' },
      from: { type: 'string' },
      publish: { type: 'boolean', default: false },
      profile: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const idle = OF_MEASURING.find((name) => values[name] !== undefined && values[name] !== false);
  if (values.from !== undefined && idle !== undefined) {
    throw new Error(`--from reports what was measured before, so that --${idle} has no meaning beside it`);
  }
  const options: BenchOptions = {
    scale: values.short ? 'short' : 'full',
    workloads: pick('--only', values.only, workloadNames),
    contestants: pick('--contestants', values.contestants, contestantNames, usualContestants),
    runs: readCount('--runs', values.runs) ?? (values.short ? 1 : 5),
    level: readCount('--level', values.level),
    output: values.json ?? null,
    from: values.from?.split(',') ?? [],
    publish: values.publish,
    profileDirectory: values.profile ?? null,
  };
  if (options.from.length === 0) assertWorthMeasuring(options);
  return options;
}

/** What would come of nothing, or be refused, is better said before hours of measuring than after. */
function assertWorthMeasuring({ scale, workloads, contestants, runs, level, publish }: BenchOptions): void {
  const chosen = createWorkloads().filter(({ name }) => workloads.includes(name));
  if (!chosen.some((workload) => workload.contestants.some((name) => contestants.includes(name)))) {
    throw new Error(`${workloads.join(', ')}: nothing of it is measured with ${contestants.join(', ')}`);
  }
  if (!publish) return;
  if (scale === 'short') throw new Error('--publish: nothing of the short form is worth it; leave out --short');
  if (level !== null) throw new Error('--publish: the page has limits that were searched for; leave out --level');
  if (runs < LEAST_PUBLISHED_RUNS) {
    throw new Error(`--publish: the page has medians of ${LEAST_PUBLISHED_RUNS} runs or more, not of ${runs}`);
  }
}

function readCount(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new Error(`${option} must be a whole number from 1, not "${text}"`);
  return count;
}

function pick<Name extends string>(
  option: string,
  text: string | undefined,
  known: readonly Name[],
  unasked: readonly Name[] = known,
): readonly Name[] {
  if (text === undefined) return unasked;
  const wanted = text.split(',').map((part) => part.trim());
  const unknown = wanted.find((name) => !known.some((candidate) => candidate === name));
  if (unknown !== undefined) throw new Error(`${option}: there is no "${unknown}", but ${known.join(', ')}`);
  return known.filter((name) => wanted.includes(name));
}
