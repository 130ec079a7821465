import { reachableAddress } from '../config/hosts.ts';
import { withoutCredentials } from '../config/without-credentials.ts';
import type { Config } from '../config.ts';
import { describeFetchFailure } from '../fetch-failure.ts';

/** Where the server is that a command asks: as somebody said, or where one with these settings would be; null: nowhere. */
export function readServerUrl(said: string | undefined, config: Pick<Config, 'host' | 'port'>): URL | null {
  const url = URL.parse(said ?? reachableAddress(config));
  if (url === null || url.username !== '' || url.password !== '') return null; // `fetch` would refuse them
  return /^https?:$/.test(url.protocol) ? url : null;
}

export function describeBadUrl(said: string | undefined): string {
  const shown = withoutCredentials(said ?? '');
  return `--url must be an address such as http://localhost:8080, without a user and a password, but is "${shown}".`;
}

/** In words for whoever asked. */
export function describeUnreachable(url: URL, error: unknown, patienceMs: number): string {
  const isLate = error instanceof Error && error.name === 'TimeoutError';
  const reason = isLate ? `no answer within ${patienceMs / 1000} s` : describeFetchFailure(error);
  return `Quire can't be reached at ${url.origin}: ${reason}.\n  Start it with "quire serve", or say where it is with --url.`;
}
