import { createRandom } from '@quire/testing';
import { describe, expect, it } from 'vitest';
import { createFaultDeck, nodeFaults, type PlannedFault, planFaults, redisFaults, targetOf } from './plan.ts';

const options = { nodes: 3, durationMs: 60_000 };
/** As long as the short form. */
const ROUNDS = 3;

function planRun(seed: number, canFillDisks = true): readonly (readonly PlannedFault[])[] {
  const random = createRandom(seed);
  const deck = createFaultDeck(random.fork(), canFillDisks);
  return Array.from({ length: ROUNDS }, () => planFaults(random.fork(), { ...options, deck }));
}

const seeds = Array.from({ length: 200 }, (_, seed) => seed);
const runs = seeds.map((seed) => planRun(seed));
const plans = runs.flat();

describe('a plan of faults', () => {
  it('is the same for the same seed, and another one for another', () => {
    expect(planRun(7)).toEqual(runs[7]);
    expect(runs[7]).not.toEqual(runs[8]);
  });

  it('has faults of every kind in each run as short as the one of CI, and a good many of them', () => {
    for (const run of runs) {
      const kinds = new Set(run.flat().map(({ fault }) => fault.kind));
      expect([...kinds].sort()).toEqual([...nodeFaults, ...redisFaults].sort());
    }
    for (const plan of plans) expect(plan.length).toBeGreaterThan(5);
  });

  it('leaves disks alone where they can’t be filled', () => {
    for (const seed of seeds) {
      const plan = planRun(seed, false).flat();
      expect(plan.filter(({ fault }) => fault.kind === 'fill-disk')).toEqual([]);
    }
  });

  it('is over in its time, and lets everybody begin in peace', () => {
    for (const { atMs, lastsMs } of plans.flat()) {
      expect(atMs).toBeGreaterThanOrEqual(2_000);
      expect(lastsMs).toBeGreaterThan(0);
      expect(atMs + lastsMs).toBeLessThanOrEqual(options.durationMs);
    }
  });

  it('has nothing happen to what something happens to already, and always leaves a node to write to', () => {
    for (const plan of plans) {
      for (const [index, one] of plan.entries()) {
        const current = plan.slice(0, index).filter(({ atMs, lastsMs }) => atMs + lastsMs > one.atMs);
        expect(current.map(({ fault }) => targetOf(fault))).not.toContain(targetOf(one.fault));
        const stopped = [...current, one].filter(({ fault }) =>
          ['kill', 'restart', 'pause', 'fill-disk'].includes(fault.kind),
        );
        expect(stopped.length).toBeLessThan(options.nodes);
      }
    }
  });

  it('has faults that overlap', () => {
    const overlapping = plans.flatMap((plan) =>
      plan.filter((one, index) => plan.slice(0, index).some(({ atMs, lastsMs }) => atMs + lastsMs > one.atMs)),
    );
    expect(overlapping.length).toBeGreaterThan(100);
  });
});
