import { expect, it } from 'vitest';
import { RETRY_MS, Retries } from './retries.ts';
import { ManualClock } from './testing/manual-clock.ts';

async function turns(): Promise<void> {
  for (let left = 10; left > 0; left -= 1) await Promise.resolve();
}

it('what fails is tried again until it is done, and nothing is asked of the clock after that', async () => {
  const clock = new ManualClock();
  const retries = new Retries(clock);
  let failures = 2;
  const done: string[] = [];
  retries.add(async () => {
    failures -= 1;
    if (failures >= 0) throw new Error('not yet');
    done.push('first');
  });
  retries.add(async () => void done.push('second'));
  for (const expected of [['second'], ['second'], ['second', 'first']]) {
    clock.advance(RETRY_MS);
    await turns();
    expect(done).toEqual(expected);
  }
  expect(clock.pending).toBe(0);
});

it('[G4] of very many the newest are tried', async () => {
  const clock = new ManualClock();
  const retries = new Retries(clock);
  const done: number[] = [];
  for (let count = 0; count <= 1_000; count += 1) retries.add(async () => void done.push(count));
  clock.advance(RETRY_MS);
  while (clock.pending === 0 && done.length < 1_000) await turns();
  expect([done[0], done.at(-1)]).toEqual([1, 1_000]);
});

it('nothing is tried once it is closed, nor what comes then', async () => {
  const clock = new ManualClock();
  const retries = new Retries(clock);
  const task = async (): Promise<void> => expect.unreachable();
  retries.add(task);
  retries.close();
  retries.add(task);
  expect(clock.pending).toBe(0);
  clock.advance(RETRY_MS);
});
