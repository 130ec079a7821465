import { readFile, stat } from 'node:fs/promises';
import type { JWTHeaderParameters, JWTVerifyGetKey } from 'jose';
import type { Clock } from '../clock.ts';
import type { Logger } from '../observability/log.ts';
import { KeyError, readKeys, type VerificationKey } from './jwt-keys.ts';

export type Key = VerificationKey['key'] | Awaited<ReturnType<JWTVerifyGetKey>>;

/** Where keys come from. */
export interface KeySource {
  /** Those with which a token of this header may be signed; empty when there are none. */
  find(header: JWTHeaderParameters): Promise<readonly Key[]>;
  close(): void;
}

/** Keys that stay as they are. */
export function createFixedKeys(keys: readonly VerificationKey[]): KeySource {
  return { find: (header) => Promise.resolve(choose(keys, header)), close: () => {} };
}

/** A file is looked at once in this time, when a token comes: a key that is put there works within a second. */
const FILE_CHECK_MS = 1_000;

/**
 * Keys in a file, read again whenever it changes: secrets rotate while the server runs, and nobody who is in notices. A
 * file that can't be read any more leaves the keys as they were.
 *
 * @throws {KeyError} when it can't be read the first time
 */
export async function openKeyFile(path: string, clock: Clock, log: Logger): Promise<KeySource> {
  let version = await asKeyError(versionOf(path));
  let keys = await asKeyError(readKeyFile(path));
  let checkedAt = clock.monotonicMs();

  async function refresh(): Promise<void> {
    if (clock.monotonicMs() - checkedAt < FILE_CHECK_MS) return;
    checkedAt = clock.monotonicMs();
    try {
      const found = await versionOf(path);
      if (found === version) return;
      keys = await readKeyFile(path);
      version = found;
      log.info({ path, keys: keys.length }, 'the keys for tokens were read again');
    } catch (error) {
      log.error({ err: error, path }, 'the keys for tokens can not be read again: those read before stay');
    }
  }

  return {
    async find(header) {
      await refresh();
      return choose(keys, header);
    },
    close: () => {},
  };
}

async function asKeyError<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (cause) {
    if (cause instanceof KeyError) throw cause;
    throw new KeyError(`it can't be read: ${(cause as Error).message}`, { cause });
  }
}

async function versionOf(path: string): Promise<string> {
  const { mtimeMs, size, ino } = await stat(path);
  return `${mtimeMs} ${size} ${ino}`;
}

async function readKeyFile(path: string): Promise<readonly VerificationKey[]> {
  return readKeys(await readFile(path, 'utf8'));
}

/** A key with the name that the token gives goes before all others; an algorithm that a key is not for, never with it. */
function choose(keys: readonly VerificationKey[], { alg, kid }: JWTHeaderParameters): readonly Key[] {
  const fitting = keys.filter(({ algorithms }) => algorithms.includes(alg));
  const named = fitting.filter(({ id }) => id !== null && id === kid);
  return (named.length > 0 ? named : fitting.filter(({ id }) => id === null || kid === undefined)).map(
    ({ key }) => key,
  );
}
