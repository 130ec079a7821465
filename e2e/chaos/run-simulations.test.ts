import { expect, test } from 'vitest';
import { runSimulations } from './run-simulations.ts';

/** Many seconds of them. */
const MANY = 10_000;

test('schedules that are kept to pass', async () => {
  const { signal } = new AbortController();
  expect(await runSimulations({ seed: 1, schedules: 1, signal })).toBe(true);
});

test.each(['before', 'after'] as const)(
  'who is stopped %s they began says so, and of no promise that it was broken',
  async (when) => {
    const stop = new AbortController();
    const reason = new Error('stopped by SIGINT');
    if (when === 'before') stop.abort(reason);
    const running = runSimulations({ seed: 1, schedules: MANY, signal: stop.signal });
    stop.abort(reason);
    await expect(running).rejects.toBe(reason);
  },
);
