import { inventSeed } from '@quire/testing';
import { describe, expect, test } from 'vitest';
import { runCrashes, tally } from './crash-run.ts';

const ROUNDS = 20;

describe('a server that is killed under load', () => {
  test(`[G1] loses nothing that it receipted, in ${ROUNDS} crashes; [G2] and everybody converges`, async () => {
    const seed = inventSeed();
    console.log(`seed ${seed}: npm run chaos -- --rounds ${ROUNDS} --frames 0 --seed ${seed}`);
    const rounds = await runCrashes({ seed, rounds: ROUNDS });
    console.log(JSON.stringify(tally(rounds)));
    expect(rounds).toHaveLength(ROUNDS);
    for (const round of rounds) {
      expect(round.signal).toBe('SIGKILL');
      expect(round.receipted).toBeGreaterThanOrEqual(100);
      expect(round.inFlight).toBeGreaterThan(0);
    }
  }, 240_000);
});
