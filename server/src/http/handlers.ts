import { STATUS_CODES } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { type Gateway, refuseUpgrade } from '../gateway/gateway.ts';
import type { HttpDoor } from '../gateway/over-http/http-door.ts';
import type { GatewayMeters } from '../observability/metrics/gateway-meters.ts';
import { addPeerRoutes } from './app.ts';
import { createHealth, type ReadUnreadiness } from './health.ts';
import type { Handlers } from './listener.ts';
import type { OriginPolicy } from './origins.ts';
import { findRefusal, RETRY_AFTER_SECONDS, readClaim } from './visitors.ts';

export interface HandlerParts {
  readonly app: Hono;
  readonly gateway: Pick<Gateway, 'handleUpgrade'>;
  readonly httpDoor: Pick<HttpDoor, 'handle'>;
  readonly origins: OriginPolicy;
  readonly isDraining: () => boolean;
  readonly meters: GatewayMeters | null;
}

/** What arrives at the port of a server that works: requests for the app, sockets and what stands for them for the gateway. */
export function createHandlers({ app, gateway, httpDoor, origins, isDraining, meters }: HandlerParts): Handlers {
  const refuse = createRefusal(meters);
  const listen = listenFor(app);
  return {
    onRequest(request, response) {
      if (!httpDoor.handle(request, response)) listen(request, response);
    },
    onUpgrade(request, socket, head) {
      const refusal = findRefusal(readClaim(request), origins, isDraining());
      if (refusal === null) {
        gateway.handleUpgrade(request, socket, head);
        return;
      }
      const { status, problem, retryAfterSeconds } = refusal;
      refuse(socket, `${status} ${STATUS_CODES[status]}`, problem, retryAfterSeconds);
    },
  };
}

export interface StartingParts {
  readonly meters: GatewayMeters | null;
  /** Left out: the journal is being opened. */
  readonly readUnreadiness?: ReadUnreadiness | undefined;
  /** As soon as there are some: nodes that start together wait for each other (R12). */
  readonly peers?: Hono | undefined;
  /** What is counted, also of a node that takes hours to catch up; left out: there is nothing to be told yet. */
  readonly metrics?: Hono | undefined;
}

const openingJournal: ReadUnreadiness = () => [{ code: 'starting', detail: 'The journal is being opened' }];

/** Before there is a server: the process lives, other nodes and Prometheus are answered, and everything else is asked to come back. */
export function createStartingHandlers({ meters, metrics, peers, readUnreadiness }: StartingParts): Handlers {
  const refuse = createRefusal(meters);
  const app = createHealth(readUnreadiness ?? openingJournal);
  if (peers !== undefined) addPeerRoutes(app, peers);
  if (metrics !== undefined) app.route('/', metrics);
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
