import { inventSeed } from '@quire/testing';
import { describe, expect, test } from 'vitest';
import { ROUND_MS, runChaos } from './chaos-run.ts';
import { nodeFaults, redisFaults } from './plan.ts';

const MINUTES = 3;

describe('a cluster that is done all kinds of harm', () => {
  test(`[G1] [G2] [G7] loses nothing that it receipted, and ends as if nothing had been, after ${MINUTES} minutes`, async () => {
    const seed = inventSeed();
    console.log(`seed ${seed}: npm run chaos -- --minutes ${MINUTES} --seed ${seed}`);
    const result = await runChaos({
      seed,
      durationMs: ROUND_MS,
      rounds: MINUTES,
      signal: AbortSignal.timeout(570_000),
      say: (line) => console.log(line),
    });
    console.log(JSON.stringify(result));
    expect(Object.values(result.faults).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(30);
    // What it left out it has said, and why.
    const accounted = [...Object.keys(result.faults), ...Object.keys(result.leftOut)];
    expect(accounted.sort()).toEqual([...nodeFaults, ...redisFaults].sort());
    expect(Object.keys(result.leftOut).filter((kind) => kind !== 'fill-disk')).toEqual([]);
    expect(result.receipted).toBeGreaterThan(1500);
    expect(result.returns).toBeGreaterThan(0);
  }, 600_000);
});
