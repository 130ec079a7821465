export interface Trial<T> {
  readonly level: number;
  readonly isHeld: boolean;
  readonly readings: T;
}

/** Far beyond its limit a contestant takes long to show it: levels are not passed over by the dozen. */
const WIDEST_STRIDE = 4;

/**
 * The highest of `levels` that is held, taking it that whoever fails one fails all above: strides from `start` until
 * one is held and a higher one isn't, then halves what is between.
 *
 * @param levels ascending
 * @returns null when not even the lowest is held
 */
export async function findLimit<T>(
  levels: readonly number[],
  start: number,
  attempt: (level: number) => Promise<Trial<T>>,
): Promise<Trial<T> | null> {
  let held = -1;
  let failed = levels.length;
  let best: Trial<T> | null = null;
  let stride = 1;
  let index = Math.max(0, Math.min(levels.length - 1, levels.indexOf(start)));
  while (failed - held > 1) {
    const trial = await attempt(levels[index] as number);
    if (trial.isHeld) {
      best = trial;
      held = index;
    } else {
      failed = index;
    }
    const isBracketed = held >= 0 && failed < levels.length;
    if (isBracketed) index = held + Math.floor((failed - held) / 2);
    else index = held >= 0 ? Math.min(held + stride, levels.length - 1) : Math.max(failed - stride, 0);
    stride = Math.min(2 * stride, WIDEST_STRIDE);
  }
  return best;
}
