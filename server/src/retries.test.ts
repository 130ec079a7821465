import { expect, it } from 'vitest';
import { RETRY_MS, Retries } from './retries.ts';
import { ManualClock } from './testing/manual-clock.ts';

const PASSING = new Error('not yet');

function begin() {
  const clock = new ManualClock();
  const logged: unknown[] = [];
  const retries = new Retries({
    clock,
    log: { error: (fields: unknown) => void logged.push(fields) },
    mayPass: (failure) => failure === PASSING,
  });
  const add = (attempt: () => Promise<void>, failure: Error = PASSING) =>
    retries.add({ document: 'plan', attempt }, failure);
  return { clock, logged, retries, add };
}

async function turns(): Promise<void> {
  for (let left = 10; left > 0; left -= 1) await Promise.resolve();
}

it('what fails is tried again until it is done, and nothing is asked of the clock after that', async () => {
  const { clock, logged, add } = begin();
  let failures = 2;
  const done: string[] = [];
  add(async () => {
    failures -= 1;
    if (failures >= 0) throw PASSING;
    done.push('first');
  });
  add(async () => void done.push('second'));
  for (const expected of [['second'], ['second'], ['second', 'first']]) {
    clock.advance(RETRY_MS);
    await turns();
    expect(done).toEqual(expected);
  }
  expect(clock.pending).toBe(0);
  expect(logged).toEqual([]);
});

it('what would fail again is given up, with a word in the log, and holds up nothing else', async () => {
  const { clock, logged, add } = begin();
  const fault = new TypeError('a mistake of ours');
  const done: string[] = [];
  add(async () => expect.unreachable(), fault);
  expect([logged, clock.pending]).toEqual([[{ err: fault, document: 'plan' }], 0]);
  add(() => Promise.reject(fault));
  add(async () => void done.push('another'));
  clock.advance(RETRY_MS);
  await turns();
  expect(done).toEqual(['another']);
  expect(logged).toHaveLength(2);
  expect(clock.pending).toBe(0);
});

it('[G4] of very many the newest are tried', async () => {
  const { clock, add } = begin();
  const done: number[] = [];
  for (let count = 0; count <= 1_000; count += 1) add(async () => void done.push(count));
  clock.advance(RETRY_MS);
  while (clock.pending === 0 && done.length < 1_000) await turns();
  expect([done[0], done.at(-1)]).toEqual([1, 1_000]);
});

it('nothing is tried once it is closed, nor what comes then', async () => {
  const { clock, retries, add } = begin();
  const attempt = async (): Promise<void> => expect.unreachable();
  add(attempt);
  retries.close();
  add(attempt);
  expect(clock.pending).toBe(0);
  clock.advance(RETRY_MS);
});
