import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchWaits } from './watch-waits.ts';

let now: number;
beforeEach(() => {
  now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function pass(ms: number): void {
  for (let left = ms; left > 0; left -= 10) {
    now += 10;
    vi.advanceTimersByTime(10);
  }
}

/** Nothing can be done by this process for so long. */
function holdUp(ms: number): void {
  now += ms;
  vi.advanceTimersByTime(10);
}

it('counts how long nobody could save, and how old an edit became without a receipt, each by itself', () => {
  const ada = { name: 'Ada', isConnected: true, oldestUnsavedAt: performance.now() as number | null };
  const ben = { name: 'Ben', isConnected: false, oldestUnsavedAt: null };
  pass(1_000);
  const waits = watchWaits([ada, ben]);
  pass(5_000);
  ada.oldestUnsavedAt = null;
  ben.isConnected = true;
  pass(5_000);
  // Of what was typed before anybody watched, the time since; to within one look.
  expect(waits.oldestEdits).toEqual({ Ada: 5_000, Ben: 0 });
  expect(waits.longest).toEqual({ Ada: 0, Ben: 4_990 });
  waits.stop();
});

it('leaves out for how long this process itself was held up', () => {
  const ada = { name: 'Ada', isConnected: false, oldestUnsavedAt: 0 };
  const waits = watchWaits([ada]);
  pass(1_000);
  holdUp(2_010);
  pass(500);
  expect(waits.longest).toEqual({ Ada: 1_500 });
  expect(waits.oldestEdits).toEqual({ Ada: 1_510 });
  waits.stop();
});

it('has nothing to say of the edits of those who can’t tell how old they are', () => {
  const waits = watchWaits([{ name: 'Eve', isConnected: false }]);
  pass(1_000);
  expect(waits.longest).toEqual({ Eve: 990 });
  expect(waits.oldestEdits).toEqual({});
  waits.stop();
});
