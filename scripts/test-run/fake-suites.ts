import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Suite } from './run-step.mjs';

/** Where the fake suites of a test live; a new one for each test. */
let folder: string;

/** Call it once in a file of tests. */
export function useFakeSuites(): void {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'quire-test-run-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
}

export const fakeFolder = (): string => folder;

const COLOURED = '\u001b[31mAssertionError\u001b[39m: expected 1\nto be 2';
const THROWN = `${COLOURED}\n    at gate.test.ts:12:3`;
/** What is told of THROWN. */
export const WHY = 'AssertionError: expected 1 to be 2';

export function vitestFile(name: string, status: string, statuses: readonly string[]): unknown {
  const assertionResults = statuses.map((each, index) => ({
    fullName: `test ${index}`,
    status: each,
    ...(each === 'failed' ? { failureMessages: [THROWN] } : {}),
  }));
  return { name: join(folder, name), status, assertionResults };
}

const playwrightSpec = (file: string, status: string) => ({
  title: `is ${status}`,
  file,
  tests: [{ status, results: status === 'expected' ? [{}] : [{ error: { message: THROWN } }, {}] }],
});
export const PLAYWRIGHT_REPORT = {
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
export function fakeSuite(script: string, changes: Partial<Suite> = {}): Suite {
  const reportPath = join(folder, 'reports', `${changes.name ?? 'unit'}.json`);
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

/** The line that writes this report. */
export function writing(report: unknown): string {
  return `writeFileSync(out, ${JSON.stringify(JSON.stringify(report))});`;
}
