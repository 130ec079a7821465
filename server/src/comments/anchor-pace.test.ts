import { expect, it } from 'vitest';
import { AnchorPace } from './anchor-pace.ts';

it('[G4] lets everybody mark a minute’s worth of places at once, and then one after the other, whatever the others do', () => {
  let now = 0;
  const pace = new AnchorPace(30, () => now);
  const takeAll = (party: string): number => {
    let taken = 0;
    while (pace.take(party)) taken += 1;
    return taken;
  };
  expect([takeAll('ada'), takeAll('ben')]).toEqual([30, 30]);
  now = 1_999;
  expect(pace.take('ada')).toBe(false);
  now = 2_000;
  expect([takeAll('ada'), takeAll('ben')]).toEqual([1, 1]);
  now = 62_000;
  expect(takeAll('ada')).toBe(30);
});

it('[G4] remembers nobody who has not marked anything within the last minute', () => {
  let now = 0;
  const pace = new AnchorPace(30, () => now);
  for (let guest = 0; guest < 1_000; guest += 1) pace.take(`address ${guest}`);
  expect(pace.size).toBe(1_000);
  now = 60_000;
  pace.take('ada');
  expect(pace.size).toBe(1);
});

it.each([
  [1, 60],
  [7, 9],
  [30, 2],
  [10_000, 1],
])('says when the next place may be marked: of %i in a minute after %i s', (perMinute, seconds) => {
  expect(new AnchorPace(perMinute, () => 0).retryAfterSeconds).toBe(seconds);
});
