import { expect, it } from 'vitest';
import { watchNetwork } from './network-watch.ts';
import { createFakeEnvironment } from './testing/fake-environment.ts';
import { ManualClock } from './testing/manual-clock.ts';

function watch(options: { readonly isWorker: boolean }) {
  const [environment, clock] = [createFakeEnvironment(options), new ManualClock()];
  const told: boolean[] = [];
  const stop = watchNetwork({ environment, clock }, (isOnline) => told.push(isOnline));
  return { environment, clock, told, stop };
}

it('a page is told by its browser, and looks at nothing by itself', () => {
  const { environment, clock, told, stop } = watch({ isWorker: false });
  environment.setOnline(false);
  environment.setOnline(true);
  expect(told).toEqual([false, true]);
  expect(clock.waiting).toBe(0);
  stop();
  environment.setOnline(false);
  expect(told).toHaveLength(2);
});

it('a worker that no event reaches finds out, once for each change', () => {
  const { environment, clock, told, stop } = watch({ isWorker: true });
  environment.setOnline(false, { isTold: false });
  expect(told).toEqual([]);
  clock.advance(5_000);
  expect(told).toEqual([false]);
  environment.setOnline(true, { isTold: false });
  clock.advance(5_000);
  expect(told).toEqual([false, true]);
  stop();
  expect([clock.waiting, environment.countListeners()]).toEqual([0, 0]);
});

it('a worker that events reach hears of each change once', () => {
  const { environment, clock, told } = watch({ isWorker: true });
  environment.setOnline(false);
  clock.advance(5_000);
  environment.setOnline(true);
  clock.advance(5_000);
  expect(told).toEqual([false, true]);
});
