import { describe, expect, test } from 'vitest';
import type { Outcome } from './judge.mjs';
import { judge } from './judge.mjs';

const lintPassed: Outcome = { kind: 'check', step: 'lint', ok: true, exit: 'ended with status 0', durationMs: 900 };
const CLEAN = { file: 'a.test.ts', passed: 10, failed: 0, skipped: 0, broken: 0, failures: [] };

function suite(changes: Partial<Outcome & { kind: 'suite' }>): Outcome {
  return { ...lintPassed, kind: 'suite', step: 'unit', report: [CLEAN], floor: 10, unsteady: [], ...changes };
}

describe('the verdict over a run', () => {
  test('a whole run passes: each check counts one, each suite what it ran', () => {
    const verdict = judge([lintPassed, { ...lintPassed, step: 'types' }, suite({})]);
    expect(verdict).toEqual({ passed: 12, failed: 0, complaints: [], hints: [] });
  });

  test('a failed check is one failure', () => {
    const verdict = judge([{ ...lintPassed, ok: false, exit: 'ended with status 1' }, suite({})]);
    expect(verdict).toMatchObject({ passed: 10, failed: 1, complaints: ['lint: ended with status 1'] });
  });

  test.each([
    ['a failed test', { report: [{ ...CLEAN, passed: 9, failed: 1 }], ok: false }, 1, '1 test failed'],
    ['a failed test that the runner does not own up to', { report: [{ ...CLEAN, failed: 1 }] }, 1, '1 test failed'],
    ['skipped tests', { report: [{ ...CLEAN, passed: 8, skipped: 2 }] }, 2, '2 tests skipped'],
    ['a file that does not load', { report: [{ ...CLEAN, broken: 1 }], ok: false }, 1, '1 failure outside of any test'],
    ['an unhandled error after the last test', { ok: false, exit: 'ended with status 1' }, 1, 'an unhandled error'],
    ['a killed runner', { ok: false, exit: 'was ended by SIGKILL' }, 1, 'was ended by SIGKILL'],
    ['fewer tests than the floor', { floor: 11 }, 1, '10 tests ran, the floor is 11'],
    ['a missing report', { report: { unreadable: 'no such file' } }, 1, 'no report to count (no such file'],
  ])('%s fails the run', (_name, changes, failed, complaint) => {
    const verdict = judge([lintPassed, suite(changes)]);
    expect(verdict.failed).toBe(failed);
    expect(verdict.complaints.join('\n')).toContain(complaint);
  });

  test('a suite that ran in parts is judged as one, whichever of them failed', () => {
    const part = suite({ floor: 20 });
    expect(judge([part, part])).toEqual({ passed: 20, failed: 0, complaints: [], hints: [] });
    expect(judge([part]).complaints).toEqual(['unit: 10 tests ran, the floor is 20: tests went missing']);
    const killed = suite({ floor: 20, ok: false, exit: 'was ended by SIGKILL' });
    const unread = suite({ floor: 20, report: { unreadable: 'no such file' } });
    for (const [bad, complaint] of [
      [killed, 'was ended by SIGKILL'],
      [unread, 'no such file'],
    ] as const) {
      for (const parts of [
        [part, bad],
        [bad, part],
      ]) {
        expect(judge(parts)).toMatchObject({ failed: 1, complaints: [expect.stringContaining(complaint)] });
      }
    }
    const unsteady = suite({ floor: 20, unsteady: ['a.test.ts: shut'] });
    expect(judge([unsteady, part]).hints).toEqual([expect.stringContaining('a.test.ts: shut')]);
  });

  test('what failed is named with its reason, in the lines that are read last', () => {
    const failures = [{ name: 'the gate › [G6] stays shut', why: 'Error: it is open' }];
    const failed = { ...CLEAN, file: 'b.test.ts', passed: 3, failed: 1, failures };
    const fallen = { ...CLEAN, file: 'c.test.ts', passed: 0, broken: 1 };
    const [complaint, other] = judge([suite({ ok: false, report: [CLEAN, failed, fallen] })]).complaints;
    expect(complaint).toBe('unit: 1 test failed\n  b.test.ts: the gate › [G6] stays shut\n    Error: it is open');
    expect(other).toBe('unit: 1 failure outside of any test\n  c.test.ts');
  });

  test('what failed among others and passed alone is passed, and named', () => {
    const verdict = judge([suite({ unsteady: ['a.test.ts: the gate › [G6] stays shut'] })]);
    expect(verdict).toMatchObject({ passed: 10, failed: 0 });
    expect(verdict.hints.join()).toMatch(/UNSTEADY.*a\.test\.ts: the gate › \[G6\] stays shut/);
  });

  test('a run of nothing fails', () => {
    expect(judge([])).toMatchObject({ passed: 0, failed: 1, complaints: ['nothing was run'] });
  });

  test('far above the floor a hint says how to raise it; near it none does', () => {
    expect(judge([suite({ report: [{ ...CLEAN, passed: 35 }] })]).hints).toEqual([]);
    expect(judge([suite({ report: [{ ...CLEAN, passed: 36 }] })]).hints).toEqual([
      'unit: 36 tests ran, the floor is 10: raise it to 36 in .ci/test-floor.json',
    ]);
  });

  test('without a floor, as in a selection, there is no hint either', () => {
    expect(judge([suite({ floor: 0, report: [{ ...CLEAN, passed: 500 }] })])).toMatchObject({ failed: 0, hints: [] });
  });
});
