import { inventSeed } from '@quire/testing';
import { describe, expect, test } from 'vitest';
import { describeLeaks, renderRows } from '../soak/report.ts';
import { runDoor } from './door/door-run.ts';
import { describeRun, runFuzz } from './fuzz-run.ts';
import { oldSeeds } from './old-seeds.ts';
import { runReaders } from './reader-run.ts';

/** `npm run chaos` sends many times as many. */
const FRAMES = 12_000;
const FRAMES_AT_THE_DOOR = 10_000;
const SESSIONS_OVER_HTTP = 80;
const FRAMES_OF_READERS = 4_000;
const FRAMES_OF_OLD_SEEDS = 6_000;
/** Twenty times what it takes on a machine that has nothing else to do. */
const TIMEOUT_MS = 480_000;

const say = (line: string): void => console.log(line);

describe('hostile frames of every kind, in both dialects', () => {
  test(
    `[G4] ${FRAMES} of them end no connection but their own, and leave nothing in memory`,
    async ({ signal }) => {
      const seed = inventSeed();
      say(`seed ${seed}: npm run chaos -- --rounds 0 --frames ${FRAMES} --seed ${seed}`);
      const result = await runFuzz({ seed, frames: FRAMES, measured: 'when empty', signal, say });
      say(`${describeRun(result)}\n\n${renderRows(result.rows)}`);
      expect(result.faults).toEqual([]);
      expect(describeLeaks(result.rows)).toEqual([]);
      expect(result.rows.length).toBeGreaterThan(5);
      expect(result.tally.frames).toBeGreaterThanOrEqual(FRAMES);
      expect(result.innocentWords).toBeGreaterThan(50);
    },
    TIMEOUT_MS,
  );

  test.each(oldSeeds)(
    '[G4] a seed that once found something finds nothing: $seed ($found)',
    async ({ seed }) => {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const { faults } = await runFuzz({ seed, frames: FRAMES_OF_OLD_SEEDS, measured: 'not', signal, say });
      expect(faults).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    `[G6] ${FRAMES_AT_THE_DOOR} of them, and ${SESSIONS_OVER_HTTP} sessions over HTTP, get nobody in who has no good token; [G4] they leave nothing in memory`,
    async ({ signal }) => {
      const seed = inventSeed();
      say(`seed ${seed}`);
      const result = await runDoor({ seed, frames: FRAMES_AT_THE_DOOR, lines: SESSIONS_OVER_HTTP, signal, say });
      const { faults, innocentWords, lines, rows, tally } = result;
      say(`${tally.describe()}\n\n${lines.describe()}\n\n${renderRows(rows)}`);
      expect(faults).toEqual([]);
      expect(describeLeaks(rows)).toEqual([]);
      expect(tally.frames).toBeGreaterThanOrEqual(FRAMES_AT_THE_DOOR);
      expect(lines.acts).toBeGreaterThan(SESSIONS_OVER_HTTP);
      expect(innocentWords).toBeGreaterThan(50);
    },
    TIMEOUT_MS,
  );

  test(
    `[G6] ${FRAMES_OF_READERS} of them by people who may only read change no document`,
    async ({ signal }) => {
      const seed = inventSeed();
      say(`seed ${seed}`);
      const { tally, changed, faults } = await runReaders({ seed, frames: FRAMES_OF_READERS, signal, say });
      say(tally.describe());
      expect(changed).toEqual([]);
      expect(faults).toEqual([]);
      for (const kind of ['an update', 'a step 2 of somebody who has something', 'a step 2 as a sync reply']) {
        expect(tally.framesOf(kind)).toBeGreaterThan(0);
      }
    },
    TIMEOUT_MS,
  );
});
