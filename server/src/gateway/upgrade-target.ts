/** What an upgrade request asks for. */
export type RequestedTarget =
  | UpgradeTarget
  | { readonly kind: 'refused'; readonly status: string; readonly problem: string };

export type UpgradeTarget =
  | { readonly kind: 'hocuspocus' }
  | { readonly kind: 'y-websocket'; readonly document: string; readonly token: string };

const Y_WEBSOCKET_PREFIX = '/yjs/';

/** Only path and query of the request matter; a host that a client made up is never used. */
const BASE = 'http://quire.invalid';

/**
 * Reads the path of an upgrade request, as it was sent: a URL parser takes `a/../b` for `b`, which is another document.
 * What follows `/yjs/` is the name of a document, percent-decoded once: the provider of y-websocket puts the name into
 * its URL raw, and the URL parser of the browser encodes it.
 */
export function readTarget(requestTarget: string): RequestedTarget {
  const path = requestTarget.split(/[?#]/, 1)[0] ?? '';
  if (path === '/collab' || path === '/collab/') return { kind: 'hocuspocus' };
  if (path.startsWith(Y_WEBSOCKET_PREFIX)) {
    const encoded = path.slice(Y_WEBSOCKET_PREFIX.length);
    try {
      return { kind: 'y-websocket', document: decodeURIComponent(encoded), token: readToken(requestTarget) };
    } catch {
      const problem = `The document name ${JSON.stringify(encoded)} is not valid percent-encoding; write % as %25.`;
      return { kind: 'refused', status: '400 Bad Request', problem };
    }
  }
  return {
    kind: 'refused',
    status: '404 Not Found',
    problem: 'WebSockets are served at /collab (Hocuspocus) and /yjs/<document> (y-websocket).',
  };
}

/** The target of a request as a URL. Put together, not resolved: `//evil.example/collab` is a path here. */
export function resolveTarget(requestTarget: string): URL {
  return URL.parse(BASE + requestTarget) ?? new URL(BASE);
}

function readToken(requestTarget: string): string {
  return requestTarget.includes('?') ? (resolveTarget(requestTarget).searchParams.get('token') ?? '') : '';
}
