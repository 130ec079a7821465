import { expect, test } from 'vitest';
import type { Failure, Sample } from '../results.ts';
import { findUnfinished } from './unfinished.ts';

const receipts = { workload: 'receipts', contestant: 'quire' } as const;
const sample = (run: number): Sample => ({ ...receipts, run, readings: {}, othersPercent: 0 });
const failure = (run: number): Failure => ({ ...receipts, run, message: 'no receipt' });

test.each([
  ['all were measured', [1, 2, 3], [], []],
  ['one failed', [1, 3], [2], []],
  ['all failed', [], [1, 2, 3], []],
  ['an attempt failed of one that was measured', [1, 2], [2], ['receipts, Quire: 2 of 3 runs']],
  ['nobody came to the last', [1, 2], [], ['receipts, Quire: 2 of 3 runs']],
] as const)('of three runs, where %s', (_, measured, failed, unfinished) => {
  const results = { runs: 3, samples: measured.map(sample), failures: failed.map(failure) };
  expect(findUnfinished(results)).toEqual(unfinished);
});
