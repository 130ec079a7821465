import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const INSTALL_TIMEOUT_MS = 300_000;
const folder = import.meta.dirname;

/** The peers as their own lock file names them. Scripts stay off: nothing here is to be compiled or run by npm. */
export function installPeers(say: (line: string) => void): void {
  const stampPath = join(folder, 'node_modules', '.installed-lock');
  const digest = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stampPath) && readFileSync(stampPath, 'utf8') === digest) return;
  say('installing what Quire is compared with …');
  const { status, stderr, error } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    encoding: 'utf8',
    timeout: INSTALL_TIMEOUT_MS,
    env: outsideOfNpm(),
  });
  if (status !== 0) {
    const why = error?.message ?? stderr.trim();
    throw new Error(`the other servers can't be installed: npm ci failed in ${folder}: ${why}`, { cause: error });
  }
  writeFileSync(stampPath, digest);
}

/** npm must not take the workspace whose script runs us for the one to install. */
function outsideOfNpm(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith('npm_')));
}

/** The version of a peer that is installed here. */
export function readPeerVersion(name: string): string {
  const manifest = JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  return manifest.version;
}
