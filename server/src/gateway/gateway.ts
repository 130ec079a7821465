import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { closeCodes, isDocumentName, type LimitAnswer, limits as limitTable } from '@quire/protocol';
import { WebSocketServer } from 'ws';
import type { Clock } from '../clock.ts';
import type { Collaboration } from '../collab/collaboration.ts';
import type { ReadClientAddress } from '../http/client-address.ts';
import type { Logger } from '../observability/log.ts';
import type { GatewayMeters } from '../observability/metrics/gateway-meters.ts';
import { hocuspocusDialect, YWebsocketDialect } from './dialects.ts';
import { type DrainPlan, tellSessionsToGo } from './drain.ts';
import type { PaceLimits } from './pace.ts';
import { PausedSessions } from './paused-sessions.ts';
import { RequestOrigin } from './request-origin.ts';
import { Session } from './session.ts';
import { SessionRing } from './session-ring.ts';
import { SessionSlots, type SlotLimits, type SlotVerdict } from './session-slots.ts';
import { SessionSocket } from './session-socket.ts';
import { readTarget, type UpgradeTarget } from './upgrade-target.ts';

export interface GatewayLimits extends SlotLimits, PaceLimits {
  readonly maxFrameBytes: number;
  readonly maxFragments: number;
  readonly maxBufferedChunks: number;
  readonly maxUnsentBytes: number;
  /** How long a socket may take nothing of what waits for it, in ms. */
  readonly stallTimeoutMs: number;
  /** How long a socket may stay without an established document after it opened, in ms. */
  readonly establishTimeoutMs: number;
  readonly pingIntervalMs: number;
}

export interface GatewayOptions {
  readonly collaboration: Collaboration;
  readonly limits: GatewayLimits;
  readonly drain: DrainPlan;
  readonly readAddress: ReadClientAddress;
  readonly clock: Clock;
  readonly log: Logger;
  /** Left out: nothing is counted. */
  readonly meters?: GatewayMeters | null;
}

/** Owns the sockets: upgrades, sessions, signs of life. */
export interface Gateway {
  /** Takes over a request to `/collab` or `/yjs/<document>`; answers every other one, and bad ones, with an HTTP error. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /**
   * Opens a session in the Hocuspocus dialect on a line that carries the frames of a WebSocket by other means.
   *
   * @returns how whoever asked is to be turned away when there is no slot: the line is theirs again, and null when it isn't
   */
  openOn(line: Duplex, request: IncomingMessage): Fullness | null;
  /** How whoever asks now would be turned away; null when there is a slot. */
  findFullness(request: IncomingMessage): Fullness | null;
  readonly sessions: number;
  /** Sessions, and upgrades that may become one. */
  readonly slots: number;
  /** Takes no new session, and closes every one with "service restart", in slices; resolves when they are gone. */
  close(): Promise<void>;
}

/** What somebody is told for whom there is no slot. */
export interface Fullness {
  readonly answer: Extract<LimitAnswer, { kind: 'http' }>;
  readonly problem: string;
}

const fullness = {
  'node-full': {
    answer: limitTable['limits.maxSessions'].answer,
    problem: 'This server has as many sessions as it takes.',
  },
  'address-full': {
    answer: limitTable['limits.maxSessionsPerAddress'].answer,
    problem: 'Too many sessions come from this address.',
  },
} as const satisfies Record<Exclude<SlotVerdict, 'taken'>, Fullness>;

/** RFC 6455. ws would take a draft before it as well, in which browsers name the page that asks in another header than we look at. */
const WEBSOCKET_VERSION = '13';

/** Well under the 30 s after which providers take silence for a dead connection. */
const QUIET_MS = 12_000;
const UPKEEP_MS = 5_000;

/** How often it is looked, during the time in which a socket must take something, whether it did. */
const DRAIN_LOOKS = 6;

export function createGateway(options: GatewayOptions): Gateway {
  const { collaboration, limits, drain, readAddress, clock, log, meters = null } = options;
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: limits.maxFrameBytes,
    maxFragments: limits.maxFragments,
    maxBufferedChunks: limits.maxBufferedChunks,
    clientTracking: false,
    autoPong: false, // whose pongs wait is cut off for it: see Session
    WebSocket: SessionSocket,
  });
  const sessions = new SessionRing<Session>();
  const slots = new SessionSlots(limits);
  const { maxUnsentBytes, stallTimeoutMs } = limits;
  const paused = new PausedSessions(clock);
  const settings = { maxUnsentBytes, stallTimeoutMs, pace: limits, paused, clock, log, meters, onClosed: forget };
  let closing: Promise<void> | null = null;
  let onEmpty: (() => void) | null = null;

  function forget(session: Session, socket: Duplex): void {
    slots.giveBack(socket);
    sessions.delete(session);
    if (sessions.size === 0) onEmpty?.();
  }

  /** Waits until nobody is left; who stays for too long is put out. */
  async function waitUntilEmpty(): Promise<void> {
    if (sessions.size === 0) return;
    const empty = new Promise<void>((resolve) => {
      onEmpty = resolve;
    });
    const cancel = clock.after(drain.goodbyeMs, () => {
      for (const session of sessions) session.terminate();
    });
    await empty;
    cancel();
  }

  async function close(): Promise<void> {
    server.close();
    await tellSessionsToGo({ sessions: [...sessions], plan: drain, clock, settled: () => collaboration.settled() });
    await waitUntilEmpty();
    // Until then: those who are told last are still to be kept alive, and missed when they are gone.
    stopUpkeep();
    stopPinging();
    stopWatchingDrains();
  }

  function open(webSocket: SessionSocket, socket: Duplex, origin: RequestOrigin, target: UpgradeTarget): void {
    const dialect = target.kind === 'y-websocket' ? new YWebsocketDialect(target.document) : hocuspocusDialect;
    const session = new Session(webSocket, socket, dialect, settings);
    sessions.add(session);
    log.debug({ address: origin.remoteAddress, dialect: dialect.name }, 'a session was opened');
    if (target.kind === 'y-websocket' && !isDocumentName(target.document)) {
      // y-websocket has no other way to hear that its URL names no document: HTTP errors look like a lost network.
      session.start(null);
      session.close(closeCodes.badDocumentName);
      return;
    }
    session.start(collaboration.openSession(session, origin));
    if (target.kind === 'y-websocket') {
      session.deliver(target.document, { kind: 'token', token: target.token, providerVersion: null });
    }
  }

  function refuse(socket: Duplex, status: string, problem: string, retryAfterSeconds?: number): void {
    meters?.upgradeFailed(status);
    refuseUpgrade(socket, status, problem, retryAfterSeconds);
  }

  function takeSlot(line: Duplex, address: string): Fullness | null {
    const verdict = slots.take(line, address);
    if (verdict === 'taken') return null;
    log.debug({ address, verdict }, 'turning a session away');
    return fullness[verdict];
  }

  // Without a listener ws would answer by itself, and nobody would know.
  server.on('wsClientError', (error, socket, request) => {
    const status = request.method === 'GET' ? '400 Bad Request' : '405 Method Not Allowed';
    refuse(socket, status, error.message);
  });

  const stopUpkeep = sessions.visitInTurn(clock, UPKEEP_MS, (session) => {
    const now = clock.monotonicMs();
    session.keepAlive(now - QUIET_MS);
    const isLate = now - session.openedAt > limits.establishTimeoutMs;
    if (isLate && !session.wasEstablished) session.close(closeCodes.authTimeout);
  });
  const stopWatchingDrains = clock.every(stallTimeoutMs / DRAIN_LOOKS, () => {
    const now = clock.monotonicMs();
    for (const session of sessions) session.closeIfStalled(now);
  });
  const stopPinging = sessions.visitInTurn(clock, limits.pingIntervalMs, (session) => session.ping());

  return {
    handleUpgrade(request, socket, head) {
      const target = readTarget(request.url ?? '/');
      if (target.kind === 'refused') {
        refuse(socket, target.status, target.problem);
        return;
      }
      if (request.headers['sec-websocket-version'] !== WEBSOCKET_VERSION) {
        refuse(socket, '400 Bad Request', `Sec-WebSocket-Version must be ${WEBSOCKET_VERSION}.`);
        return;
      }
      if (socket.destroyed) return; // gone before we looked: its `close` may have passed, and would give nothing back
      const address = readAddress(request);
      const full = takeSlot(socket, address);
      if (full !== null) {
        // Nothing but the socket itself is there yet, and nothing more will be.
        const { answer, problem } = full;
        refuse(socket, `${answer.status} ${STATUS_CODES[answer.status]}`, problem, answer.retryAfterSeconds);
        return;
      }
      let isSession = false;
      server.handleUpgrade(request, socket, head, (webSocket) => {
        isSession = true;
        open(webSocket, socket, new RequestOrigin(request, address), target);
      });
      if (!isSession) slots.giveBackAtClose(socket);
    },
    openOn(line, request) {
      const address = readAddress(request);
      const full = takeSlot(line, address);
      if (full !== null) return full;
      const webSocket = SessionSocket.over(line, server.options);
      open(webSocket, line, new RequestOrigin(request, address), { kind: 'hocuspocus' });
      return null;
    },
    findFullness(request) {
      const verdict = slots.look(readAddress(request));
      return verdict === 'taken' ? null : fullness[verdict];
    },
    get sessions() {
      return sessions.size;
    },
    get slots() {
      return slots.size;
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}

/** How long who was refused may take to hang up. */
const REFUSAL_GRACE_MS = 2_000;

/** Answers an upgrade that is refused; the socket has no HTTP response object. */
export function refuseUpgrade(socket: Duplex, status: string, problem: string, retryAfterSeconds?: number): void {
  const body = `${problem}\n`;
  const retryAfter = retryAfterSeconds === undefined ? '' : `Retry-After: ${retryAfterSeconds}\r\n`;
  socket.on('error', () => socket.destroy()); // the other side may be gone already
  // Nobody reads what else it may say, so that its end may not be seen; and there may never be one.
  const giveUp = setTimeout(() => socket.destroy(), REFUSAL_GRACE_MS);
  socket.once('close', () => clearTimeout(giveUp));
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\n${retryAfter}Content-Type: text/plain; charset=utf-8\r\n` +
      `Sec-WebSocket-Version: ${WEBSOCKET_VERSION}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
