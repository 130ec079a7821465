import { createRandom, inventSeed, LARGEST_SEED, type Random } from './random.ts';

/** The variable that runs a test again with the numbers of a run that failed. */
export const SEED_VARIABLE = 'QUIRE_TEST_SEED';

export interface SeededOptions {
  /** Left out: that in `QUIRE_TEST_SEED`, or one that nobody has chosen. */
  readonly seed?: number;
}

/**
 * Runs a test that makes things up as it goes. When it fails, the error names the seed, and how to run it again with the
 * same numbers.
 *
 * @example
 * test('both orders converge', () =>
 *   seeded(async (random) => {
 *     const words = Array.from({ length: 20 }, () => random.pick(['a', 'b', 'c']));
 *   }));
 */
export async function seeded<T>(body: (random: Random) => T | Promise<T>, options: SeededOptions = {}): Promise<T> {
  const seed = options.seed ?? chooseSeed(process.env[SEED_VARIABLE]);
  try {
    return await body(createRandom(seed));
  } catch (error) {
    throw new Error(`${messageOf(error)}\n\n${describeSeed(seed)}`, { cause: error });
  }
}

/**
 * @param wished what the variable says; undefined when it is not set
 * @throws {RangeError} when it is no seed
 */
export function chooseSeed(wished: string | undefined): number {
  if (wished === undefined || wished === '') return inventSeed();
  const seed = Number(wished);
  if (Number.isInteger(seed) && seed >= 0 && seed <= LARGEST_SEED) return seed;
  throw new RangeError(`${SEED_VARIABLE} must be a whole number from 0 to ${LARGEST_SEED}, but is "${wished}"`);
}

export function describeSeed(seed: number): string {
  return `The seed was ${seed}. ${SEED_VARIABLE}=${seed} before the command runs it again with the same numbers.`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
