import { buffer } from 'node:stream/consumers';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type JSONWebKeySet,
  type JWKSCacheInput,
  type JWTHeaderParameters,
  type JWTVerifyGetKey,
  jwksCache,
} from 'jose';
import type { Clock } from '../clock.ts';
import { withoutCredentials } from '../config/without-credentials.ts';
import type { Logger } from '../observability/log.ts';
import { openOutgoingConnections } from '../outgoing-connections.ts';
import type { Key, KeySource } from './key-sources.ts';

const TIMEOUT_MS = 5_000;
const REFRESH_MS = 10 * 60_000;
/** Tokens that name keys which there are not would otherwise make us ask for each of them. */
const COOLDOWN_MS = 30_000;
/** While the provider can't be reached, so long is not asked again, however many tokens come. */
const FAILURE_PAUSE_MS = 5_000;
/** Those who make up names of keys fill no more memory than this; real ones are as long as a hash at most. */
const [MAX_NOTED, MAX_ID_LENGTH] = [1_000, 200];

/** What was published when we last asked. */
interface Published {
  readonly set: JSONWebKeySet;
  readonly find: JWTVerifyGetKey;
  /** Keys that tokens had named by then, and that are not among these: there are none of these names. */
  readonly missing: Set<string>;
  /** Keys that tokens have named since. */
  readonly unsettled: Set<string>;
}

/**
 * Keys that an identity provider publishes. A token with an unknown key makes us ask again, at most twice a minute; every
 * ten minutes we do so anyway, so that keys that were withdrawn are forgotten. While the provider can't be reached the
 * keys that are known stay: who signs in does not depend on it.
 *
 * Whose token names a key of which nobody had spoken when we last asked, and that was a moment ago, may have the next key:
 * nobody can say yet that it is none.
 */
export function createPublishedKeys(
  url: URL,
  clock: Clock,
  log: Logger,
  { cooldownMs = COOLDOWN_MS }: { readonly cooldownMs?: number } = {},
): KeySource {
  const failurePauseMs = Math.min(cooldownMs, FAILURE_PAUSE_MS);
  const fetched: JWKSCacheInput = {};
  const connections = openOutgoingConnections();
  const ending = new AbortController();
  const askProvider: FetchImplementation = async (address, { headers, signal }) => {
    const wanted = AbortSignal.any([signal, ending.signal]);
    const request = { headers: Object.fromEntries(headers), body: null, signal: wanted };
    const answer = await connections.ask(new URL(address), request);
    try {
      const body = await buffer(answer);
      const { statusCode: status = 0 } = answer;
      // Only of this one the body is read; some others may not have one.
      return new Response(status === 200 ? body : null, { status });
    } catch (error) {
      wanted.throwIfAborted();
      throw error;
    }
  };
  const remote = createRemoteJWKSet(url, {
    timeoutDuration: TIMEOUT_MS,
    cooldownDuration: cooldownMs,
    cacheMaxAge: Number.POSITIVE_INFINITY,
    [jwksCache]: fetched,
    [customFetch]: askProvider,
  });
  const stop = clock.every(REFRESH_MS, () => {
    remote.reload().catch((error: unknown) => {
      if (ending.signal.aborted) return;
      log.warn(
        { err: error, url: withoutCredentials(url.href) },
        'the keys for tokens can not be fetched again: those known stay',
      );
    });
  });
  let published: Published | null = null;
  let failure: { readonly at: number; readonly error: unknown } | null = null;

  function readPublished(): Published | null {
    const { jwks: set } = fetched;
    if (set === undefined || set === published?.set) return published;
    const missing = published === null ? [] : namedBy(published).filter((id) => !names(set, id));
    published = {
      set,
      find: createLocalJWKSet(set),
      missing: new Set(missing.slice(0, MAX_NOTED)),
      unsettled: new Set(),
    };
    return published;
  }

  return {
    async find(header) {
      if (header.alg.startsWith('HS')) return []; // nobody publishes secrets
      const known = readPublished();
      const fitting = known === null ? [] : await findAmong(known.find, header);
      if (fitting.length > 0) return fitting;
      if (failure !== null && clock.monotonicMs() - failure.at < failurePauseMs) throw failure.error;
      if (known !== null && remote.coolingDown && mayBeNew(header.kid, known)) {
        note(known.unsettled, header.kid);
        throw new Error('the key that a token names is not known, and it is too soon to ask for new ones');
      }
      try {
        const found = await findAmong(remote, header);
        if (found.length === 0) note(readPublished()?.missing, header.kid);
        return found;
      } catch (error) {
        failure = { at: clock.monotonicMs(), error };
        throw error;
      }
    },
    close() {
      stop();
      ending.abort();
      connections.close();
    },
  };
}

/** What has been spoken of last comes first. */
function namedBy({ set, missing, unsettled }: Published): readonly string[] {
  return [...set.keys.flatMap(({ kid }) => kid ?? []), ...unsettled, ...missing];
}

function names({ keys }: JSONWebKeySet, id: string): boolean {
  return keys.some(({ kid }) => kid === id);
}

/** Whether it may be one that was published since. */
function mayBeNew(id: string | undefined, { set, missing }: Published): boolean {
  return id !== undefined && !names(set, id) && !missing.has(id);
}

function note(ids: Set<string> | undefined, id: string | undefined): void {
  if (ids === undefined || id === undefined || id.length > MAX_ID_LENGTH || ids.size >= MAX_NOTED) return;
  ids.add(id);
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
