import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { SetupFailure } from './setup-failure.mjs';

// Debian asks this file before a package starts its service; 101 forbids it. Tests start their own processes.
const SERVICE_POLICY = '/usr/sbin/policy-rc.d';
// By this line a run knows what an earlier one, killed in mid-install, has left behind.
const MARK = '# Written by the set-up of Quire while it installs packages; without a set-up running, remove it.';

/**
 * Keeps services from starting while `install` runs. A machine's own policy is left as it is; ours goes when `install`
 * ends, however it ends. SIGINT and SIGTERM abort the signal that `install` gets instead of ending this process at
 * once, and fail the step afterwards.
 *
 * @param {(interruption: AbortSignal) => Promise<void>} install
 * @param {string} [policy]
 */
export async function withoutStartingServices(install, policy = SERVICE_POLICY) {
  const interruption = new AbortController();
  const interrupt = (/** @type {NodeJS.Signals} */ signal) => interruption.abort(signal);
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  const isOurs = claim(policy);
  try {
    await install(interruption.signal);
    throwIfInterrupted(interruption.signal);
  } catch (error) {
    // What was told to end fails, too: the reason is the interruption.
    throwIfInterrupted(interruption.signal);
    throw error;
  } finally {
    if (isOurs) rmSync(policy, { force: true });
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

/**
 * @param {string} policy
 * @returns {boolean} whether the policy is ours to take away
 */
function claim(policy) {
  const present = readIfThere(policy);
  if (present !== null && !present.includes(MARK)) return false;
  writeFileSync(policy, `#!/bin/sh\n${MARK}\nexit 101\n`, { mode: 0o755 });
  return true;
}

/** @param {string} path */
function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return null;
    throw error;
  }
}

/** @param {AbortSignal} interruption */
function throwIfInterrupted(interruption) {
  if (!interruption.aborted) return;
  throw new SetupFailure({
    step: 'test programs',
    fault: `interrupted by ${interruption.reason}`,
    cure: 'run this again when it suits you: it begins anew',
  });
}
