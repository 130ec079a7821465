import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { closeCodes, isDocumentName } from '@quire/protocol';
import { WebSocketServer } from 'ws';
import type { Clock } from '../clock.ts';
import type { Collaboration } from '../collab/collaboration.ts';
import type { Logger } from '../observability/log.ts';
import type { GatewayMeters } from '../observability/metrics/gateway-meters.ts';
import { hocuspocusDialect, YWebsocketDialect } from './dialects.ts';
import { RequestOrigin } from './request-origin.ts';
import { Session } from './session.ts';
import { SessionSocket } from './session-socket.ts';
import { readTarget, type UpgradeTarget } from './upgrade-target.ts';

export interface GatewayLimits {
  readonly maxFrameBytes: number;
  readonly maxUnsentBytes: number;
  /** How long a socket may stay without an established document after it opened, in ms. */
  readonly establishTimeoutMs: number;
  readonly pingIntervalMs: number;
}

export interface GatewayOptions {
  readonly collaboration: Collaboration;
  readonly limits: GatewayLimits;
  readonly clock: Clock;
  readonly log: Logger;
  /** Left out: nothing is counted. */
  readonly meters?: GatewayMeters | null;
}

/** Owns the sockets: upgrades, sessions, signs of life. */
export interface Gateway {
  /** Takes over a request to `/collab` or `/yjs/<document>`; answers every other one, and bad ones, with an HTTP error. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  readonly sessions: number;
  /** Closes every session with "service restart"; resolves when they are gone. */
  close(): Promise<void>;
}

/** Well under the 30 s after which providers take silence for a dead connection. */
const QUIET_MS = 12_000;
const UPKEEP_MS = 5_000;

export function createGateway({ collaboration, limits, clock, log, meters = null }: GatewayOptions): Gateway {
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: limits.maxFrameBytes,
    clientTracking: false,
    WebSocket: SessionSocket,
  });
  const sessions = new Set<Session>();
  const settings = { maxUnsentBytes: limits.maxUnsentBytes, clock, log, meters, onClosed: forget };
  let onEmpty: (() => void) | null = null;

  function forget(session: Session): void {
    sessions.delete(session);
    if (sessions.size === 0) onEmpty?.();
  }

  function open(webSocket: SessionSocket, socket: Duplex, request: IncomingMessage, target: UpgradeTarget): void {
    const dialect = target.kind === 'y-websocket' ? new YWebsocketDialect(target.document) : hocuspocusDialect;
    const session = new Session(webSocket, socket, dialect, settings);
    sessions.add(session);
    if (target.kind === 'y-websocket' && !isDocumentName(target.document)) {
      // y-websocket has no other way to hear that its URL names no document: HTTP errors look like a lost network.
      session.start(null);
      session.close(closeCodes.badDocumentName);
      return;
    }
    session.start(collaboration.openSession(session, new RequestOrigin(request)));
    if (target.kind === 'y-websocket') {
      session.deliver(target.document, { kind: 'token', token: target.token, providerVersion: null });
    }
  }

  function refuse(socket: Duplex, status: string, problem: string): void {
    meters?.upgradeFailed(status);
    refuseUpgrade(socket, status, problem);
  }

  // Without a listener ws would answer by itself, and nobody would know.
  server.on('wsClientError', (error, socket, request) => {
    const status = request.method === 'GET' ? '400 Bad Request' : '405 Method Not Allowed';
    refuse(socket, status, error.message);
  });

  const stopUpkeep = clock.every(UPKEEP_MS, () => {
    const now = clock.monotonicMs();
    for (const session of sessions) {
      session.keepAlive(now - QUIET_MS);
      const isLate = now - session.openedAt > limits.establishTimeoutMs;
      if (isLate && !session.wasEstablished) session.close(closeCodes.authTimeout);
    }
  });
  const stopPinging = clock.every(limits.pingIntervalMs, () => {
    for (const session of sessions) session.ping();
  });

  return {
    handleUpgrade(request, socket, head) {
      const target = readTarget(request.url ?? '/');
      if (target.kind === 'refused') {
        refuse(socket, target.status, target.problem);
        return;
      }
      server.handleUpgrade(request, socket, head, (webSocket) => open(webSocket, socket, request, target));
    },
    get sessions() {
      return sessions.size;
    },
    close() {
      stopUpkeep();
      stopPinging();
      server.close();
      for (const session of sessions) session.close(closeCodes.serviceRestart);
      if (sessions.size === 0) return Promise.resolve();
      return new Promise((resolve) => {
        onEmpty = resolve;
      });
    },
  };
}

/** How long who was refused may take to hang up. */
const REFUSAL_GRACE_MS = 2_000;

/** Answers an upgrade that is refused; the socket has no HTTP response object. */
export function refuseUpgrade(socket: Duplex, status: string, problem: string): void {
  const body = `${problem}\n`;
  socket.on('error', () => socket.destroy()); // the other side may be gone already
  // Nobody reads what else it may say, so that its end may not be seen; and there may never be one.
  const giveUp = setTimeout(() => socket.destroy(), REFUSAL_GRACE_MS);
  socket.once('close', () => clearTimeout(giveUp));
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Sec-WebSocket-Version: 13\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
