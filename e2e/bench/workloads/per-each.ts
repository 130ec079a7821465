import type { Scale } from './workload.ts';

/**
 * A cost shared out.
 *
 * @throws when there is nothing to share it among; in the short form, which a busy machine may leave with nothing, 0
 */
export function perEach(scale: Scale, total: number, count: number): number {
  if (count > 0) return total / count;
  if (scale === 'full') throw new Error('nothing was counted that a cost could be shared among');
  return 0;
}
