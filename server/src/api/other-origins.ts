import type { Hono } from 'hono';
import { allowReading, answerPreflight } from '../http/cross-origin.ts';
import type { OriginPolicy } from '../http/origins.ts';
import { EPOCH_HEADER } from './state-route.ts';

/** What a page may send with its requests: some calls of the API take each of them. */
const PREFLIGHT = {
  methods: 'GET, HEAD, POST, PUT, PATCH, DELETE',
  headers: 'Authorization, Content-Type, Idempotency-Key, If-Range, Range',
};

/** What a page may read of an answer besides its body, and besides what browsers show to all. */
const EXPOSED = `Allow, Content-Length, Content-Range, ETag, Location, ${EPOCH_HEADER}, Retry-After, WWW-Authenticate`;

/**
 * Lets the pages that may connect use the API too, from whichever origin. It comes before whatever refuses a request: of a
 * problem that a page may not read, it could only say that the server can't be reached.
 *
 * What such a page may change is for `checkOrigin` to say: a browser that is told nothing here sends some requests all the same.
 */
export function openToOtherOrigins(api: Hono, origins: OriginPolicy): void {
  api.use('/v1/*', async (context, next) => {
    const claim = { host: context.req.header('host'), origin: context.req.header('origin') };
    if (context.req.method === 'OPTIONS') {
      return new Response(null, { status: 204, headers: answerPreflight(claim, origins, PREFLIGHT) });
    }
    await next();
    for (const [name, value] of Object.entries(allowReading(claim, origins, EXPOSED))) {
      context.res.headers.set(name, value);
    }
    return undefined;
  });
}
