// Runs on any Node from 20 on: a shell that has looked `node` up before the set-up may still call the outer one.
// The whole proof: lint, types, unit, integration and browser tests. Each step runs even when an earlier one failed; the last
// line is always "N passed, M failed", and the status is 0 only when M is.
//   npm test                       everything, against the floors of .ci/test-floor.json
//   npm test -- --only lint,types  some steps
//   npm test -- persistence        the tests below a path
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeDurations } from './test-run/describe-durations.mjs';
import { judge } from './test-run/judge.mjs';
import { parseSelection, planStages } from './test-run/plan.mjs';
import { runStage } from './test-run/run-stage.mjs';

/** @type {import('./test-run/judge.mjs').Outcome[]} */
const outcomes = [];

/** @returns {Promise<import('./test-run/judge.mjs').Verdict>} */
async function runAll() {
  try {
    const stages = planStages(dirname(dirname(fileURLToPath(import.meta.url))), parseSelection(process.argv.slice(2)));
    for (const stage of stages) outcomes.push(...(await runStage(stage)));
    return judge(outcomes);
  } catch (error) {
    return { passed: 0, failed: 1, complaints: [error instanceof Error ? error.message : String(error)], hints: [] };
  }
}

const startedAt = performance.now();
const { passed, failed, complaints, hints } = await runAll();
console.log(`\n=== summary\ntook: ${describeDurations(outcomes, performance.now() - startedAt)}`);
for (const hint of hints) console.log(`hint: ${hint}`);
for (const complaint of complaints) console.log(`FAILED ${complaint}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
