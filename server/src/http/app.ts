import { type Context, Hono } from 'hono';
import type { Logger } from '../observability/log.ts';
import type { GatewayMeters } from '../observability/metrics/gateway-meters.ts';
import { createHealth, type ReadUnreadiness, type ReadWarnings } from './health.ts';
import { logRequestFailure } from './request-failure.ts';

export interface AppParts {
  readonly api: Hono;
  /** Null when the web app is switched off. */
  readonly staticApp: Hono | null;
  readonly readUnreadiness: ReadUnreadiness;
  /** Left out: there is nothing to warn of. */
  readonly readWarnings?: ReadWarnings | undefined;
  /** What the other nodes of a cluster ask; left out: this is a node by itself. */
  readonly peers?: Hono | undefined;
  readonly log: Logger;
  /** Null when nothing is measured. */
  readonly metrics: ServedMetrics | null;
}

/** Tells what was counted, and counts what is answered here. */
export interface ServedMetrics {
  readonly route: Hono;
  readonly gateway: Pick<GatewayMeters, 'upgradeFailed'>;
}

/** Everything that is served over plain HTTP. */
export function createApp(parts: AppParts): Hono {
  const { api, log, metrics, peers, readUnreadiness, readWarnings, staticApp } = parts;
  const app = new Hono();
  app.onError((error, context) => {
    logRequestFailure(log, error, context);
    return context.text('The server failed.\n', 500);
  });
  app.notFound((context) => context.text('There is nothing here.\n', 404));
  app.route('/', createHealth(readUnreadiness, readWarnings));
  for (const path of ['/v1', '/v1/*']) app.all(path, (context) => api.fetch(context.req.raw, context.env));
  addPeerRoutes(app, peers);
  for (const path of ['/collab', '/yjs/*']) {
    app.all(path, (context) => {
      const response = askForUpgrade(context);
      metrics?.gateway.upgradeFailed(String(response.status));
      return response;
    });
  }
  if (metrics !== null) app.route('/', metrics.route);
  if (staticApp !== null) app.all('*', (context) => staticApp.fetch(context.req.raw));
  return app;
}

/** In no way to be taken for the app, which answers wherever nobody else does. */
export function addPeerRoutes(app: Hono, peers: Hono | undefined): void {
  app.all('/cluster/*', (context) => {
    if (peers !== undefined) return peers.fetch(context.req.raw, context.env);
    return context.text('This server is a node by itself: it has no setting redis.\n', 404);
  });
}

function askForUpgrade(context: Context): Response {
  if (context.req.method !== 'GET' && context.req.method !== 'HEAD') {
    return context.text('A WebSocket begins with a GET.\n', 405, { Allow: 'GET, HEAD' });
  }
  return context.text('This is the address of a WebSocket.\n', 426, { Connection: 'Upgrade', Upgrade: 'websocket' });
}
