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

const COLOURED = '\u001b[31mAssertionError\u001b[39m: expected 1\nto be 2';
const THROWN = `${COLOURED}\n    at gate.test.ts:12:3`;
const WHY = 'AssertionError: expected 1 to be 2';

function vitestFile(name: string, status: string, statuses: readonly string[]): unknown {
  const assertionResults = statuses.map((each, index) => ({
    fullName: `test ${index}`,
    status: each,
    ...(each === 'failed' ? { failureMessages: [THROWN] } : {}),
  }));
  return { name: join(folder, name), status, assertionResults };
}

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

const playwrightSpec = (file: string, status: string) => ({
  title: `is ${status}`,
  file,
  tests: [{ status, results: status === 'expected' ? [{}] : [{ error: { message: THROWN } }, {}] }],
});
const PLAYWRIGHT_REPORT = {
  suites: [
    {
      title: 'a.spec.ts',
      specs: [playwrightSpec('a.spec.ts', 'expected'), playwrightSpec('a.spec.ts', 'skipped')],
      suites: [{ title: 'deeper', specs: [playwrightSpec('a.spec.ts', 'unexpected')] }],
    },
    { title: 'b.spec.ts', specs: [playwrightSpec('b.spec.ts', 'flaky'), playwrightSpec('b.spec.ts', 'expected')] },
  ],
  stats: { expected: 2, unexpected: 1, flaky: 1, skipped: 1 },
  errors: [{ message: 'no' }],
};

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
    alone: null,
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
    expect(await runStep(fakeSuite(`${writing(vitestReport())} process.exit(1);`))).toMatchObject({
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
    const outcome = await runStep(fakeSuite(writing(PLAYWRIGHT_REPORT), { format: 'playwright' }));
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
    const outcome = await runStep(fakeSuite(writing(report), { format: 'playwright' }));
    expect(judge([outcome]).complaints.join()).toContain('says 5 tests and lists 2');
  });

  test('a runner that dies before its report fails the run', async () => {
    const outcome = await runStep(fakeSuite('process.kill(process.pid, "SIGKILL");'));
    expect(outcome).toMatchObject({ exit: 'was ended by SIGKILL' });
    expect(judge([outcome])).toMatchObject({ passed: 0, failed: 1 });
  });

  test('the report of an earlier run never counts', async () => {
    const passing = { testResults: [vitestFile('a.test.ts', 'passed', ['passed'])] };
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
    const outcome = await runStep(fakeSuite(writing({ suites: [], stats: {}, errors: [] }), { format: 'playwright' }));
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

describe('a second look at what failed', () => {
  /** A suite that reports `first`, and `second` when some of its files are run alone. */
  function looked(first: readonly unknown[], second: readonly unknown[], secondStatus: number): Suite {
    const asked: string[] = [];
    const script = (files: readonly unknown[], status: number) =>
      `${writing({ testResults: files })} process.exit(${status});`;
    const suite = fakeSuite(script(first, 1));
    return {
      ...suite,
      alone: (files) => {
        asked.push(...files);
        expect(asked).toEqual(['b.test.ts']);
        return fakeSuite(script(second, secondStatus)).args;
      },
    };
  }
  const steady = () => vitestFile('a.test.ts', 'passed', ['passed', 'passed']);
  const failed = () => vitestFile('b.test.ts', 'failed', ['failed', 'passed']);

  test('what passes alone counts as passed, and is named', async () => {
    const outcome = await runStep(
      looked([steady(), failed()], [vitestFile('b.test.ts', 'passed', ['passed', 'passed'])], 0),
    );
    expect(outcome).toMatchObject({ unsteady: [`b.test.ts: test 0\n    ${WHY}`] });
    expect(judge([outcome])).toMatchObject({ passed: 4, failed: 0 });
  });

  test('what fails alone too has failed', async () => {
    const outcome = await runStep(looked([steady(), failed()], [failed()], 1));
    expect(outcome).toMatchObject({ unsteady: [] });
    expect(judge([outcome])).toMatchObject({ passed: 3, failed: 1 });
  });

  test.each([
    ['says nothing of the file', []],
    ['leaves a test out', [['skipped', 'passed']]],
    ['runs fewer', [['passed']]],
  ])('it mends nothing when it %s', async (_name, statuses) => {
    const again = statuses.map((each) => vitestFile('b.test.ts', 'passed', each));
    const outcome = await runStep(looked([steady(), failed()], again, 0));
    expect(judge([outcome]).failed).toBeGreaterThan(0);
  });

  test('there is none where more than five files failed, where tests were skipped, or where a fault belongs to no file', async () => {
    const names = ['b', 'c', 'd', 'e', 'f', 'g'].map((name) => `${name}.test.ts`);
    const refusing = { alone: () => expect.unreachable('a second look') };
    const many = names.map((name) => vitestFile(name, 'failed', ['failed']));
    const skipping = [vitestFile('b.test.ts', 'failed', ['failed', 'skipped'])];
    for (const testResults of [many, skipping]) {
      const outcome = await runStep(fakeSuite(`${writing({ testResults })} process.exit(1);`, refusing));
      expect(judge([outcome]).failed).toBeGreaterThan(0);
    }
    const outcome = await runStep(fakeSuite(writing(PLAYWRIGHT_REPORT), { format: 'playwright', ...refusing }));
    expect(judge([outcome]).failed).toBeGreaterThan(0);
  });
});
