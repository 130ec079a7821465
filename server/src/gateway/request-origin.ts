import type { IncomingMessage } from 'node:http';
import type { SessionOrigin } from '../collab/session-port.ts';
import { resolveTarget } from './upgrade-target.ts';

/** No header holds a line break: Node refuses such requests. */
const BETWEEN = '\n';

/** Of the handshake itself, which is over; none of them says who is there. */
const HANDSHAKE_HEADERS = /^(?:connection|upgrade|sec-websocket-(?:key|version|extensions))$/i;

/**
 * Of these Node keeps the first and drops the rest (see `message.headers` in its documentation). Two values in one
 * would be a third that nobody sent: `Bearer a, Bearer b` is no token.
 */
const SINGLE_HEADERS = new Set([
  'age',
  'authorization',
  'content-length',
  'content-type',
  'etag',
  'expires',
  'from',
  'host',
  'if-modified-since',
  'if-unmodified-since',
  'last-modified',
  'location',
  'max-forwards',
  'proxy-authorization',
  'referer',
  'retry-after',
  'server',
  'user-agent',
]);

const AUTHORIZATION = /^authorization$/im;

/**
 * Where a session comes from. It lives as long as its socket, so it keeps little: one string for the headers weighs a
 * third of what Node parses them into, and a `URL` and `Headers` weigh kilobytes.
 */
export class RequestOrigin implements SessionOrigin {
  readonly remoteAddress: string;
  readonly #target: string;
  /** Names and values in turn. */
  readonly #headers: string;

  /** @param remoteAddress where it comes from, told by our own proxies where there are any */
  constructor(request: IncomingMessage, remoteAddress: string) {
    this.remoteAddress = remoteAddress;
    this.#target = request.url ?? '/';
    this.#headers = joinHeaders(request.rawHeaders);
  }

  /** A value may look like the name of a header: then it is parsed in vain. */
  get mayCarryToken(): boolean {
    return this.#target.includes('?') || AUTHORIZATION.test(this.#headers);
  }

  get url(): URL {
    return resolveTarget(this.#target);
  }

  get headers(): Headers {
    const headers = new Headers();
    const parts = this.#headers.split(BETWEEN);
    for (let index = 0; index + 1 < parts.length; index += 2)
      addHeader(headers, parts[index] ?? '', parts[index + 1] ?? '');
    // Where extensions of Hocuspocus look for the address of a client that comes without a proxy.
    if (!headers.has('x-real-ip')) headers.set('x-real-ip', this.remoteAddress);
    return headers;
  }
}

/** By `join`, which copies: what `+` puts together keeps all of its parts, each with more beside it than most have in them. */
function joinHeaders(raw: readonly string[]): string {
  const kept: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    if (!HANDSHAKE_HEADERS.test(name)) kept.push(name, raw[index + 1] ?? '');
  }
  return kept.join(BETWEEN);
}

/** As Node puts together what a client says more than once. */
function addHeader(headers: Headers, rawName: string, value: string): void {
  const name = rawName.toLowerCase();
  const before = headers.get(name);
  if (before === null) headers.set(name, value);
  else if (name === 'cookie') headers.set(name, `${before}; ${value}`);
  else if (!SINGLE_HEADERS.has(name)) headers.append(name, value);
}
