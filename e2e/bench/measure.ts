import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Contestant, type ContestantName, contestants } from './contestants.ts';
import { DISTURBED_PERCENT, watchDisturbance } from './disturbance.ts';
import { runTask } from './load-process.ts';
import type { BenchOptions } from './options.ts';
import type { Failure, Sample } from './results.ts';
import { makeScratch, removeScratch } from './scratch.ts';
import { type BenchServer, startContestant } from './server-process.ts';
import { createWorkloads } from './workloads/index.ts';
import type { Readings, Scale, Stage, Workload } from './workloads/workload.ts';

/** Longer than the longest task takes: filling and watching a document of 50 MB. */
const TASK_TIMEOUT_MS = 240_000;

/**
 * Of one figure, while others disturb it: on a machine that is never calm the report says so. What the short form shows,
 * nobody can disturb.
 */
const MOST_ATTEMPTS: Readonly<Record<Scale, number>> = { full: 3, short: 1 };

export interface Measured {
  readonly samples: readonly Sample[];
  readonly failures: readonly Failure[];
}

/**
 * Measures everything that is asked for, one after the other; a failure is noted and the rest goes on.
 *
 * @param keep told after each figure what there is so far: hours of it may not depend on what comes last
 */
export async function measureAll(
  options: BenchOptions,
  say: (line: string) => void,
  keep: (soFar: Measured) => void,
): Promise<void> {
  if (options.profileDirectory !== null) await mkdir(options.profileDirectory, { recursive: true });
  const samples: Sample[] = [];
  const failures: Failure[] = [];
  for (const workload of createWorkloads().filter(({ name }) => options.workloads.includes(name))) {
    const names = workload.contestants.filter((name) => options.contestants.includes(name));
    for (let run = 1; run <= options.runs; run += 1) {
      for (const name of orderOf(names, run)) {
        const place = { workload: workload.name, contestant: name, run };
        say(`${workload.name}, run ${run} of ${options.runs}: ${contestants[name].label}`);
        try {
          const measure = () => measureOnce(workload, contestants[name], options, say);
          const { failed, ...measured } = await measureUndisturbed(measure, say, MOST_ATTEMPTS[options.scale]);
          samples.push({ ...place, ...measured });
          failures.push(...failed.map((message) => ({ ...place, message })));
        } catch (error) {
          const message = messageOf(error);
          failures.push({ ...place, message });
          say(`FAILED: ${message}`);
        }
        keep({ samples, failures });
      }
    }
  }
}

type Attempt = Pick<Sample, 'readings' | 'othersPercent'>;

/**
 * Measures again, a few times, where other processes were at work meanwhile; the calmest of all attempts counts.
 *
 * @returns also what failed in attempts after a first figure: it does not undo that one, and is not to be hidden
 * @throws when there is no figure to begin with
 */
export async function measureUndisturbed(
  measure: () => Promise<Readings>,
  say: (line: string) => void,
  mostAttempts: number,
  watch: typeof watchDisturbance = watchDisturbance,
): Promise<Attempt & { readonly failed: readonly string[] }> {
  const failed: string[] = [];
  let calmest: Attempt | null = null;
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    const readOthers = watch();
    let readings: Readings;
    try {
      readings = await measure();
    } catch (error) {
      if (calmest === null) throw error;
      const message = `attempt ${attempt}, the figure is of an earlier one: ${messageOf(error)}`;
      failed.push(message);
      say(`  FAILED: ${message}`);
      continue;
    }
    const othersPercent = readOthers();
    if (calmest === null || othersPercent < calmest.othersPercent) calmest = { readings, othersPercent };
    if (othersPercent <= DISTURBED_PERCENT) break;
    say(`  others used ${othersPercent.toFixed(0)} % of a core meanwhile`);
  }
  if (calmest === null) throw new Error('nothing was measured');
  return { ...calmest, failed };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Every second run goes backwards, and after each two the order turns by one: nobody always comes after the same. Beginnings
 * may repeat before everybody has had one: runs 1 and 4 begin alike.
 */
export function orderOf(names: readonly ContestantName[], run: number): ContestantName[] {
  const turn = Math.floor((run - 1) / 2) % Math.max(1, names.length);
  const turned = [...names.slice(turn), ...names.slice(0, turn)];
  return run % 2 === 1 ? turned : turned.reverse();
}

async function measureOnce(
  workload: Workload,
  contestant: Contestant,
  { scale, level, profileDirectory }: BenchOptions,
  say: (line: string) => void,
): Promise<Readings> {
  const directory = await makeScratch();
  const started: BenchServer[] = [];
  let begun = 0;
  const stage: Stage = {
    contestant,
    scale,
    level,
    directory,
    start: async (settings = {}) => {
      begun += 1;
      const profile = `${workload.name}-${contestant.name}-${begun}.cpuprofile`;
      const profilePath = profileDirectory === null ? null : join(profileDirectory, profile);
      const server = await startContestant(contestant, { profilePath, ...settings });
      started.push(server);
      return server;
    },
    load: (name, server, input) => runTask(name, server.target, input, TASK_TIMEOUT_MS),
    say: (line) => say(`  ${line}`),
  };
  try {
    return await workload.measure(stage);
  } catch (error) {
    throw new Error(`${messageOf(error)}\n${started.at(-1)?.lastWords ?? ''}`, { cause: error });
  } finally {
    for (const server of started) await server.kill();
    await removeScratch(directory);
  }
}
