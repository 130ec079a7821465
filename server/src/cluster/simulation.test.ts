import { describe, expect, it } from 'vitest';
import { simulate } from '../testing/simulation/simulate.ts';
import type { LiveClusterOptions } from './live-cluster.ts';

const { SEED } = process.env;
/** Of schedules that failed: a few say nothing of all. */
const isRerun = SEED !== undefined;
const FIRST = Number(SEED ?? 1);
const SEEDS = Number(process.env.SEEDS ?? (isRerun ? 1 : 2_000));

describe('a simulated cluster', () => {
  it('[G1] [G2] [G7] [R10] [R11] [R12] after any schedule of faults all nodes hold the same, and everything that was receipted, and show who is there', async () => {
    const sum = { receipts: 0, safeReceipts: 0, present: 0 };
    for (let seed = FIRST; seed < FIRST + SEEDS; seed += 1) {
      const { receipts, safeReceipts, present } = await simulate(seed);
      sum.receipts += receipts;
      sum.safeReceipts += safeReceipts;
      sum.present += present;
    }
    if (isRerun) return;
    // Schedules in which nobody could write, or be seen, would prove nothing.
    expect(sum.receipts).toBeGreaterThan(2 * SEEDS);
    expect(sum.safeReceipts).toBeGreaterThan(SEEDS);
    expect(sum.present).toBeGreaterThan(SEEDS);
  }, 600_000);

  it('lives through the same with the same seed', async () => {
    expect((await simulate(3)).timeline).toEqual((await simulate(3)).timeline);
  });

  it.skipIf(isRerun).each([
    ['give receipts for what nobody else has', 'one copy', liesOfRedis],
    ['fetch nothing from each other', 'lacks|holds|not ready', fetchesNothing],
    ['keep on screens who was on a node that is dead', 'who is not there', forgetsNobody],
  ])(
    'is found out when its nodes %s',
    async (_, complaint, spoil) => {
      const found = async (): Promise<string> => {
        for (let seed = FIRST; seed < FIRST + SEEDS; seed += 1) {
          const broken = await simulate(seed, { spoil }).then(
            () => null,
            (error: Error) => error.message,
          );
          if (broken !== null) return broken;
        }
        return 'nothing was found';
      };
      expect(await found()).toMatch(new RegExp(`^seed \\d+: .*(${complaint})`));
    },
    600_000,
  );
});

function liesOfRedis(options: LiveClusterOptions): LiveClusterOptions {
  options.bus.publish = async () => {};
  return options;
}

function fetchesNothing({ peers, ...options }: LiveClusterOptions): LiveClusterOptions {
  return { ...options, peers: { status: (...asked) => peers.status(...asked), entries: async () => [] } };
}

function forgetsNobody(options: LiveClusterOptions): LiveClusterOptions {
  if (options.rooms !== undefined) options.rooms.lose = () => {};
  return options;
}
