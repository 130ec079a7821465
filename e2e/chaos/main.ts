import { type CrashTally, runCrashes, tally } from '../crash/crash-run.ts';
import { describeRun, runFuzz } from '../fuzz/fuzz-run.ts';
import { describeLeaks, renderRows } from '../soak/report.ts';
import { describeLeftOut, ROUND_MS, runChaos } from './cluster/chaos-run.ts';
import { type ChaosOptions, parseChaosOptions, usage } from './options.ts';
import { runSimulations } from './run-simulations.ts';

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === null) return 2;
  if (options === 'help') {
    console.log(usage);
    return 0;
  }
  const { rounds, frames, schedules, minutes, seed } = options;
  const signal = stopSignal();
  const again = (part: string): string => `npm run chaos -- ${part} --seed ${seed}`;
  const parts = [
    rounds === 0 || (await crash(options, signal, again(`--rounds ${rounds}`))),
    frames === 0 || (await fuzz(options, signal, again(`--frames ${frames}`))),
    schedules === 0 || (await simulate(options, signal, again(`--schedules ${schedules}`))),
    minutes === 0 || (await harm(options, signal, again(`--minutes ${minutes}`))),
  ];
  return parts.every((passed) => passed) ? 0 : 1;
}

function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
  }
  return stop.signal;
}

/** @returns whether nothing that was receipted is missing */
async function crash({ rounds, seed }: ChaosOptions, signal: AbortSignal, again: string): Promise<boolean> {
  console.log(`seed ${seed}: ${again}`);
  try {
    const done = await runCrashes({
      seed,
      rounds,
      signal,
      onRound({ number, receipted, inFlight, survivedUnreceipted, killedInRecovery }) {
        const twice = killedInRecovery ? ', killed again while it recovered' : '';
        console.log(
          `${number + 1}/${rounds}: ${receipted} receipted, ${inFlight} in flight, ${survivedUnreceipted} on disk without a receipt${twice}`,
        );
      },
    });
    console.log(`nothing receipted is missing: ${describe(tally(done))}`);
    return true;
  } catch (error) {
    return fail([error instanceof Error ? error.message : String(error)], again);
  }
}

function describe({ rounds, receipted, inFlight, survivedUnreceipted, killedInRecovery }: CrashTally): string {
  return `${rounds} crashes, ${receipted} receipts, ${inFlight} edits in flight, ${survivedUnreceipted} of the unreceipted on disk, ${killedInRecovery} crashes in recovery`;
}

/** @returns whether the server took it, and nobody else noticed */
async function fuzz({ frames, seed }: ChaosOptions, signal: AbortSignal, again: string): Promise<boolean> {
  console.log(`seed ${seed}: ${again}`);
  try {
    const say = (line: string): void => console.log(line);
    const result = await runFuzz({ seed, frames, measured: 'at rest', signal, say });
    console.log(`\n${describeRun(result)}\n\n${renderRows(result.rows)}`);
    const problems = [...result.faults, ...describeLeaks(result.rows)];
    if (problems.length > 0) return fail(problems, again);
    console.log('\nPASSED: the server took all of it, nobody else noticed, and nothing of it was left');
    return true;
  } catch (error) {
    return fail([error instanceof Error ? error.message : String(error)], again);
  }
}

/** @returns whether nothing that was promised was broken in any of them */
async function simulate({ schedules, seed }: ChaosOptions, signal: AbortSignal, again: string): Promise<boolean> {
  console.log(`seed ${seed}: ${again}`);
  try {
    const isPassed = await runSimulations({ seed, schedules, signal });
    return isPassed || fail(['a simulated cluster broke a promise: each seed is told above'], again);
  } catch (error) {
    return fail([error instanceof Error ? error.message : String(error)], again);
  }
}

/** @returns whether everything that was receipted is there, and everybody has the same */
async function harm({ minutes, seed }: ChaosOptions, signal: AbortSignal, again: string): Promise<boolean> {
  console.log(`seed ${seed}: ${again}`);
  try {
    const say = (line: string): void => console.log(line);
    const done = await runChaos({ seed, durationMs: ROUND_MS, rounds: minutes, signal, say });
    const { faults, leftOut, receipted, returns } = done;
    const counts = Object.entries(faults).map(([kind, count]) => `${count} × ${kind}`);
    const without = Object.keys(leftOut).length === 0 ? '' : `, ${describeLeftOut(leftOut)}`;
    console.log(
      `\nPASSED: ${receipted} receipts kept through ${counts.join(', ')}${without}; writers came back ${returns} times`,
    );
    return true;
  } catch (error) {
    return fail([error instanceof Error ? error.message : String(error)], again);
  }
}

function fail(problems: readonly string[], again: string): false {
  for (const problem of problems) console.error(`FAILED ${problem}`);
  console.error(`again with: ${again}`);
  return false;
}

function readOptions(args: readonly string[]): ChaosOptions | 'help' | null {
  try {
    return parseChaosOptions(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return null;
  }
}
