import { parseArgs } from 'node:util';
import { inventSeed, LARGEST_SEED } from '@quire/testing';
import { readWhole } from '../read-whole.ts';

export interface SoakOptions {
  /** How long the load lasts; the warm-up before it, and the rest and the looking after both, come on top. */
  readonly minutes: number;
  readonly seed: number;
}

export const usage = `Holds a mixed load on a real server, and checks that everything it takes for it is given back.

  npm run soak -- [--minutes N] [--seed N]

  --minutes N   how long the load lasts (default: 10); two to three minutes around it come on top
  --seed N      the same choices, in an order that depends on the machine (default: another one each time)`;

const DEFAULT_MINUTES = 10;
/** A week. */
const MOST_MINUTES = 7 * 24 * 60;

/** @throws with what is wrong, for the person who typed it */
export function parseSoakOptions(args: readonly string[]): SoakOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: { minutes: { type: 'string' }, seed: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) return 'help';
  return {
    minutes: readWhole('--minutes', values.minutes, 1, MOST_MINUTES) ?? DEFAULT_MINUTES,
    seed: readWhole('--seed', values.seed, 0, LARGEST_SEED) ?? inventSeed(),
  };
}
