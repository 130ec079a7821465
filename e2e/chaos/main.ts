import { parseArgs } from 'node:util';
import { inventSeed } from '@quire/testing';
import { type CrashTally, runCrashes, tally } from '../crash/crash-run.ts';

const USAGE = `Kills a real server under load, and checks that nothing is missing of what it said was saved.

  npm run chaos -- [--rounds N] [--seed N]

  --rounds N   how many crashes (default: 200)
  --seed N     the same edits, and the same moments as far as a machine allows (default: another one each time)`;

const DEFAULT_ROUNDS = 200;
const LARGEST_SEED = 2 ** 32 - 1;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === null) return 2;
  if (options === 'help') {
    console.log(USAGE);
    return 0;
  }
  const { rounds, seed } = options;
  console.log(`seed ${seed}: npm run chaos -- --rounds ${rounds} --seed ${seed}`);
  try {
    const done = await runCrashes({
      seed,
      rounds,
      onRound({ number, receipted, inFlight, survivedUnreceipted, killedInRecovery }) {
        const again = killedInRecovery ? ', killed again while it recovered' : '';
        console.log(
          `${number + 1}/${rounds}: ${receipted} receipted, ${inFlight} in flight, ${survivedUnreceipted} on disk without a receipt${again}`,
        );
      },
    });
    console.log(`nothing receipted is missing: ${describe(tally(done))}`);
    return 0;
  } catch (error) {
    console.error(`FAILED ${error instanceof Error ? error.message : String(error)}`);
    console.error(`again with: npm run chaos -- --rounds ${rounds} --seed ${seed}`);
    return 1;
  }
}

function describe({ rounds, receipted, inFlight, survivedUnreceipted, killedInRecovery }: CrashTally): string {
  return `${rounds} crashes, ${receipted} receipts, ${inFlight} edits in flight, ${survivedUnreceipted} of the unreceipted on disk, ${killedInRecovery} crashes in recovery`;
}

function readOptions(args: readonly string[]): { readonly rounds: number; readonly seed: number } | 'help' | null {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { rounds: { type: 'string' }, seed: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help === true) return 'help';
    return {
      rounds: readWhole('rounds', values.rounds, 1, 1_000_000) ?? DEFAULT_ROUNDS,
      seed: readWhole('seed', values.seed, 0, LARGEST_SEED) ?? inventSeed(),
    };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return null;
  }
}

function readWhole(name: string, text: string | undefined, min: number, max: number): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new RangeError(`--${name} must be a whole number from ${min} to ${max}, not ${JSON.stringify(text)}`);
}
