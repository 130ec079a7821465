import { parseArgs } from 'node:util';
import { inventSeed, LARGEST_SEED } from '@quire/testing';
import { readWhole } from '../read-whole.ts';

export interface ChaosOptions {
  readonly rounds: number;
  readonly frames: number;
  readonly seed: number;
}

export const usage = `Kills a real server under load, and checks that nothing is missing of what it said was saved; then sends hostile
frames to another one, and checks that it lives, that nobody else notices, and that it keeps nothing of them.

  npm run chaos -- [--rounds N] [--frames N] [--seed N]

  --rounds N   how many crashes (default: 200)
  --frames N   how many hostile frames (default: 2000000)
  --seed N     the same edits and frames, and the same moments as far as a machine allows (default: another one each
               time)`;

const DEFAULT_ROUNDS = 200;
const DEFAULT_FRAMES = 2_000_000;

/** @throws with what is wrong, for the person who typed it */
export function parseChaosOptions(args: readonly string[]): ChaosOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string' },
      frames: { type: 'string' },
      seed: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return 'help';
  return {
    rounds: readWhole('--rounds', values.rounds, 0, 1_000_000) ?? DEFAULT_ROUNDS,
    frames: readWhole('--frames', values.frames, 0, 1_000_000_000) ?? DEFAULT_FRAMES,
    seed: readWhole('--seed', values.seed, 0, LARGEST_SEED) ?? inventSeed(),
  };
}
