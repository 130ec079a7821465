import { describe, expect, it } from 'vitest';
import { simulate } from '../testing/simulation/simulate.ts';

const FIRST = Number(process.env.SEED ?? 1);
const SEEDS = Number(process.env.SEEDS ?? (process.env.SEED === undefined ? 200 : 1));

describe('a simulated cluster', () => {
  it('[G1][G2][R11][R12] after any schedule of faults all nodes hold the same, and everything that was receipted', async () => {
    let receipts = 0;
    let safeReceipts = 0;
    for (let seed = FIRST; seed < FIRST + SEEDS; seed += 1) {
      const simulated = await simulate(seed);
      receipts += simulated.receipts;
      safeReceipts += simulated.safeReceipts;
    }
    // Schedules in which nobody could write would prove nothing.
    expect(receipts).toBeGreaterThan(5 * SEEDS);
    expect(safeReceipts).toBeGreaterThan(2 * SEEDS);
  }, 600_000);
});
