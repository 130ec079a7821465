import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * @typedef {{ only: readonly string[], filters: readonly string[] }} Selection
 * @typedef {{ unit: number, browser: number }} Floors
 */

export const STEP_NAMES = ['lint', 'types', 'unit', 'browser'];

/**
 * @param {readonly string[]} args of the command line
 * @returns {Selection}
 */
export function parseSelection(args) {
  const only = [];
  const filters = [];
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    if (arg === '--only') only.push(...(args[++index] ?? '').split(','));
    else if (arg.startsWith('--only=')) only.push(...arg.slice('--only='.length).split(','));
    else if (arg.startsWith('-'))
      throw new Error(`unknown option ${arg}: use --only ${STEP_NAMES.join('|')} or a path`);
    else filters.push(arg);
  }
  const unknown = only.find((name) => !STEP_NAMES.includes(name));
  if (unknown !== undefined) throw new Error(`unknown step "${unknown}": there are ${STEP_NAMES.join(', ')}`);
  return { only, filters };
}

/**
 * The steps of a run. A selection is a developer's own business: no floor then.
 *
 * @param {string} root
 * @param {Selection} selection
 * @returns {import('./run-step.mjs').Step[]}
 */
export function planSteps(root, { only, filters }) {
  const isWhole = only.length === 0 && filters.length === 0;
  const floors = isWhole ? readFloors(root) : { unit: 0, browser: 0 };
  const bin = join(root, 'node_modules', '.bin');
  // Tests start hundreds of servers: what Node makes of their sources is made once.
  const compiled = join(root, 'node_modules', '.cache', 'node-compile');
  const env = { ...process.env, PATH: [bin, process.env.PATH].join(delimiter), NODE_COMPILE_CACHE: compiled };
  const base = { cwd: root, env, program: join(bin, 'node') };
  const tool = (/** @type {string} */ path) => join(root, 'node_modules', path);
  const report = (/** @type {string} */ name) => join(root, 'node_modules', '.cache', 'test-reports', `${name}.json`);
  const isSpec = (/** @type {string} */ filter) => filter.includes('e2e/browser') || filter.endsWith('.spec.ts');

  const vitest = [
    tool('vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report('unit')}`,
  ];
  const playwright = [
    tool('@playwright/test/cli.js'),
    'test',
    '--config=e2e/playwright.config.ts',
    '--reporter=list,json',
  ];

  /** @type {import('./run-step.mjs').Step[]} */
  const steps = [
    {
      ...base,
      name: 'lint',
      kind: 'check',
      args: [tool('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.'],
    },
    { ...base, name: 'types', kind: 'check', args: [tool('typescript/bin/tsc'), '-b'] },
    {
      ...base,
      name: 'unit',
      kind: 'suite',
      format: 'vitest',
      floor: floors.unit,
      reportPath: report('unit'),
      args: [...vitest, ...filters.filter((filter) => !isSpec(filter))],
      alone: isWhole ? (files) => [...vitest, '--maxWorkers=1', ...files] : null,
    },
  ];
  if (floors.browser > 0 || hasBrowserSpecs(root)) {
    steps.push({
      ...base,
      name: 'browser',
      kind: 'suite',
      format: 'playwright',
      floor: floors.browser,
      reportPath: report('browser'),
      env: { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report('browser') },
      args: [...playwright, ...filters.filter(isSpec)],
      alone: isWhole ? (files) => [...playwright, '--workers=1', ...files] : null,
    });
  }
  if (only.length > 0) return steps.filter((step) => only.includes(step.name));
  if (filters.length > 0) {
    return steps.filter((step) => filters.some((filter) => step.name === (isSpec(filter) ? 'browser' : 'unit')));
  }
  return steps;
}

/** @param {string} root */
function hasBrowserSpecs(root) {
  const folder = join(root, 'e2e', 'browser');
  return (
    existsSync(folder) && readdirSync(folder, { recursive: true }).some((path) => String(path).endsWith('.spec.ts'))
  );
}

/**
 * @param {string} root
 * @returns {Floors}
 */
function readFloors(root) {
  const path = join(root, '.ci', 'test-floor.json');
  if (!existsSync(path))
    throw new Error('.ci/test-floor.json is missing: it holds how many tests there must be at least');
  const { unit, browser } = JSON.parse(readFileSync(path, 'utf8'));
  if (!Number.isInteger(unit) || !Number.isInteger(browser)) {
    throw new Error('.ci/test-floor.json must hold two whole numbers, "unit" and "browser"');
  }
  return { unit, browser };
}
