import { readRetryHint } from '@quire/protocol';
import { inventSeed } from '@quire/testing';
import { describe, expect, test } from 'vitest';
import { CROWD, runRestarts } from './drain-run.ts';
import { MAX_PAUSE_MS, MAX_UNSAVED_MS, MAX_WAIT_MS } from './watch-waits.ts';

const RESTARTS = 10;

describe('a server that is restarted under load', () => {
  test(`[G1] ends with 0 and loses nothing, in ${RESTARTS} restarts; [G2] everybody has all that anybody typed; [G4] each is told when to return, and nobody waits more than 3 s once it is ready: Quire’s own client never, a published provider as long as its own pauses are shorter`, async () => {
    const seed = inventSeed();
    const restarts = await runRestarts({ seed, rounds: RESTARTS });
    for (const { sentAway, exit: _, ...numbers } of restarts) console.log(JSON.stringify({ seed, ...numbers }));
    expect(restarts).toHaveLength(RESTARTS);
    // What had reached the server was not only kept, but receipted before the goodbye.
    expect(restarts.reduce((sum, { receipted }) => sum + receipted, 0)).toBeGreaterThan(0);
    let heldToIt = 0;
    for (const { exit, inFlight, sentAway, waitsMs, oldestEditsMs, published } of restarts) {
      expect(exit).toEqual({ code: 0, signal: null });
      expect(inFlight).toBeGreaterThan(0);
      expect(sentAway).toHaveLength(CROWD);
      for (const { code, reason } of sentAway) {
        expect(code).toBe(1012);
        expect(readRetryHint(reason)).not.toBeNull();
      }
      expect(Math.max(...waitsMs)).toBeLessThanOrEqual(MAX_WAIT_MS);
      expect(Math.max(...oldestEditsMs)).toBeLessThanOrEqual(MAX_UNSAVED_MS);
      for (const { name, attempts, longestPauseMs, waitMs } of published) {
        // A server that is ready lets in who comes, whatever their own pauses are by then.
        expect([name, attempts]).toEqual([name, Math.min(attempts, 1)]);
        // HocuspocusProvider makes pauses of its own of up to 4 s, and more, where a start takes longer than three.
        if (longestPauseMs > MAX_PAUSE_MS) continue;
        heldToIt += 1;
        expect([name, waitMs <= MAX_WAIT_MS, waitMs]).toEqual([name, true, waitMs]);
      }
    }
    // A machine on which every start takes so long that none of them could be would show nothing.
    expect(heldToIt).toBeGreaterThan(0);
  }, 240_000);
});
