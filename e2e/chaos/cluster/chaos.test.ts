import { inventSeed } from '@quire/testing';
import { describe, expect, test } from 'vitest';
import { runChaos } from './chaos-run.ts';

const DURATION_MS = 45_000;

describe('a cluster that is done all kinds of harm', () => {
  test(`[G1] [G2] [G7] loses nothing that it receipted, and ends as if nothing had been, after ${DURATION_MS / 1000} s`, async () => {
    const seed = inventSeed();
    console.log(`seed ${seed}: npm run chaos -- --minutes 1 --seed ${seed}`);
    const result = await runChaos({
      seed,
      durationMs: DURATION_MS,
      rounds: 1,
      signal: AbortSignal.timeout(220_000),
      say: (line) => console.log(line),
    });
    console.log(JSON.stringify(result));
    expect(Object.values(result.faults).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(5);
    expect(result.receipted).toBeGreaterThan(500);
    expect(result.returns).toBeGreaterThan(0);
  }, 240_000);
});
