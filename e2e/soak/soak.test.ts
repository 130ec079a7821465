import { inventSeed } from '@quire/testing';
import { expect, test } from 'vitest';
import { describeLeaks, renderRows } from './report.ts';
import { runSoak } from './soak.ts';

/** The short form. What takes hours to show needs `npm run soak -- --minutes N` with more of them. */
const MINUTES = 3;
/** Two on a quiet machine: warming up, coming to rest twice, opening every document again. */
const AROUND_IT_MS = 6 * 60_000;

test(
  `[G4] after ${MINUTES} minutes of a mixed load everything is given back; [G1] nothing receipted is missing`,
  async ({ signal }) => {
    const seed = inventSeed();
    const say = (line: string): void => console.log(line);
    say(`seed ${seed}: npm run soak -- --minutes ${MINUTES} --seed ${seed}`);
    const { rows, faults, tally, documents } = await runSoak({ minutes: MINUTES, seed, signal, say });
    say(renderRows(rows));
    expect(faults).toEqual([]);
    expect(describeLeaks(rows)).toEqual([]);
    const missed = Object.entries(tally).filter(([, times]) => times === 0);
    expect(missed, 'what a run is not worth much without').toEqual([]);
    expect(documents).toBeGreaterThan(10);
    const peakOf = (measure: string): number => rows.find((row) => row.measure === measure)?.peak ?? 0;
    expect(peakOf('sessions')).toBeGreaterThan(50);
    expect(peakOf('people')).toBeGreaterThan(50);
    expect(peakOf('documents')).toBeGreaterThan(10);
  },
  MINUTES * 60_000 + AROUND_IT_MS,
);
