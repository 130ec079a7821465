import { simulate } from './simulate.ts';

/* node server/src/testing/simulation/run-simulations.ts [FIRST SEED] [HOW MANY]: prints the story of each seed that fails. */
const [first = 1, count = 1_000] = process.argv.slice(2).map(Number);
const beganAt = performance.now();
let receipts = 0;
let safe = 0;
let lost = 0;
const failed: number[] = [];
for (let seed = first; seed < first + count; seed += 1) {
  try {
    const simulated = await simulate(seed);
    receipts += simulated.receipts;
    safe += simulated.safeReceipts;
    lost += simulated.lost;
  } catch (error) {
    failed.push(seed);
    process.stdout.write(`${error instanceof Error ? error.message : error}\n\n`);
  }
}
const seconds = ((performance.now() - beganAt) / 1_000).toFixed(1);
process.stdout.write(
  `${count} schedules in ${seconds} s, ${receipts} receipts, ${safe} of them with a second copy, ${lost} entries lost with all their copies; failed: ${failed.join(' ') || 'none'}\n`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
