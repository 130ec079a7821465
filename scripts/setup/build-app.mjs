import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.mjs';
import { fingerprint } from './fingerprint.mjs';
import { SetupFailure } from './setup-failure.mjs';
import { isStamped, writeStamp } from './stamps.mjs';

const STEP = 'app';
const SOURCES = ['client', 'protocol/src', 'protocol/package.json', 'package-lock.json'];

/**
 * @param {string} root
 * @param {(line: string) => void} say
 */
export function buildApp(root, say) {
  const app = join(root, 'client', 'app');
  if (!existsSync(join(app, 'index.html'))) return say('app: there is none to build');
  const wanted = fingerprint(root, SOURCES);
  if (isStamped(root, STEP, wanted) && existsSync(join(app, 'dist', 'index.html'))) return say('app: built');
  say('app: building');
  writeStamp(root, STEP, null);
  const bin = join(root, 'node_modules', '.bin', 'node');
  const env = { ...process.env, NODE_ENV: 'production', NO_COLOR: '1' };
  const result = run(bin, [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build'], { cwd: app, env });
  if (!result.ok || !existsSync(join(app, 'dist', 'index.html'))) {
    throw new SetupFailure({
      step: STEP,
      fault: 'the web app does not build',
      cure: 'mend what Vite says below in client/',
      detail: result.output,
    });
  }
  writeStamp(root, STEP, wanted);
  say('app: built');
}
