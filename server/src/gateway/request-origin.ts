import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { SessionOrigin } from '../collab/session-port.ts';

/** Where a session comes from. It lives as long as its socket, so it keeps little: a `URL` and `Headers` weigh kilobytes. */
export class RequestOrigin implements SessionOrigin {
  readonly remoteAddress: string;
  readonly #url: string;
  readonly #headers: IncomingHttpHeaders;

  constructor(request: IncomingMessage, url: URL) {
    this.remoteAddress = request.socket.remoteAddress ?? '';
    this.#url = url.href;
    this.#headers = request.headers;
  }

  get url(): URL {
    return new URL(this.#url);
  }

  get headers(): Headers {
    const headers = new Headers();
    for (const [name, value] of Object.entries(this.#headers)) {
      if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
    }
    // Where extensions of Hocuspocus look for the address of a client that comes without a proxy.
    if (!headers.has('x-real-ip')) headers.set('x-real-ip', this.remoteAddress);
    return headers;
  }
}
