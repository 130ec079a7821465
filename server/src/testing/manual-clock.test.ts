import { expect, it } from 'vitest';
import { ManualClock } from './manual-clock.ts';

it('runs what falls due in order of time, and moves to each moment before its task', () => {
  const clock = new ManualClock(1000);
  const seen: [string, number][] = [];
  clock.after(30, () => seen.push(['late', clock.now()]));
  clock.after(10, () => {
    seen.push(['early', clock.now()]);
    clock.after(5, () => seen.push(['nested', clock.now()]));
  });
  clock.advance(29);
  expect(seen).toEqual([
    ['early', 1010],
    ['nested', 1015],
  ]);
  clock.advance(1);
  expect(seen.at(-1)).toEqual(['late', 1030]);
});

it('repeats until it is disposed of, from inside the task too', () => {
  const clock = new ManualClock(0);
  const seen: number[] = [];
  const stop = clock.every(10, () => {
    seen.push(clock.now());
    if (seen.length === 3) stop();
  });
  clock.advance(100);
  expect(seen).toEqual([10, 20, 30]);
  expect(clock.pending).toBe(0);
});
