import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * @typedef {{ only: readonly string[], filters: readonly string[] }} Selection
 * @typedef {{ unit: number, integration: number, browser: number }} Floors
 */

export const STEP_NAMES = ['lint', 'types', 'unit', 'integration', 'browser'];

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
 * The stages of a run, one after the other; the lanes of a stage go side by side, the steps of a lane one after the other. In
 * a whole run what mostly computes goes beside what mostly waits, and beside both the part of the integration tests that lasts
 * for minutes by the clock: all lanes are about as long. A selection is a developer's own business: one lane, and no floors.
 *
 * @param {string} root
 * @param {Selection} selection
 * @returns {import('./run-stage.mjs').Stage[]}
 */
export function planStages(root, { only, filters }) {
  const isWhole = only.length === 0 && filters.length === 0;
  const { lint, types, unit, endurance, integration, browser, selected } = createSteps(root, filters, isWhole);
  const stages = [[[lint, types, unit], [endurance], [integration]], ...(browser === null ? [] : [[[browser]]])];
  if (isWhole) return stages;
  const steps = only.length > 0 ? stages.flat(2).filter(({ name }) => only.includes(name)) : [];
  if (only.length === 0 && filters.some((filter) => !isSpec(filter))) steps.push(selected);
  if (only.length === 0 && filters.some(isSpec) && browser !== null) steps.push(browser);
  return [[steps]];
}

/**
 * @param {string} root
 * @param {readonly string[]} filters
 * @param {boolean} isWhole
 */
function createSteps(root, filters, isWhole) {
  const floors = isWhole ? readFloors(root) : { unit: 0, integration: 0, browser: 0 };
  const bin = join(root, 'node_modules', '.bin');
  // Tests start hundreds of servers: what Node makes of their sources is made once.
  const compiled = join(root, 'node_modules', '.cache', 'node-compile');
  const env = { ...process.env, PATH: [bin, process.env.PATH].join(delimiter), NODE_COMPILE_CACHE: compiled };
  const base = { cwd: root, env, program: join(bin, 'node') };
  const tool = (/** @type {string} */ path) => join(root, 'node_modules', path);
  const report = (/** @type {string} */ name) => join(root, 'node_modules', '.cache', 'test-reports', `${name}.json`);

  /** @returns {import('./run-step.mjs').Check} */
  const check = (/** @type {string} */ name, /** @type {string[]} */ args) => ({ ...base, name, kind: 'check', args });

  /** @returns {import('./run-step.mjs').Suite} */
  const vitest = (
    /** @type {string} */ name,
    /** @type {number} */ floor,
    /** @type {readonly string[]} */ args,
    reportPath = report(name),
  ) => {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportPath}`];
    const run = [tool('vitest/vitest.mjs'), 'run', ...reporters];
    const alone = (/** @type {readonly string[]} */ files) => [...run, '--maxWorkers=1', ...files];
    return {
      ...base,
      name,
      kind: 'suite',
      format: 'vitest',
      floor,
      reportPath,
      args: [...run, ...args],
      alone: isWhole ? alone : null,
    };
  };

  const playwright = [
    tool('@playwright/test/cli.js'),
    'test',
    '--config=e2e/playwright.config.ts',
    '--reporter=list,json',
  ];
  /** @type {import('./run-step.mjs').Suite} */
  const browser = {
    ...base,
    name: 'browser',
    kind: 'suite',
    format: 'playwright',
    floor: floors.browser,
    reportPath: report('browser'),
    env: { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report('browser') },
    args: [...playwright, ...filters.filter(isSpec)],
    alone: isWhole ? (files) => [...playwright, '--workers=1', ...files] : null,
  };

  return {
    lint: check('lint', [tool('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.']),
    // By itself it has several checkers, of which each works out anew what its part of the sources refers to: twice the work.
    types: check('types', [tool('typescript/bin/tsc'), '-b', '--singleThreaded']),
    // They have one worker each, beside the two of the last lane.
    unit: vitest('unit', floors.unit, ['--project=unit', '--maxWorkers=1']),
    endurance: vitest(
      'integration',
      floors.integration,
      ['--project=endurance', '--maxWorkers=1'],
      report('endurance'),
    ),
    integration: vitest('integration', floors.integration, ['--project=integration']),
    browser: floors.browser > 0 || hasBrowserSpecs(root) ? browser : null,
    selected: vitest(
      'tests',
      0,
      filters.filter((filter) => !isSpec(filter)),
    ),
  };
}

/** @param {string} filter */
function isSpec(filter) {
  return filter.includes('e2e/browser') || filter.endsWith('.spec.ts');
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
  const { unit, integration, browser } = JSON.parse(readFileSync(path, 'utf8'));
  if (![unit, integration, browser].every(Number.isInteger)) {
    throw new Error('.ci/test-floor.json must hold three whole numbers, "unit", "integration" and "browser"');
  }
  return { unit, integration, browser };
}
