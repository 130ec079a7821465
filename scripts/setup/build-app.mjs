import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.mjs';
import { fingerprint } from './fingerprint.mjs';
import { SetupFailure } from './setup-failure.mjs';
import { isStamped, writeStamp } from './stamps.mjs';

const STEP = 'app';
const SOURCES = ['client', 'protocol/src', 'protocol/package.json', 'package-lock.json'];

/** The app empties its folder, in which the widgets have theirs: so they come after it. */
const BUILDS = [
  { folder: 'client/app', config: 'vite.config.ts', makes: 'index.html' },
  { folder: 'client/widgets', config: 'vite.config.ts', makes: 'widgets/quire.js' },
  { folder: 'client/widgets', config: 'vite.iife.config.ts', makes: 'widgets/quire.iife.js' },
];

/**
 * @param {string} root
 * @param {(line: string) => void} say
 */
export function buildApp(root, say) {
  const app = join(root, 'client', 'app');
  if (!existsSync(join(app, 'index.html'))) return say('app: there is none to build');
  const wanted = fingerprint(root, SOURCES);
  const isThere = BUILDS.every(({ makes }) => existsSync(join(app, 'dist', makes)));
  if (isStamped(root, STEP, wanted) && isThere) return say('app: built');
  say('app: building');
  writeStamp(root, STEP, null);
  for (const build of BUILDS) runVite(root, app, build);
  writeStamp(root, STEP, wanted);
  say('app: built');
}

/**
 * @param {string} root
 * @param {string} app
 * @param {(typeof BUILDS)[number]} build
 */
function runVite(root, app, { folder, config, makes }) {
  const bin = join(root, 'node_modules', '.bin', 'node');
  const env = { ...process.env, NODE_ENV: 'production', NO_COLOR: '1' };
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const result = run(bin, [vite, 'build', '--config', config], { cwd: join(root, folder), env });
  if (result.ok && existsSync(join(app, 'dist', makes))) return;
  throw new SetupFailure({
    step: STEP,
    fault: `${folder} does not build`,
    cure: 'mend what Vite says below in client/',
    detail: result.output,
  });
}
