/** Numbers that look random and are the same for the same seed, on every machine. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number;
  pick<T>(items: readonly T[]): T;
  /** True once in `count` times, on average. */
  oneIn(count: number): boolean;
  /** Another source, whose numbers don't depend on how many are taken from this one. */
  fork(): Random;
}

export const LARGEST_SEED = 2 ** 32 - 1;

/** @param seed any whole number from 0 to `LARGEST_SEED` */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  // A Weyl sequence, whose steps are then scrambled: it visits every state once, whatever the seed.
  const nextWord = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let word = state;
    word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
    word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
    return (word ^ (word >>> 16)) >>> 0;
  };
  const random: Random = {
    next: () => nextWord() / 2 ** 32,
    below: (limit) => Math.floor(random.next() * limit),
    pick<T>(items: readonly T[]): T {
      if (items.length === 0) throw new RangeError('nothing to pick from');
      return items[random.below(items.length)] as T;
    },
    oneIn: (count) => random.below(count) === 0,
    fork: () => createRandom(nextWord()),
  };
  return random;
}

/** For a run that nobody gave a seed; whoever uses it prints it. */
export function inventSeed(): number {
  return Math.floor(Math.random() * (LARGEST_SEED + 1));
}
