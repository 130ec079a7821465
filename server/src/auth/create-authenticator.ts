import { resolve } from 'node:path';
import type { Clock } from '../clock.ts';
import { ConfigError } from '../config/config-error.ts';
import type { Config } from '../config.ts';
import type { OriginPolicy } from '../http/origins.ts';
import type { Logger } from '../observability/log.ts';
import type { WebhookMeters } from '../observability/metrics/webhook-meters.ts';
import { type Authenticator, createOpenAuthenticator } from './authenticator.ts';
import { withToken } from './find-token.ts';
import { createJwtAuthenticator } from './jwt-authenticator.ts';
import { KeyError, readSecret } from './jwt-keys.ts';
import { createFixedKeys, type KeySource, openKeyFile } from './key-sources.ts';
import { createPublishedKeys } from './published-keys.ts';
import { findCookieToken } from './trusted-cookies.ts';
import { createBackend } from './webhook/backend.ts';
import { WebhookAuthenticator } from './webhook/webhook-authenticator.ts';

/** An authenticator made from settings, and what it holds. */
export interface ConfiguredAuthenticator extends Authenticator {
  /**
   * What is remembered of somebody counts no longer: whoever comes as them is asked about anew. Who is in stays.
   *
   * @param user null: of everybody
   */
  forgetAnswers(user: string | null): void;
  close(): void;
}

interface Surroundings {
  readonly origins: OriginPolicy;
  readonly clock: Clock;
  readonly log: Logger;
  /** Left out: nobody counts. */
  readonly meters?: WebhookMeters | null;
}

type AuthSettings = Pick<Config, 'auth' | 'jwt' | 'webhook'>;

/** @throws {ConfigError} when a file of keys can't be used */
export async function createAuthenticator(
  { auth, jwt, webhook }: AuthSettings,
  surroundings: Surroundings,
): Promise<ConfiguredAuthenticator> {
  switch (auth) {
    case 'open':
    case 'open-on-loopback':
      return remembersNothing(createOpenAuthenticator());
    case 'jwt':
      return createTokenAuthenticator(jwt, surroundings);
    case 'webhook':
      return createWebhookAuthenticator(webhook, surroundings);
    default:
      return auth satisfies never;
  }
}

/** One that decides anew each time, and holds nothing. */
export function remembersNothing(authenticator: Authenticator): ConfiguredAuthenticator {
  return {
    authenticate: (request) => authenticator.authenticate(request),
    forgetAnswers: () => {},
    close: () => {},
  };
}

async function createTokenAuthenticator(
  jwt: AuthSettings['jwt'],
  { origins, clock, log }: Surroundings,
): Promise<ConfiguredAuthenticator> {
  const keys: KeySource[] = [];
  if (jwt.secrets.length > 0) keys.push(createFixedKeys(jwt.secrets.map(readSecret)));
  if (jwt.keyFile !== undefined) keys.push(await openConfiguredFile(jwt.keyFile, clock, log));
  if (jwt.jwksUrl !== undefined) keys.push(createPublishedKeys(new URL(jwt.jwksUrl), clock, log));
  const inner = createJwtAuthenticator(keys, jwt, clock);
  return {
    ...remembersNothing(inner),
    authenticate: (request) =>
      inner.authenticate(withToken(request, ({ headers }) => findCookieToken(headers, jwt.cookie, origins))),
    close() {
      for (const source of keys) source.close();
    },
  };
}

function createWebhookAuthenticator(
  { url, ...webhook }: AuthSettings['webhook'],
  { origins, clock, log, meters = null }: Surroundings,
): ConfiguredAuthenticator {
  // Settings without it were refused: with nobody to ask, nobody is let in.
  if (url === undefined) throw new Error('auth is "webhook", but webhook.url is not set');
  const backend = createBackend({ ...webhook, url: new URL(url) }, clock);
  return new WebhookAuthenticator(backend, webhook, { origins, clock, log, meters });
}

async function openConfiguredFile(path: string, clock: Clock, log: Logger): Promise<KeySource> {
  try {
    return await openKeyFile(path, clock, log);
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    throw new ConfigError([
      {
        path: 'jwt.keyFile',
        source: resolve(path),
        fault: error.message,
        cure: 'name a file with a JWK set, public keys as PEM, or secrets, one a line',
      },
    ]);
  }
}
