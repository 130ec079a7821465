import type { Random } from '@quire/testing';

/** One way in which bytes go wrong. */
export interface Mutation {
  readonly name: string;
  mutate(bytes: Uint8Array, random: Random): Uint8Array;
}

/** Numbers in lib0's encoding at which code has limits, and some that are written longer than they have to be. */
const edgeNumbers: readonly (readonly number[])[] = [
  [0],
  [127],
  [128, 1],
  [255, 255, 3],
  [255, 255, 255, 255, 7],
  [255, 255, 255, 255, 15],
  [255, 255, 255, 255, 127],
  [255, 255, 255, 255, 255, 255, 255, 15],
  [255, 255, 255, 255, 255, 255, 255, 31],
  [255, 255, 255, 255, 255, 255, 255, 255, 255, 1],
  [128, 128, 128, 128, 128, 0],
  [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
];

const edgeBytes = [0, 1, 2, 3, 4, 5, 7, 8, 10, 117, 118, 126, 127, 128, 192, 255] as const;

function splice(bytes: Uint8Array, at: number, removed: number, added: ArrayLike<number>): Uint8Array {
  return Uint8Array.from([...bytes.subarray(0, at), ...Array.from(added), ...bytes.subarray(at + removed)]);
}

export const mutations: readonly Mutation[] = [
  { name: 'cut off', mutate: (bytes, random) => bytes.slice(0, random.below(bytes.length + 1)) },
  {
    name: 'going on after its end',
    mutate: (bytes, random) =>
      splice(
        bytes,
        bytes.length,
        0,
        Array.from({ length: 1 + random.below(8) }, () => random.below(256)),
      ),
  },
  {
    name: 'with a bit turned',
    mutate: (bytes, random) => {
      const copy = bytes.slice();
      const at = random.below(Math.max(1, copy.length));
      copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
      return copy;
    },
  },
  {
    name: 'with a few bytes changed',
    mutate: (bytes, random) => {
      const copy = bytes.slice();
      for (let count = 1 + random.below(4); count > 0; count -= 1) {
        copy[random.below(Math.max(1, copy.length))] = random.oneIn(2) ? random.pick(edgeBytes) : random.below(256);
      }
      return copy;
    },
  },
  {
    name: 'with some bytes missing',
    mutate: (bytes, random) => splice(bytes, random.below(bytes.length + 1), 1 + random.below(4), []),
  },
  {
    name: 'with some bytes twice',
    mutate: (bytes, random) => {
      const at = random.below(bytes.length + 1);
      return splice(bytes, at, 0, bytes.subarray(at, at + 1 + random.below(16)));
    },
  },
  {
    name: 'with a number at its edge',
    mutate: (bytes, random) => splice(bytes, random.below(bytes.length + 1), 1, random.pick(edgeNumbers)),
  },
  {
    name: 'with zeros in it',
    mutate: (bytes, random) => splice(bytes, random.below(bytes.length + 1), random.below(8), new Uint8Array(8)),
  },
  {
    name: 'of noise',
    mutate: (bytes, random) => Uint8Array.from(bytes, () => random.below(256)),
  },
];
