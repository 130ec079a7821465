import type { Clock } from '../clock.ts';
import { ConfigError } from '../config/config-error.ts';
import type { Config } from '../config.ts';
import type { OriginPolicy } from '../http/origins.ts';
import type { Logger } from '../observability/log.ts';
import { type Authenticator, createOpenAuthenticator } from './authenticator.ts';
import { withToken } from './find-token.ts';
import { createJwtAuthenticator } from './jwt-authenticator.ts';
import { KeyError, readSecret } from './jwt-keys.ts';
import { createFixedKeys, createRemoteKeys, type KeySource, openKeyFile } from './key-sources.ts';
import { findCookieToken } from './trusted-cookies.ts';

/** An authenticator made from settings, and what it holds. */
export interface ConfiguredAuthenticator extends Authenticator {
  close(): void;
}

interface Surroundings {
  readonly origins: OriginPolicy;
  readonly clock: Clock;
  readonly log: Logger;
}

/** @throws {ConfigError} when a file of keys can't be used */
export async function createAuthenticator(
  { auth, jwt }: Pick<Config, 'auth' | 'jwt'>,
  { origins, clock, log }: Surroundings,
): Promise<ConfiguredAuthenticator> {
  if (auth !== 'jwt') return { ...createOpenAuthenticator(), close: () => {} };
  const keys: KeySource[] = [];
  if (jwt.secrets.length > 0) keys.push(createFixedKeys(jwt.secrets.map(readSecret)));
  if (jwt.keyFile !== undefined) keys.push(await openConfiguredFile(jwt.keyFile, clock, log));
  if (jwt.jwksUrl !== undefined) keys.push(createRemoteKeys(new URL(jwt.jwksUrl), clock, log));
  const inner = createJwtAuthenticator(keys, jwt, clock);
  return {
    authenticate: (request) =>
      inner.authenticate(withToken(request, ({ headers }) => findCookieToken(headers, jwt.cookie, origins))),
    close() {
      for (const source of keys) source.close();
    },
  };
}

async function openConfiguredFile(path: string, clock: Clock, log: Logger): Promise<KeySource> {
  try {
    return await openKeyFile(path, clock, log);
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    throw new ConfigError([
      {
        path: 'jwt.keyFile',
        source: 'QUIRE_JWT_KEY_FILE',
        fault: `${path}: ${error.message}`,
        cure: 'name a file with a JWK set, public keys as PEM, or secrets, one a line',
      },
    ]);
  }
}
