import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024;
// Of what is read as it comes only the end is kept: that is where a failure says why.
const OUTPUT_KEPT_CHARACTERS = 256 * 1024;

/**
 * npm puts every node_modules/.bin in front of PATH. npm itself must not be run by the Node that it is about to
 * replace, nor see the lifecycle of the script that called us.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function outerEnvironment(env) {
  const outer = Object.entries(env).filter(
    ([name]) => !/^npm_(lifecycle|package|command|execpath|node_execpath)/.test(name) && name !== 'INIT_CWD',
  );
  return { ...Object.fromEntries(outer), PATH: outerPath(env.PATH ?? '') };
}

/**
 * @param {string} path
 * @returns {string}
 */
function outerPath(path) {
  const isProjectBin = (/** @type {string} */ directory) => /node_modules[\\/]\.bin[\\/]?$/.test(directory);
  const isNpmHelper = (/** @type {string} */ directory) => directory.includes('node-gyp-bin');
  return path
    .split(delimiter)
    .filter((directory) => directory !== '' && !isProjectBin(directory) && !isNpmHelper(directory))
    .join(delimiter);
}

/**
 * @param {string} program
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | null} where PATH finds it
 */
export function findProgram(program, env) {
  for (const directory of (env.PATH ?? '').split(delimiter)) {
    const candidate = join(directory, program);
    try {
      accessSync(candidate, constants.X_OK);
      if (statSync(candidate).isFile()) return candidate;
    } catch {
      // Not here: the next directory of PATH may have it.
    }
  }
  return null;
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {{ ok: boolean, output: string }}
 */
export function run(program, args, { cwd, env }) {
  const result = spawnSync(program, args, {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: OUTPUT_LIMIT_BYTES,
  });
  const reason = result.error?.message ?? (result.signal === null ? '' : `ended by ${result.signal}`);
  const output = [result.stdout, result.stderr, reason].filter((text) => text).join('\n');
  return { ok: result.status === 0, output };
}

/**
 * Like `run`, but an interruption is passed on to the program, which is then waited for: it may have locks to release.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, interruption: AbortSignal }} options
 * @returns {Promise<{ ok: boolean, output: string }>}
 */
export function runInterruptibly(program, args, { cwd, env, interruption }) {
  if (interruption.aborted) return Promise.resolve({ ok: false, output: '' });
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const passOn = () => child.kill(interruption.reason);
    interruption.addEventListener('abort', passOn);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
        output = (output + text).slice(-OUTPUT_KEPT_CHARACTERS);
      });
    }
    const settle = (/** @type {boolean} */ ok, /** @type {string} */ reason) => {
      interruption.removeEventListener('abort', passOn);
      resolve({ ok, output: [output, reason].filter((text) => text).join('\n') });
    };
    child.once('error', (error) => settle(false, error.message));
    child.once('close', (code, signal) => settle(code === 0, signal === null ? '' : `ended by ${signal}`));
  });
}

/**
 * @param {string} output of npm or apt-get
 * @returns {boolean}
 */
export function soundsLikeNoNetwork(output) {
  return /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|Temporary failure resolving|Could not resolve|Could not connect|Failed to fetch|network is unreachable/i.test(
    output,
  );
}
