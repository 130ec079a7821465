import { simulate } from './simulate.ts';

/* node server/src/testing/simulation/run-simulations.ts [FIRST SEED] [HOW MANY]: prints the timeline of each seed that fails. */
const [first = 1, count = 2_000] = process.argv.slice(2).map(Number);
const beganAt = performance.now();
const sum = { receipts: 0, safeReceipts: 0, lost: 0, present: 0 };
const failed: number[] = [];
for (let seed = first; seed < first + count; seed += 1) {
  try {
    const simulated = await simulate(seed);
    for (const name of ['receipts', 'safeReceipts', 'lost', 'present'] as const) sum[name] += simulated[name];
  } catch (error) {
    failed.push(seed);
    process.stdout.write(`${error instanceof Error ? error.message : error}\n\n`);
  }
}
const seconds = (performance.now() - beganAt) / 1_000;
process.stdout.write(
  `${count} schedules in ${seconds.toFixed(1)} s (${(count / seconds).toFixed(0)} a second): ${sum.receipts} receipts, ` +
    `${sum.safeReceipts} of them with a second copy, ${sum.lost} entries lost with all their copies, ` +
    `${sum.present} people shown in the end; failed: ${failed.join(' ') || 'none'}\n`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
