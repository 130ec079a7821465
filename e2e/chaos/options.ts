import { parseArgs } from 'node:util';
import { inventSeed, LARGEST_SEED } from '@quire/testing';
import { readWhole } from '../read-whole.ts';

export interface ChaosOptions {
  readonly rounds: number;
  readonly frames: number;
  /** Of faults that a simulated cluster lives through. */
  readonly schedules: number;
  /** Of harm to a cluster. */
  readonly minutes: number;
  readonly seed: number;
}

export const usage = `Kills a real server under load, and checks that nothing is missing of what it said was saved; sends hostile frames
to another one, and checks that it lives, that nobody else notices, and that it keeps nothing of them; has simulated clusters,
with a clock that is told what time it is, live through schedules of faults; and has people write on a real one whose nodes,
links, disks and Redis fail. Of both it checks that nothing that was saved is missing, that everybody, and every journal, ends
with the same, and that all see who is there.

  npm run chaos -- [--rounds N] [--frames N] [--schedules N] [--minutes N] [--seed N]

  --rounds N     how many crashes (default: 200)
  --frames N     how many hostile frames (default: 2000000)
  --schedules N  how many schedules of faults, each with a seed of its own, from the seed on (default: 20000)
  --minutes N    how long the real cluster is done harm to (default: 10)
  --seed N       the same edits, frames and faults, and the same moments as far as a machine allows (default: another one
                 each time)

Whoever names one of the first four gets that, and of the others those that are named besides.`;

const DEFAULTS = { rounds: 200, frames: 2_000_000, schedules: 20_000, minutes: 10 } as const;

/** @throws with what is wrong, for the person who typed it */
export function parseChaosOptions(args: readonly string[]): ChaosOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string' },
      frames: { type: 'string' },
      schedules: { type: 'string' },
      minutes: { type: 'string' },
      seed: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return 'help';
  const named = {
    rounds: readWhole('--rounds', values.rounds, 0, 1_000_000),
    frames: readWhole('--frames', values.frames, 0, 1_000_000_000),
    schedules: readWhole('--schedules', values.schedules, 0, 1_000_000_000),
    minutes: readWhole('--minutes', values.minutes, 0, 10_000),
  };
  const nobody = Object.values(named).every((count) => count === null);
  const rest = nobody ? DEFAULTS : { rounds: 0, frames: 0, schedules: 0, minutes: 0 };
  return {
    rounds: named.rounds ?? rest.rounds,
    frames: named.frames ?? rest.frames,
    schedules: named.schedules ?? rest.schedules,
    minutes: named.minutes ?? rest.minutes,
    seed: readWhole('--seed', values.seed, 0, LARGEST_SEED) ?? inventSeed(),
  };
}
