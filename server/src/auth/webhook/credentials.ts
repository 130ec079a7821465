import type { OriginPolicy } from '../../http/origins.ts';
import type { AuthRequest } from '../authenticator.ts';
import { readTrustedCookies } from '../trusted-cookies.ts';

/** By what somebody is known; one of the two. */
export type Credentials =
  | { readonly token: string; readonly cookie: null }
  /** As in the header, without those that the backend did not ask for. */
  | { readonly token: null; readonly cookie: string };

/**
 * A token that was sent on purpose goes before cookies. Of those only the ones that are named are looked at: the rest is
 * nobody's business, and would make everybody new with each page view that is counted in one.
 *
 * @returns null when there are none
 */
export function findCredentials(
  request: AuthRequest,
  cookieNames: readonly string[],
  origins: OriginPolicy,
): Credentials | null {
  const { token } = request;
  if (token !== '') return { token, cookie: null };
  if (cookieNames.length === 0) return null;
  const cookie = readTrustedCookies(request.headers, origins)
    .filter(({ name }) => cookieNames.includes(name))
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ');
  return cookie === '' ? null : { token: null, cookie };
}
