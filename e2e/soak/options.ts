import { parseArgs } from 'node:util';
import { inventSeed } from '@quire/testing';

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
const LARGEST_SEED = 2 ** 32 - 1;

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

function readWhole(option: string, text: string | undefined, min: number, max: number): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new RangeError(`${option} must be a whole number from ${min} to ${max}, not ${JSON.stringify(text)}`);
}
