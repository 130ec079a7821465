import type { AuthRequest } from './authenticator.ts';

const BEARER = /^Bearer +(\S+) *$/i;

/** The token that a request carries on purpose: as a bearer token, or as `token` in the query. */
export function findSentToken({ headers, url }: Pick<AuthRequest, 'headers' | 'url'>): string {
  return BEARER.exec(headers.get('authorization') ?? '')?.[1] ?? url.searchParams.get('token') ?? '';
}

/**
 * The same request, with the token that `find` finds where it has none. Nothing is looked for until somebody asks, and
 * then once: URL and headers are parsed for it.
 */
export function withToken(request: AuthRequest, find: (request: AuthRequest) => string): AuthRequest {
  if (request.token !== '') return request;
  let found: string | null = null;
  return {
    get token() {
      found ??= find(request);
      return found;
    },
    document: request.document,
    remoteAddress: request.remoteAddress,
    get headers() {
      return request.headers;
    },
    get url() {
      return request.url;
    },
  };
}
