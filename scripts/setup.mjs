#!/usr/bin/env node
// Prepares a checkout: `setup.mjs deps` installs packages, `app` also builds the web app, `test` also gets what tests
// run against. Plain JavaScript, because it runs before the project's own Node is there.
import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildApp } from './setup/build-app.mjs';
import { installDependencies } from './setup/install-dependencies.mjs';
import { installSystemPackages } from './setup/install-system-packages.mjs';
import { describeFailure, SetupFailure } from './setup/setup-failure.mjs';

/** @type {Record<string, ((root: string, say: (line: string) => void) => void | Promise<void>)[]>} */
const GOALS = {
  deps: [installDependencies],
  app: [installDependencies, buildApp],
  test: [installDependencies, installSystemPackages, buildApp],
};
const OLDEST_NODE = 20;

/** @param {string | undefined} goal */
async function setUp(goal) {
  const steps = Object.hasOwn(GOALS, goal ?? '') ? GOALS[goal ?? ''] : undefined;
  if (steps === undefined) {
    throw new SetupFailure({
      step: 'start',
      fault: `unknown goal "${goal ?? ''}"`,
      cure: `node scripts/setup.mjs ${Object.keys(GOALS).join('|')}`,
    });
  }
  if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
    throw new SetupFailure({
      step: 'start',
      fault: `Node ${process.versions.node} is too old to set up: ${OLDEST_NODE} or newer is needed`,
      cure: 'install a current Node; Quire itself then brings its own',
    });
  }
  const root = realpathSync(dirname(dirname(fileURLToPath(import.meta.url))));
  for (const step of steps) await step(root, (line) => console.error(`setup: ${line}`));
}

try {
  await setUp(process.argv[2]);
} catch (error) {
  if (!(error instanceof SetupFailure)) throw error;
  console.error(describeFailure(error));
  process.exitCode = 1;
}
