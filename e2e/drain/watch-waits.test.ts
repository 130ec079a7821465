import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { MAX_LEFT_OUT_MS, watchWaits } from './watch-waits.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

it('counts how long nobody could save, and how old an edit became without a receipt, each by itself', () => {
  const ada = { name: 'Ada', isConnected: true, oldestUnsavedAt: performance.now() as number | null };
  const ben = { name: 'Ben', isConnected: false, oldestUnsavedAt: null };
  vi.advanceTimersByTime(1_000);
  const waits = watchWaits([ada, ben]);
  vi.advanceTimersByTime(5_000);
  ada.oldestUnsavedAt = null;
  ben.isConnected = true;
  vi.advanceTimersByTime(5_000);
  // Of what was typed before anybody watched, the time since; to within one look.
  expect(waits.oldestEdits).toEqual({ Ada: 5_000, Ben: 0 });
  expect(waits.longest).toEqual({ Ada: 0, Ben: 4_990 });
  waits.stop();
});

/** A process that is not let run, or is busy, for so long, and then looks again. */
function standStill() {
  const time = { at: 0, ran: 0 };
  const look = (): void => void vi.advanceTimersToNextTimer();
  return {
    own: { now: () => time.at, ranMs: () => time.ran },
    pass(ms: number): void {
      for (let left = ms; left > 0; left -= 10) {
        time.at += 10;
        look();
      }
    },
    stop(ms: number, ranMs = 0): void {
      time.at += ms;
      time.ran += ranMs;
      look();
    },
  };
}

it('leaves out of a wait only what this process was not let run in, and not what it was busy with', () => {
  const { own, pass, stop } = standStill();
  const ada = { name: 'Ada', isConnected: true, oldestUnsavedAt: null as number | null };
  const waits = watchWaits([ada], own);
  pass(1_000);
  [ada.isConnected, ada.oldestUnsavedAt] = [false, 1_000];
  pass(1_000);
  stop(510);
  pass(500);
  expect(waits.longest).toEqual({ Ada: 1_500 });
  expect(waits.oldestEdits).toEqual({ Ada: 1_510 });
  stop(1_010, 1_000);
  expect(waits.longest).toEqual({ Ada: 2_510 });
  waits.stop();
});

it('leaves out nothing of before a wait, nor more of one than a limit, whatever held this process up', () => {
  const { own, pass, stop } = standStill();
  const ada = { name: 'Ada', isConnected: true, oldestUnsavedAt: null };
  const waits = watchWaits([ada], own);
  stop(5_000);
  ada.isConnected = false;
  pass(10);
  for (let times = 0; times < 10; times += 1) stop(1_010);
  expect(waits.longest.Ada).toBe(10_100 - MAX_LEFT_OUT_MS);
  waits.stop();
});

it('has nothing to say of the edits of those who can’t tell how old they are', () => {
  const waits = watchWaits([{ name: 'Eve', isConnected: false }]);
  vi.advanceTimersByTime(1_000);
  expect(waits.longest).toEqual({ Eve: 990 });
  expect(waits.oldestEdits).toEqual({});
  waits.stop();
});
