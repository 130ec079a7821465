import { DISTURBED_PERCENT } from '../disturbance.ts';
import type { Sample } from '../results.ts';
import { formatNumber } from './summary.ts';

/** Whether the figures are to be believed: how much others were at work on the machine while they were taken. */
export function describeDisturbance(samples: readonly Pick<Sample, 'othersPercent'>[]): string {
  const disturbed = samples.filter(({ othersPercent }) => othersPercent > DISTURBED_PERCENT);
  const most = Math.max(0, ...samples.map(({ othersPercent }) => othersPercent));
  const measured = `Other processes used at most ${formatNumber(most)} % of a core during any measurement`;
  if (disturbed.length === 0) return `${measured}.`;
  return `${measured}, more than ${DISTURBED_PERCENT} % during ${disturbed.length} of ${samples.length}: those are not to be relied on.`;
}
