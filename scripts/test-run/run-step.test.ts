import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fakeFolder, fakeSuite, PLAYWRIGHT_REPORT, useFakeSuites, vitestFile, WHY, writing } from './fake-suites.ts';
import { judge } from './judge.mjs';
import { runStep } from './run-step.mjs';

useFakeSuites();

function vitestReport(): unknown {
  return {
    testResults: [
      vitestFile('a.test.ts', 'passed', ['passed', 'passed']),
      vitestFile('b.test.ts', 'failed', ['failed', 'skipped', 'todo']),
      vitestFile('c.test.ts', 'failed', []),
      vitestFile('d.test.ts', 'failed', ['passed']),
    ],
  };
}

describe('running a step', () => {
  test('it is timed, whether it passes or not', async () => {
    for (const script of ['', 'process.exit(1);']) {
      expect((await runStep(fakeSuite(script), true)).durationMs).toBeGreaterThan(0);
    }
  });

  test('a vitest report is counted by test, and by file that fell over without a failed test', async () => {
    expect(await runStep(fakeSuite(`${writing(vitestReport())} process.exit(1);`), true)).toMatchObject({
      ok: false,
      report: [
        { file: 'a.test.ts', passed: 2, failed: 0, skipped: 0, broken: 0, failures: [] },
        { file: 'b.test.ts', passed: 0, failed: 1, skipped: 2, broken: 0, failures: [{ name: 'test 0', why: WHY }] },
        { file: 'c.test.ts', passed: 0, failed: 0, skipped: 0, broken: 1 },
        { file: 'd.test.ts', passed: 1, failed: 0, skipped: 0, broken: 1 },
      ],
    });
  });

  test('a Playwright report is counted, a flaky test as a failed one', async () => {
    const outcome = await runStep(fakeSuite(writing(PLAYWRIGHT_REPORT), { format: 'playwright' }), true);
    expect(outcome).toMatchObject({
      ok: true,
      report: [
        {
          file: 'a.spec.ts',
          passed: 1,
          failed: 1,
          skipped: 1,
          broken: 0,
          failures: [{ name: 'is unexpected', why: WHY }],
        },
        { file: 'b.spec.ts', passed: 1, failed: 1, skipped: 0, broken: 0, failures: [{ name: 'is flaky', why: WHY }] },
        { file: '', passed: 0, failed: 0, skipped: 0, broken: 1, failures: [] },
      ],
    });
  });

  test('a Playwright report that lists fewer tests than it says fails the run', async () => {
    const report = { ...PLAYWRIGHT_REPORT, suites: PLAYWRIGHT_REPORT.suites.slice(1), errors: [] };
    const outcome = await runStep(fakeSuite(writing(report), { format: 'playwright' }), true);
    expect(judge([outcome]).complaints.join()).toContain('says 5 tests and lists 2');
  });

  test('a runner that dies before its report fails the run', async () => {
    const outcome = await runStep(fakeSuite('process.kill(process.pid, "SIGKILL");'), true);
    expect(outcome).toMatchObject({ exit: 'was ended by SIGKILL' });
    expect(judge([outcome])).toMatchObject({ passed: 0, failed: 1 });
  });

  test('the report of an earlier run never counts', async () => {
    const passing = { testResults: [vitestFile('a.test.ts', 'passed', ['passed'])] };
    expect(judge([await runStep(fakeSuite(writing(passing)), true)])).toMatchObject({ passed: 1, failed: 0 });
    expect(judge([await runStep(fakeSuite(''), true)])).toMatchObject({ passed: 0, failed: 1 });
  });

  test.each([
    ['half-written', '{"testResults": ['],
    ['of another shape', '{}'],
    ['empty', ''],
  ])('a report that is %s fails the run', async (_name, text) => {
    const outcome = await runStep(fakeSuite(`writeFileSync(out, ${JSON.stringify(text)});`), true);
    expect(judge([outcome])).toMatchObject({ passed: 0, failed: 1 });
  });

  test('a Playwright report without figures fails the run', async () => {
    const outcome = await runStep(
      fakeSuite(writing({ suites: [], stats: {}, errors: [] }), { format: 'playwright' }),
      true,
    );
    expect(judge([outcome])).toMatchObject({ passed: 0, failed: 1 });
  });

  test('a program that is not there fails the run', async () => {
    const outcome = await runStep(fakeSuite('', { program: join(fakeFolder(), 'nowhere') }), true);
    expect(judge([outcome])).toMatchObject({ passed: 0, failed: 1 });
  });

  test('a check passes and fails by its status', async () => {
    writeFileSync(join(fakeFolder(), 'check.mjs'), 'process.exitCode = Number(process.argv[2]);');
    const check = (status: number) => ({
      name: 'lint',
      kind: 'check' as const,
      program: process.execPath,
      args: ['check.mjs', String(status)],
      env: process.env,
      cwd: fakeFolder(),
    });
    expect(judge([await runStep(check(0), true)])).toMatchObject({ passed: 1, failed: 0 });
    expect(judge([await runStep(check(3), true)])).toMatchObject({ passed: 0, failed: 1 });
  });
});
