/** What the service worker does with a request. Content never passes through it: documents live in the SDK's own store. */
export type RequestPolicy =
  /** A page of the app: the network's, or the stored one when there is none. */
  | 'page'
  /** Its name carries a hash of its content, so a stored copy is as good as the server's. */
  | 'immutable'
  /** A file of the app under a stable name: the network's, or the stored one. */
  | 'refreshed'
  | 'untouched';

const serverPaths = ['/v1', '/collab', '/yjs', '/healthz', '/readyz', '/metrics'];

export function decidePolicy(request: { method: string; mode: string; url: string }, origin: string): RequestPolicy {
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== origin) return 'untouched';
  const { pathname } = url;
  if (serverPaths.some((path) => pathname === path || pathname.startsWith(`${path}/`))) return 'untouched';
  if (pathname.startsWith('/assets/')) return 'immutable';
  if (pathname === '/theme.js' || pathname === '/favicon.svg') return 'refreshed';
  return request.mode === 'navigate' ? 'page' : 'untouched';
}
