import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { judge } from './judge.mjs';
import type { Suite } from './run-step.mjs';
import { runStep } from './run-step.mjs';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quire-test-run-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

const VITEST_REPORT = {
  testResults: [
    { status: 'passed', assertionResults: [{ status: 'passed' }, { status: 'passed' }] },
    { status: 'failed', assertionResults: [{ status: 'failed' }, { status: 'skipped' }, { status: 'todo' }] },
    { status: 'failed', assertionResults: [] },
    { status: 'failed', assertionResults: [{ status: 'passed' }] },
  ],
};
const PLAYWRIGHT_REPORT = { stats: { expected: 3, unexpected: 1, flaky: 1, skipped: 2 }, errors: [{ message: 'no' }] };

/** A suite whose runner is a line of JavaScript that finds the path of its report in `out`. */
function fakeSuite(script: string, changes: Partial<Suite> = {}): Suite {
  const reportPath = join(folder, 'reports', 'unit.json');
  const prelude = `const { writeFileSync } = require('node:fs'); const out = ${JSON.stringify(reportPath)};`;
  return {
    name: 'unit',
    kind: 'suite',
    format: 'vitest',
    program: process.execPath,
    args: ['-e', `${prelude} ${script}`],
    env: process.env,
    cwd: folder,
    reportPath,
    floor: 1,
    ...changes,
  };
}

function writing(report: unknown): string {
  return `writeFileSync(out, ${JSON.stringify(JSON.stringify(report))});`;
}

describe('running a step', () => {
  test('it is timed, whether it passes or not', async () => {
    for (const script of ['', 'process.exit(1);']) {
      expect((await runStep(fakeSuite(script))).durationMs).toBeGreaterThan(0);
    }
  });

  test('a vitest report is counted by test, and by file that fell over without a failed test', async () => {
    const outcome = await runStep(fakeSuite(`${writing(VITEST_REPORT)} process.exit(1);`));
    expect(outcome).toMatchObject({ ok: false, report: { passed: 3, failed: 1, skipped: 2, broken: 2 } });
  });

  test('a Playwright report is counted, a flaky test as a failed one', async () => {
    const outcome = await runStep(fakeSuite(writing(PLAYWRIGHT_REPORT), { format: 'playwright' }));
    expect(outcome).toMatchObject({ ok: true, report: { passed: 3, failed: 2, skipped: 2, broken: 1 } });
  });

  test('a runner that dies before its report fails the run', async () => {
    const outcome = await runStep(fakeSuite('process.kill(process.pid, "SIGKILL");'));
    expect(outcome).toMatchObject({ exit: 'was ended by SIGKILL' });
    expect(judge([outcome])).toMatchObject({ passed: 0, failed: 1 });
  });

  test('the report of an earlier run never counts', async () => {
    const passing = { testResults: [{ status: 'passed', assertionResults: [{ status: 'passed' }] }] };
    expect(judge([await runStep(fakeSuite(writing(passing)))])).toMatchObject({ passed: 1, failed: 0 });
    expect(judge([await runStep(fakeSuite(''))])).toMatchObject({ passed: 0, failed: 1 });
  });

  test.each([
    ['half-written', '{"testResults": ['],
    ['of another shape', '{}'],
    ['empty', ''],
  ])('a report that is %s fails the run', async (_name, text) => {
    const outcome = await runStep(fakeSuite(`writeFileSync(out, ${JSON.stringify(text)});`));
    expect(judge([outcome])).toMatchObject({ passed: 0, failed: 1 });
  });

  test('a Playwright report without figures fails the run', async () => {
    const outcome = await runStep(fakeSuite(writing({ stats: {}, errors: [] }), { format: 'playwright' }));
    expect(judge([outcome])).toMatchObject({ passed: 0, failed: 1 });
  });

  test('a program that is not there fails the run', async () => {
    const outcome = await runStep(fakeSuite('', { program: join(folder, 'nowhere') }));
    expect(judge([outcome])).toMatchObject({ passed: 0, failed: 1 });
  });

  test('a check passes and fails by its status', async () => {
    writeFileSync(join(folder, 'check.mjs'), 'process.exitCode = Number(process.argv[2]);');
    const check = (status: number) => ({
      name: 'lint',
      kind: 'check' as const,
      program: process.execPath,
      args: ['check.mjs', String(status)],
      env: process.env,
      cwd: folder,
    });
    expect(judge([await runStep(check(0))])).toMatchObject({ passed: 1, failed: 0 });
    expect(judge([await runStep(check(3))])).toMatchObject({ passed: 0, failed: 1 });
  });
});
