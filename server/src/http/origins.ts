import { isLoopbackHost } from '../config/hosts.ts';

export interface OriginPolicy {
  /** Besides the server's own and those on loopback; `*` allows all. */
  readonly allowedOrigins: readonly string[];
  /** The server listens on loopback only, so every honest request names a loopback host. */
  readonly isLoopbackOnly: boolean;
}

export interface OriginClaim {
  /** The `Origin` header: browsers send it with every upgrade and with every request that changes something. */
  readonly origin: string | undefined;
  /** The `Host` header. */
  readonly host: string | undefined;
}

/**
 * Whether the page that a request comes from may change documents here. Without a token to ask for, this is what keeps
 * any page in the same browser from doing so. Programs send no origin and are not held up.
 */
export function isAllowedOrigin(claim: OriginClaim, policy: OriginPolicy): boolean {
  const { origin, host } = claim;
  if (origin === undefined || policy.allowedOrigins.includes('*') || policy.allowedOrigins.includes(origin))
    return true;
  const page = parseUrl(origin);
  if (page === null || !isOrigin(page)) return false;
  return isLoopbackHost(bareHostname(page)) || isSameHost(page, host);
}

/**
 * Whether a cookie that came along may speak for its person. A browser sends it whichever page asks, so `*` is not
 * enough, nor is being on loopback: cookies don't know ports, so those of every server on this machine would count.
 */
export function isTrustedWithCookies({ origin, host }: OriginClaim, policy: OriginPolicy): boolean {
  if (origin === undefined || policy.allowedOrigins.includes(origin)) return true;
  const page = parseUrl(origin);
  return page !== null && isOrigin(page) && isSameHost(page, host);
}

/** Of a file there is no host to compare; and an origin has no userinfo, which could pass for one. */
function isOrigin(page: URL): boolean {
  return page.host !== '' && page.username === '' && page.password === '';
}

/** With the page's own scheme, since a proxy in front of us may speak another one than we do. */
function isSameHost(page: URL, host: string | undefined): boolean {
  return host !== undefined && parseUrl(`${page.protocol}//${host}`)?.host === page.host;
}

/** What clients on this machine write; parsing it anew for each of many who reconnect at once is what costs. */
const USUAL_LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/;

/**
 * A name that its owner points at 127.0.0.1 after the page has loaded makes that page same-origin with us (DNS
 * rebinding). A server on loopback knows its names, so it answers to no others.
 */
export function isTrustedHost(host: string | undefined, policy: OriginPolicy): boolean {
  if (host === undefined || !policy.isLoopbackOnly || USUAL_LOOPBACK.test(host)) return true;
  const url = parseUrl(`http://${host}`);
  return url !== null && isLoopbackHost(bareHostname(url));
}

function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

function bareHostname(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}
