import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, outerEnvironment, run, soundsLikeNoNetwork } from './command.mjs';
import { fingerprint } from './fingerprint.mjs';
import { SetupFailure } from './setup-failure.mjs';
import { isStamped, writeStamp } from './stamps.mjs';

const STEP = 'dependencies';
const OLDEST_NPM = 10;

/**
 * @param {string} root
 * @param {(line: string) => void} say
 */
export function installDependencies(root, say) {
  const wanted = fingerprint(root, ['package-lock.json'], [process.platform, process.arch]);
  if (isStamped(root, STEP, wanted) && projectNodeRuns(root)) return say('dependencies: installed as locked');
  if (treeMatchesLock(root) && projectNodeRuns(root)) {
    writeStamp(root, STEP, wanted);
    return say('dependencies: npm had installed them as locked');
  }
  const env = outerEnvironment(process.env);
  const npm = requireNpm(root, env);
  say('dependencies: installing with npm ci (a minute or two the first time)');
  writeStamp(root, STEP, null);
  // EBADENGINE warnings speak of the outer Node, which only runs npm: at level "error" they stay quiet.
  const result = run(npm, ['ci', '--loglevel=error', '--no-audit', '--no-fund'], { cwd: root, env });
  if (!result.ok) throw explainNpmFailure(result.output);
  if (!projectNodeRuns(root)) {
    throw new SetupFailure({
      step: STEP,
      fault: "npm ci ended well, but the project's own Node (node_modules/.bin/node) does not run",
      cure: 'allow install scripts (npm config delete ignore-scripts), then run this again',
    });
  }
  writeStamp(root, STEP, wanted);
  say('dependencies: installed');
}

/**
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @returns {string}
 */
function requireNpm(root, env) {
  const npm = findProgram('npm', env);
  if (npm === null) {
    throw new SetupFailure({ step: STEP, fault: 'npm is not on PATH', cure: `install npm ${OLDEST_NPM} or newer` });
  }
  const { ok, output } = run(npm, ['--version'], { cwd: root, env });
  const version = /^(\d+)\.\d+\.\d+/m.exec(output);
  if (!ok || version === null) {
    throw new SetupFailure({ step: STEP, fault: 'npm does not run', cure: `repair ${npm}`, detail: output });
  }
  if (Number(version[1]) < OLDEST_NPM) {
    throw new SetupFailure({
      step: STEP,
      fault: `npm ${version[0]} is too old: ${OLDEST_NPM} or newer is needed`,
      cure: 'npm install --global npm@latest',
    });
  }
  return npm;
}

/**
 * @param {string} output
 * @returns {SetupFailure}
 */
export function explainNpmFailure(output) {
  const [fault, cure] = soundsLikeNoNetwork(output)
    ? [
        'the npm registry cannot be reached',
        'check the network or the proxy (npm config get registry), then run this again',
      ]
    : /EUSAGE|can only install packages when your package\.json and package-lock\.json/.test(output)
      ? ['package.json and package-lock.json disagree', 'npm install, then commit package-lock.json']
      : /ENOSPC/.test(output)
        ? ['the disk is full', 'free about 1 GB, then run this again']
        : /EACCES|EPERM/.test(output)
          ? ['files here may not be written', 'give node_modules to the user who runs this']
          : ['npm ci failed', 'read what npm says below'];
  return new SetupFailure({ step: STEP, fault, cure, detail: output });
}

/**
 * Whether the tree that npm says it installed is the locked one: then an install by hand (npm install) stands, and
 * nobody's running process loses its modules to a needless npm ci. npm writes its record last.
 *
 * @param {string} root
 * @returns {boolean}
 */
export function treeMatchesLock(root) {
  const locked = readPackages(join(root, 'package-lock.json'));
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (locked === null || installed === null) return false;
  const same = (/** @type {string} */ path) =>
    ['version', 'resolved', 'integrity', 'link'].every((field) => locked[path]?.[field] === installed[path]?.[field]);
  const nothingMissing = Object.keys(locked).every((path) => path === '' || locked[path]?.optional || same(path));
  return nothingMissing && Object.keys(installed).every(same);
}

/**
 * @param {string} path
 * @returns {Record<string, Record<string, unknown>> | null}
 */
function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    // Missing or half-written: no record of an installation, so it doesn't count as one.
    return null;
  }
}

/** @param {string} root */
function projectNodeRuns(root) {
  return run(join(root, 'node_modules', '.bin', 'node'), ['--version'], { cwd: root, env: process.env }).ok;
}
