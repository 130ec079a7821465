import type { IncomingMessage } from 'node:http';
import type { SessionOrigin } from '../collab/session-port.ts';
import { resolveTarget } from './upgrade-target.ts';

/** No header holds a line break: Node refuses such requests. */
const BETWEEN = '\n';

/**
 * Where a session comes from. It lives as long as its socket, so it keeps little: one string for the headers weighs a
 * third of what Node parses them into, and a `URL` and `Headers` weigh kilobytes.
 */
export class RequestOrigin implements SessionOrigin {
  readonly remoteAddress: string;
  readonly #target: string;
  /** Names and values in turn. */
  readonly #headers: string;

  constructor(request: IncomingMessage) {
    this.remoteAddress = request.socket.remoteAddress ?? '';
    this.#target = request.url ?? '/';
    this.#headers = request.rawHeaders.join(BETWEEN);
  }

  get url(): URL {
    return resolveTarget(this.#target);
  }

  get headers(): Headers {
    const headers = new Headers();
    const parts = this.#headers.split(BETWEEN);
    for (let index = 0; index + 1 < parts.length; index += 2)
      headers.append(parts[index] ?? '', parts[index + 1] ?? '');
    // Where extensions of Hocuspocus look for the address of a client that comes without a proxy.
    if (!headers.has('x-real-ip')) headers.set('x-real-ip', this.remoteAddress);
    return headers;
  }
}
