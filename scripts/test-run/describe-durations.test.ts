import { expect, test } from 'vitest';
import { describeDurations } from './describe-durations.mjs';

test('what a run cost is told by step and in all, in the unit that one would say', () => {
  const lint = { step: 'lint', durationMs: 2_400 };
  const unit = { step: 'unit', durationMs: 59_600 };
  expect(describeDurations([lint, unit], 60_100)).toBe('lint 2 s, unit 1 min 0 s, total 1 min 0 s');
  expect(describeDurations([], 0)).toBe('total 0 s');
});
