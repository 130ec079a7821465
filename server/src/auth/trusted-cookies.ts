import { isTrustedWithCookies, type OriginPolicy } from '../http/origins.ts';

/** A cookie as it was sent: quotes and escapes are for whoever set it. */
export interface SentCookie {
  readonly name: string;
  readonly value: string;
}

/**
 * The cookies of a request, as far as they may speak for its person. A browser sends them whichever page asks, so they
 * count only for pages that are named, or our own.
 *
 * In the order in which they came: browsers put the most specific of a name first (RFC 6265 §5.4).
 */
export function readTrustedCookies(headers: Headers, origins: OriginPolicy): readonly SentCookie[] {
  const claim = { origin: headers.get('origin') ?? undefined, host: headers.get('host') ?? undefined };
  return isTrustedWithCookies(claim, origins) ? readCookies(headers.get('cookie') ?? '') : [];
}

/** The token in the cookie of that name; empty where there is none. */
export function findCookieToken(headers: Headers, name: string, origins: OriginPolicy): string {
  return unquote(readTrustedCookies(headers, origins).find((cookie) => cookie.name === name)?.value ?? '');
}

function readCookies(header: string): SentCookie[] {
  return header.split(';').flatMap((pair) => {
    const separator = pair.indexOf('=');
    if (separator <= 0) return [];
    return [{ name: pair.slice(0, separator).trim(), value: pair.slice(separator + 1).trim() }];
  });
}

function unquote(value: string): string {
  return value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}
