import { lookAgain, runStep } from './run-step.mjs';

/**
 * @typedef {readonly import('./run-step.mjs').Step[]} Lane steps one after the other
 * @typedef {readonly Lane[]} Stage lanes side by side; the last one is the longest, and is watched
 */

/**
 * Runs the lanes side by side, then takes its second looks one by one, when nothing else is going on.
 *
 * @param {Stage} lanes
 * @returns {Promise<import('./judge.mjs').Outcome[]>} in the order of the lanes
 */
export async function runStage(lanes) {
  const runs = await Promise.all(lanes.map((steps, index) => runLane(steps, index === lanes.length - 1)));
  const outcomes = [];
  for (const { step, outcome } of runs.flat()) outcomes.push(await lookAgain(step, outcome));
  return outcomes;
}

/**
 * Each step runs even when an earlier one failed.
 *
 * @param {Lane} steps
 * @param {boolean} isLive
 */
async function runLane(steps, isLive) {
  const runs = [];
  for (const step of steps) {
    if (isLive) console.log(`\n=== ${step.name}`);
    runs.push({ step, outcome: await runStep(step, isLive) });
  }
  return runs;
}
