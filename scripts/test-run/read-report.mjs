import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

/**
 * What a runner says of one file. `skipped` holds everything that was named and not run; `broken` what failed outside of
 * any test: a file that does not load, a worker that died. Playwright tells such things of no file: then `file` is empty.
 *
 * @typedef {{ name: string, why: string }} Failure why: the beginning of what was thrown, in one line
 * @typedef {{ file: string, passed: number, failed: number, skipped: number, broken: number, failures: readonly Failure[] }} FileTally
 * @typedef {'vitest' | 'playwright'} ReportFormat
 */

/** As much of a reason as can be read in a summary. */
const MOST_CHARACTERS = 600;
// biome-ignore lint/suspicious/noControlCharactersInRegex: runners colour what they say.
const COLOURS = /\u001b\[[0-9;]*m/g;

/**
 * @param {string} path
 * @param {ReportFormat} format
 * @param {string} root files are told from here
 * @returns {FileTally[]} throws when there is no such report, or none that can be read
 */
export function readReport(path, format, root) {
  const report = JSON.parse(readFileSync(path, 'utf8'));
  switch (format) {
    case 'vitest':
      return tallyVitest(report, root);
    case 'playwright':
      return tallyPlaywright(report);
  }
}

/**
 * @param {{ testResults: { name: string, status: string, assertionResults: { fullName: string, status: string, failureMessages?: string[] }[] }[] }} report
 * @param {string} root
 * @returns {FileTally[]}
 */
function tallyVitest(report, root) {
  return report.testResults.map(({ name, status, assertionResults }) => {
    const passed = assertionResults.filter((test) => test.status === 'passed').length;
    const failures = assertionResults
      .filter((test) => test.status === 'failed')
      .map(({ fullName, failureMessages = [] }) => ({ name: fullName, why: shorten(failureMessages[0]) }));
    const skipped = assertionResults.length - passed - failures.length;
    const broken = status === 'failed' && failures.length === 0 ? 1 : 0;
    return { file: relative(root, name), passed, failed: failures.length, skipped, broken, failures };
  });
}

/**
 * @typedef {{ title: string, file: string, tests: { status: string, results?: { error?: { message?: string } }[] }[] }} PlaywrightSpec
 * @typedef {{ title: string, specs?: PlaywrightSpec[], suites?: PlaywrightSuite[] }} PlaywrightSuite
 */

/**
 * @param {{ config: { rootDir: string }, suites: PlaywrightSuite[], stats: { expected: number, unexpected: number, flaky: number, skipped: number }, errors: unknown[] }} report
 * @returns {FileTally[]}
 */
function tallyPlaywright({ suites, stats, errors }) {
  const specs = suites.flatMap(specsIn);
  const files = [...new Set(specs.map((spec) => spec.file))].map((file) => tallyFile(file, specs));
  const counted = files.reduce((sum, { passed, failed, skipped }) => sum + passed + failed + skipped, 0);
  const said = stats.expected + stats.unexpected + stats.flaky + stats.skipped;
  if (!Number.isInteger(said)) throw new Error('the Playwright report holds no figures');
  if (counted !== said) throw new Error(`the Playwright report says ${said} tests and lists ${counted}`);
  const outside = { file: '', passed: 0, failed: 0, skipped: 0, broken: errors.length, failures: [] };
  return errors.length === 0 ? files : [...files, outside];
}

/**
 * @param {PlaywrightSuite} suite
 * @returns {PlaywrightSpec[]}
 */
function specsIn({ specs = [], suites = [] }) {
  return [...specs, ...suites.flatMap(specsIn)];
}

/**
 * @param {string} file
 * @param {readonly PlaywrightSpec[]} specs
 * @returns {FileTally}
 */
function tallyFile(file, specs) {
  const tests = specs
    .filter((spec) => spec.file === file)
    .flatMap((spec) => spec.tests.map((one) => ({ ...one, title: spec.title })));
  const passed = tests.filter(({ status }) => status === 'expected').length;
  const skipped = tests.filter(({ status }) => status === 'skipped').length;
  const failures = tests
    .filter(({ status }) => !['expected', 'skipped'].includes(status))
    .map(({ title, results = [] }) => ({
      name: title,
      why: shorten(results.find((one) => one.error)?.error?.message),
    }));
  return { file, passed, failed: failures.length, skipped, broken: 0, failures };
}

/**
 * What was thrown, without its stack.
 *
 * @param {string | undefined} message
 */
function shorten(message = 'no reason given') {
  const [words = ''] = message.replaceAll(COLOURS, '').split(/\n\s+at /, 1);
  return words.replaceAll(/\s+/g, ' ').trim().slice(0, MOST_CHARACTERS);
}
