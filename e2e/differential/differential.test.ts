import { createRandom, describeDifference, inventSeed, type ServerProcess, startServer } from '@quire/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Casting, perform, performAlone, readAfterwards, show } from './perform.ts';
import { printScript, writeScript } from './script.ts';

const FRESH_SEEDS = 8;
/** Seeds that once ended differently go here, each with what it found. */
const oldSeeds: readonly number[] = [1, 2026];
const castings: readonly Casting[] = ['hocuspocus', 'y-websocket', 'mixed'];

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer({
    ownProcess: true,
    env: { QUIRE_JOURNAL_COMPACT_ENTRIES: '20', QUIRE_LIMITS_UNLOAD_DELAY_MS: '0' },
  });
});
afterAll(() => server.stop());

async function compare(seed: number): Promise<void> {
  const script = writeScript(createRandom(seed));
  const alone = await performAlone(script);
  expect(alone.changes).toBeGreaterThan(10);
  for (const casting of castings) {
    const document = `differential/${seed}/${casting}`;
    try {
      const played = await perform(script, casting, server.wsUrl, document);
      expect(played.changes).toBe(alone.changes);
      expect(describeDifference(alone.doc, played.doc, ['without a server', casting])).toBeNull();
      expect(show(played.doc)).toEqual(show(alone.doc));
      expect(show(await readAfterwards(server.wsUrl, document, alone.doc))).toEqual(show(alone.doc));
    } catch (error) {
      throw new Error(`seed ${seed}, ${casting}: ${(error as Error).message}\n${printScript(script)}`, {
        cause: error,
      });
    }
  }
}

describe('the same script of edits, with leaves, returns and lost connections', () => {
  test.each(oldSeeds)('[G2] ends the same in both dialects and without a server: seed %i', (seed) => compare(seed));

  test(`[G2] ends the same in both dialects and without a server: ${FRESH_SEEDS} new seeds`, async () => {
    for (let index = 0; index < FRESH_SEEDS; index += 1) {
      const seed = inventSeed();
      console.log(`seed ${seed}`);
      await compare(seed);
    }
  }, 120_000);

  test('the scripts make every kind of edit, and people leave and return', () => {
    const steps = Array.from({ length: 10 }, (_, seed) => writeScript(createRandom(seed)).steps).flat();
    const kinds = new Set(steps.flatMap((step) => (step.kind === 'edits' ? step.edits.map((edit) => edit.kind) : [])));
    expect(kinds.size).toBe(9);
    for (const move of ['leave', 'return', 'drop']) {
      expect(steps.filter((step) => step.kind === move).length).toBeGreaterThan(5);
    }
  });
});
