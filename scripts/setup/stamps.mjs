import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * What was finished for which inputs. A stamp is erased before its step begins and written, by rename, only after it
 * ended well, so an interrupted run never leaves a false "done". Kept in node_modules: whoever removes that removes it.
 *
 * @typedef {'dependencies' | 'app'} Stamp
 */

/**
 * @param {string} root
 * @returns {Record<string, string>}
 */
function readStamps(root) {
  try {
    const parsed = JSON.parse(readFileSync(stampFile(root), 'utf8'));
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    // None yet, or one that can't be read: both mean that nothing is known to be done.
    return {};
  }
}

/**
 * @param {string} root
 * @param {Stamp} stamp
 * @param {string} fingerprint
 */
export function isStamped(root, stamp, fingerprint) {
  return readStamps(root)[stamp] === fingerprint;
}

/**
 * @param {string} root
 * @param {Stamp} stamp
 * @param {string | null} fingerprint null erases it
 */
export function writeStamp(root, stamp, fingerprint) {
  const { [stamp]: _old, ...others } = readStamps(root);
  const stamps = fingerprint === null ? others : { ...others, [stamp]: fingerprint };
  const draft = `${stampFile(root)}.${process.pid}`;
  mkdirSync(dirname(draft), { recursive: true });
  writeFileSync(draft, `${JSON.stringify(stamps, null, 2)}\n`);
  renameSync(draft, stampFile(root));
}

/** @param {string} root */
function stampFile(root) {
  return join(root, 'node_modules', '.quire-setup');
}
