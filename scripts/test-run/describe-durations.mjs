/**
 * One line for people who watch what a run costs; no judgement, since machines differ. Steps may have run side by side.
 *
 * @param {readonly { step: string, durationMs: number }[]} outcomes
 * @param {number} totalMs
 * @returns {string}
 */
export function describeDurations(outcomes, totalMs) {
  const steps = outcomes.map(({ step, durationMs }) => `${step} ${inWords(durationMs)}`);
  return [...steps, `total ${inWords(totalMs)}`].join(', ');
}

/** @param {number} durationMs */
function inWords(durationMs) {
  const seconds = Math.round(durationMs / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
