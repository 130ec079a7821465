/**
 * One line for people who watch what a run costs; no judgement, since machines differ.
 *
 * @param {readonly { step: string, durationMs: number }[]} outcomes
 * @returns {string}
 */
export function describeDurations(outcomes) {
  const total = outcomes.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return [...outcomes.map(({ step, durationMs }) => `${step} ${inWords(durationMs)}`), `total ${inWords(total)}`].join(
    ', ',
  );
}

/** @param {number} durationMs */
function inWords(durationMs) {
  const seconds = Math.round(durationMs / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
