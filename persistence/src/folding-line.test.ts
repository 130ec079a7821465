import { expect, it } from 'vitest';
import { FIRST_EPOCH } from './epoch.ts';
import { FoldingLine } from './folding-line.ts';
import { ManualClock } from './testing/manual-clock.ts';

const MINUTE = 60_000;
const incarnation = '0123456789abcdef';
const entry = (sequence: number) => ({
  id: { incarnation, sequence },
  document: 'notes',
  epoch: FIRST_EPOCH,
  time: 0,
  updates: [],
});

it('keeps nothing until it is asked to, and no longer than it is asked to', () => {
  const line = new FoldingLine({ clock: new ManualClock(), longestMs: 60 * MINUTE });
  line.pass([entry(1)]);
  expect(line.kept).toBeNull();
  line.keep(0);
  expect(line.kept).toBe(0);
  line.keep(7);
  expect(line.kept).toBe(7);
  for (const all of [null, Number.POSITIVE_INFINITY]) {
    line.keep(7);
    line.keep(all);
    expect(line.kept).toBeNull();
  }
});

it('[G4] keeps an entry for an hour and a minute at most, whether others follow or not', () => {
  const clock = new ManualClock();
  const line = new FoldingLine({ clock, longestMs: 60 * MINUTE });
  line.keep(0);
  line.pass([entry(1), entry(2)]);
  clock.advance(MINUTE / 2);
  line.pass([entry(3)]);
  for (let minute = 1; minute <= 40; minute++) {
    clock.advance(MINUTE);
    line.pass([entry(minute + 3)]);
  }
  // Forty minutes and a half after the first.
  clock.advance(20 * MINUTE);
  expect(line.kept).toBe(0);
  clock.advance(MINUTE / 2);
  expect(line.kept).toBe(3);
  clock.advance(39 * MINUTE);
  expect(line.kept).toBe(41);
  clock.advance(2 * MINUTE);
  expect(line.kept).toBe(43);
  line.pass([entry(44)]);
  clock.advance(60 * MINUTE);
  expect(line.kept).toBe(43);
  clock.advance(MINUTE);
  expect(line.kept).toBe(44);
});
