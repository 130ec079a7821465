import type { OriginPolicy } from '../http/origins.ts';
import { isTrustedWithCookies } from '../http/origins.ts';

/** What of a request may hold a token. */
export interface TokenCarrier {
  readonly headers: Headers;
  readonly url: URL;
}

const BEARER = /^Bearer +(\S+) *$/i;

/**
 * The token of a request, wherever it is: as a bearer token, as `token` in the query, or in a cookie. A cookie is sent by
 * the browser whichever page asks, so it counts only for pages that are named, or our own.
 */
export function findToken(carrier: TokenCarrier, cookieName: string, origins: OriginPolicy): string {
  const sent = findSentToken(carrier);
  if (sent !== '') return sent;
  const { headers } = carrier;
  const claim = { origin: headers.get('origin') ?? undefined, host: headers.get('host') ?? undefined };
  return isTrustedWithCookies(claim, origins) ? findCookie(headers.get('cookie') ?? '', cookieName) : '';
}

/** One that was sent on purpose: as a bearer token, or in the query. */
export function findSentToken({ headers, url }: TokenCarrier): string {
  return BEARER.exec(headers.get('authorization') ?? '')?.[1] ?? url.searchParams.get('token') ?? '';
}

/** The first of that name, as browsers put the most specific one first (RFC 6265 §5.4). */
function findCookie(header: string, name: string): string {
  for (const pair of header.split(';')) {
    const separator = pair.indexOf('=');
    if (separator > 0 && pair.slice(0, separator).trim() === name) return unquote(pair.slice(separator + 1).trim());
  }
  return '';
}

function unquote(value: string): string {
  return value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}
