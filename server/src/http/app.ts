import { type Context, Hono } from 'hono';
import type { Logger } from '../observability/log.ts';
import type { GatewayMeters } from '../observability/metrics/gateway-meters.ts';
import { createHealth, type ReadUnreadiness } from './health.ts';
import { logRequestFailure } from './request-failure.ts';

export interface AppParts {
  readonly api: Hono;
  /** Null when the web app is switched off. */
  readonly staticApp: Hono | null;
  readonly readUnreadiness: ReadUnreadiness;
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
export function createApp({ api, staticApp, readUnreadiness, log, metrics }: AppParts): Hono {
  const app = new Hono();
  app.onError((error, context) => {
    logRequestFailure(log, error, context);
    return context.text('The server failed.\n', 500);
  });
  app.notFound((context) => context.text('There is nothing here.\n', 404));
  app.route('/', createHealth(readUnreadiness));
  for (const path of ['/v1', '/v1/*']) app.all(path, (context) => api.fetch(context.req.raw, context.env));
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

function askForUpgrade(context: Context): Response {
  if (context.req.method !== 'GET' && context.req.method !== 'HEAD') {
    return context.text('A WebSocket begins with a GET.\n', 405, { Allow: 'GET, HEAD' });
  }
  return context.text('This is the address of a WebSocket.\n', 426, { Connection: 'Upgrade', Upgrade: 'websocket' });
}
