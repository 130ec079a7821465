import { type Cost, openTypingStage } from './measure-typing.ts';

/** Until the code of the server is compiled, in other threads of its process. */
const WARM_UP_SECONDS = 60;
const SLICE_SECONDS = 0.5;
const RESAMPLINGS = 2_000;

interface Pair {
  readonly on: Cost;
  readonly off: Cost;
}

export interface Switching {
  /** Microseconds of CPU per edit, over all slices. */
  readonly on: number;
  readonly off: number;
  readonly ratio: number;
  /** Between these it is in 95 % of the resamplings of the pairs. */
  readonly least: number;
  readonly most: number;
  readonly pairs: number;
}

/**
 * One server in slices with metrics and without, so short that the machine has no time to drift between them; which of two
 * comes first alternates.
 */
export async function measureSwitching(count: number, isSwitched: boolean): Promise<Switching> {
  const stage = await openTypingStage();
  try {
    await stage.typeFor(WARM_UP_SECONDS);
    const pairs: Pair[] = [];
    const measure = async (on: boolean): Promise<Cost> => {
      await stage.switchMetrics(on || !isSwitched);
      return stage.typeFor(SLICE_SECONDS);
    };
    while (pairs.length < count) {
      const isOnFirst = pairs.length % 2 === 0;
      const [first, second] = [await measure(isOnFirst), await measure(!isOnFirst)];
      pairs.push(isOnFirst ? { on: first, off: second } : { on: second, off: first });
    }
    const ratios = Array.from({ length: RESAMPLINGS }, () => ratioOf(resample(pairs))).toSorted((a, b) => a - b);
    return {
      on: perEdit(pairs.map(({ on }) => on)),
      off: perEdit(pairs.map(({ off }) => off)),
      ratio: ratioOf(pairs),
      least: ratios[Math.floor(RESAMPLINGS * 0.025)] ?? Number.NaN,
      most: ratios[Math.floor(RESAMPLINGS * 0.975)] ?? Number.NaN,
      pairs: count,
    };
  } finally {
    await stage.close();
  }
}

function resample(pairs: readonly Pair[]): readonly Pair[] {
  return pairs.map(() => pairs[Math.floor(Math.random() * pairs.length)] as Pair);
}

function ratioOf(pairs: readonly Pair[]): number {
  return perEdit(pairs.map(({ on }) => on)) / perEdit(pairs.map(({ off }) => off));
}

function perEdit(costs: readonly Cost[]): number {
  let [microseconds, edits] = [0, 0];
  for (const cost of costs) {
    microseconds += cost.microseconds;
    edits += cost.edits;
  }
  return microseconds / edits;
}
