import { parseArgs } from 'node:util';
import { type ContestantName, contestantNames, OTHER_CHECKOUT, usualContestants } from './contestants.ts';
import { workloadNames } from './workloads/index.ts';
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

export const usage = `npm run bench -- [options]

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
  --profile DIRECTORY   keep a processor profile of each server there; its figures are slower then`;

/** @throws with what is wrong, for the person who typed it */
export function parseBenchOptions(args: readonly string[]): BenchOptions {
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
    },
  });
  return {
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
