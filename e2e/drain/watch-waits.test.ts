import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchWaits } from './watch-waits.ts';

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
