/** What an upgrade request asks for. */
export type RequestedTarget =
  | UpgradeTarget
  | { readonly kind: 'refused'; readonly status: string; readonly problem: string };

export type UpgradeTarget =
  | { readonly kind: 'hocuspocus'; readonly url: URL }
  | { readonly kind: 'y-websocket'; readonly url: URL; readonly document: string };

const Y_WEBSOCKET_PREFIX = '/yjs/';

/** Only path and query of the request matter; a host that a client made up is never used. */
const BASE = 'http://quire.invalid';

/**
 * Reads the path of an upgrade request. What follows `/yjs/` is the name of a document, percent-decoded once: the
 * provider of y-websocket puts the name into its URL raw, and the URL parser of the browser encodes it.
 */
export function readTarget(requestTarget: string): RequestedTarget {
  // Put together, not resolved: `//evil.example/collab` is a path here, whatever a URL parser would make of it.
  const url = requestTarget.startsWith('/') ? URL.parse(BASE + requestTarget) : null;
  if (url === null)
    return { kind: 'refused', status: '400 Bad Request', problem: 'The path of this request is not a URL path.' };
  const path = url.pathname.length > 1 && url.pathname.endsWith('/') ? url.pathname.slice(0, -1) : url.pathname;
  if (path === '/collab') return { kind: 'hocuspocus', url };
  // As it was sent: a URL parser takes `a/../b` for `b`, which is another document.
  const rawPath = requestTarget.split(/[?#]/, 1)[0] ?? '';
  if (rawPath.startsWith(Y_WEBSOCKET_PREFIX)) {
    const encoded = rawPath.slice(Y_WEBSOCKET_PREFIX.length);
    try {
      return { kind: 'y-websocket', url, document: decodeURIComponent(encoded) };
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
