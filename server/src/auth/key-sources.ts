import { readFile, stat } from 'node:fs/promises';
import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTHeaderParameters, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../clock.ts';
import { withoutCredentials } from '../config/without-credentials.ts';
import type { Logger } from '../observability/log.ts';
import { KeyError, readKeys, type VerificationKey } from './jwt-keys.ts';

type Key = VerificationKey['key'] | Awaited<ReturnType<JWTVerifyGetKey>>;

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

const JWKS_TIMEOUT_MS = 5_000;
const JWKS_REFRESH_MS = 10 * 60_000;
/** Tokens that name keys which there are not would otherwise make us ask for each of them. */
const JWKS_COOLDOWN_MS = 30_000;
/** While the provider can't be reached, so long is not asked again, however many tokens come. */
const JWKS_FAILURE_PAUSE_MS = 5_000;

/**
 * Keys that an identity provider publishes. A token with an unknown key makes us ask again, at most twice a minute; every
 * ten minutes we do so anyway, so that keys that were withdrawn are forgotten. While the provider can't be reached the
 * keys that are known stay: who signs in does not depend on it.
 */
export function createRemoteKeys(
  url: URL,
  clock: Clock,
  log: Logger,
  { cooldownMs = JWKS_COOLDOWN_MS }: { readonly cooldownMs?: number } = {},
): KeySource {
  const failurePauseMs = Math.min(cooldownMs, JWKS_FAILURE_PAUSE_MS);
  const remote = createRemoteJWKSet(url, {
    timeoutDuration: JWKS_TIMEOUT_MS,
    cooldownDuration: cooldownMs,
    cacheMaxAge: Number.POSITIVE_INFINITY,
  });
  const stop = clock.every(JWKS_REFRESH_MS, () => {
    remote.reload().catch((error: unknown) => {
      log.warn(
        { err: error, url: withoutCredentials(url.href) },
        'the keys for tokens can not be fetched again: those known stay',
      );
    });
  });
  let failure: { readonly at: number; readonly error: unknown } | null = null;
  return {
    async find(header) {
      if (header.alg.startsWith('HS')) return []; // nobody publishes secrets
      const known = remote.jwks();
      const fitting = known === undefined ? [] : await findAmong(createLocalJWKSet(known), header);
      if (fitting.length > 0) return fitting;
      if (failure !== null && clock.monotonicMs() - failure.at < failurePauseMs) throw failure.error;
      try {
        return await findAmong(remote, header);
      } catch (error) {
        failure = { at: clock.monotonicMs(), error };
        throw error;
      }
    },
    close: stop,
  };
}

/** @throws only when the keys can't be had: for what is wrong with a token there is no key */
async function findAmong(keySet: JWTVerifyGetKey, header: JWTHeaderParameters): Promise<readonly Key[]> {
  try {
    return [await keySet(header, { payload: '', signature: '' })];
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JOSENotSupported) return [];
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    const keys: Key[] = [];
    for await (const key of error) keys.push(key);
    return keys;
  }
}
