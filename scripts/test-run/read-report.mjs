import { readFileSync } from 'node:fs';

/**
 * What a runner says it did. `skipped` holds everything that was named and not run; `broken` what failed outside of any
 * test: a file that does not load, a worker that died.
 *
 * @typedef {{ passed: number, failed: number, skipped: number, broken: number }} Tally
 * @typedef {'vitest' | 'playwright'} ReportFormat
 */

/**
 * @param {string} path
 * @param {ReportFormat} format
 * @returns {Tally} throws when there is no such report, or none that can be read
 */
export function readReport(path, format) {
  const report = JSON.parse(readFileSync(path, 'utf8'));
  switch (format) {
    case 'vitest':
      return tallyVitest(report);
    case 'playwright':
      return tallyPlaywright(report);
  }
}

/**
 * @param {{ testResults: { status: string, assertionResults: { status: string }[] }[] }} report
 * @returns {Tally}
 */
function tallyVitest(report) {
  const files = report.testResults;
  const statuses = files.flatMap((file) => file.assertionResults.map((test) => test.status));
  const passed = statuses.filter((status) => status === 'passed').length;
  const failed = statuses.filter((status) => status === 'failed').length;
  const fellOver = files.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  return { passed, failed, skipped: statuses.length - passed - failed, broken: fellOver.length };
}

/**
 * @param {{ stats: { expected: number, unexpected: number, flaky: number, skipped: number }, errors: unknown[] }} report
 * @returns {Tally}
 */
function tallyPlaywright({ stats, errors }) {
  const tally = {
    passed: stats.expected,
    // A test that passed at the second attempt has failed once.
    failed: stats.unexpected + stats.flaky,
    skipped: stats.skipped,
    broken: errors.length,
  };
  if (!Object.values(tally).every(Number.isInteger)) throw new Error('the Playwright report holds no figures');
  return tally;
}
