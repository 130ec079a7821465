import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { type Gateway, refuseUpgrade } from '../gateway/gateway.ts';
import type { GatewayMeters } from '../observability/metrics/gateway-meters.ts';
import { createHealth } from './health.ts';
import type { Handlers } from './listener.ts';
import { isAllowedOrigin, isTrustedHost, type OriginPolicy } from './origins.ts';

/** For whoever asks while the server starts or stops: neither takes long, and asking is cheap. */
const RETRY_AFTER_SECONDS = 1;

export interface HandlerParts {
  readonly app: Hono;
  readonly gateway: Pick<Gateway, 'handleUpgrade'>;
  readonly origins: OriginPolicy;
  readonly isDraining: () => boolean;
  readonly meters: GatewayMeters | null;
}

/** What arrives at the port of a server that works: requests for the app, sockets for the gateway. */
export function createHandlers({ app, gateway, origins, isDraining, meters }: HandlerParts): Handlers {
  const refuse = createRefusal(meters);
  return {
    onRequest: listenFor(app),
    onUpgrade(request, socket, head) {
      const { host, origin } = request.headers;
      if (isDraining()) {
        refuse(socket, '503 Service Unavailable', 'The server is restarting.', RETRY_AFTER_SECONDS);
      } else if (!isTrustedHost(host, origins)) {
        refuse(
          socket,
          '403 Forbidden',
          'This server answers on loopback only, not under that name; auth "open" lets it.',
        );
      } else if (!isAllowedOrigin({ host, origin }, origins)) {
        refuse(socket, '403 Forbidden', 'Pages of this origin may not connect; the setting allowedOrigins lets them.');
      } else {
        gateway.handleUpgrade(request, socket, head);
      }
    },
  };
}

/** While the journal is being opened: the process lives, and everything else is asked to come back. */
export function createStartingHandlers(meters: GatewayMeters | null): Handlers {
  const refuse = createRefusal(meters);
  const app = createHealth(() => [{ code: 'starting', detail: 'The journal is being opened' }]);
  app.all('*', (context) =>
    context.text('The server is starting.\n', 503, { 'Retry-After': String(RETRY_AFTER_SECONDS) }),
  );
  return {
    onRequest: listenFor(app),
    onUpgrade: (_request, socket) =>
      refuse(socket, '503 Service Unavailable', 'The server is starting.', RETRY_AFTER_SECONDS),
  };
}

function createRefusal(meters: GatewayMeters | null): typeof refuseUpgrade {
  return (socket, status, ...answer) => {
    meters?.upgradeFailed(status);
    refuseUpgrade(socket, status, ...answer);
  };
}

function listenFor(app: Hono): Handlers['onRequest'] {
  // Without this option the adapter replaces the global Request and Response of the whole process.
  const listen = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  return (request, response) => void listen(request, response);
}
