import { expect, it } from 'vitest';
import { EventPace } from './event-pace.ts';

it('[G4] so many events may come in a second, and twice as many at once', () => {
  const pace = new EventPace(10);
  let now = 5_000;
  const takeAll = (): number => {
    let taken = 0;
    while (pace.take(now)) taken += 1;
    return taken;
  };
  expect(takeAll()).toBe(20);
  now += 500;
  expect(takeAll()).toBe(5);
  now += 60_000;
  expect(takeAll()).toBe(20);
});
