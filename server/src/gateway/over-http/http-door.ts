import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { MAX_HTTP_BODY_BYTES } from '@quire/protocol';
import type { Clock } from '../../clock.ts';
import { allowReading, answerPreflight } from '../../http/cross-origin.ts';
import type { OriginPolicy } from '../../http/origins.ts';
import { findRefusal, readClaim } from '../../http/visitors.ts';
import type { GatewayMeters } from '../../observability/metrics/gateway-meters.ts';
import type { Fullness, Gateway } from '../gateway.ts';
import { openEventStream } from './event-stream.ts';
import { HttpLine } from './http-line.ts';
import { type LineNumbers, type LineTarget, readLineTarget } from './line-target.ts';

export interface HttpDoorOptions {
  readonly gateway: Pick<Gateway, 'findFullness' | 'openOn'>;
  readonly origins: OriginPolicy;
  readonly isDraining: () => boolean;
  readonly clock: Clock;
  /** Left out: nothing is counted. */
  readonly meters?: GatewayMeters | null;
}

/** Where those come in whose network lets no WebSocket through. */
export interface HttpDoor {
  /** Answers what is for it. @returns whether it was */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
  close(): void;
}

/** Whoever knows it is taken for the client itself, and it is in addresses, not in cookies. */
const ID_BYTES = 24;

/** Proxies take thirty seconds of silence for a dead connection, or a minute. */
const KEEP_ALIVE_MS = 15_000;

const METHODS = 'GET, POST, DELETE';
const PREFLIGHT = { methods: METHODS, headers: 'Content-Type, Last-Event-ID' };

/** The same sessions as at the gateway's other door, on lines that are made of requests. */
export function createHttpDoor(options: HttpDoorOptions): HttpDoor {
  const { gateway, origins, isDraining, clock, meters = null } = options;
  const lines = new Map<string, HttpLine>();
  const stopKeepingAlive = clock.every(KEEP_ALIVE_MS, () => {
    for (const line of lines.values()) line.keepAlive();
  });

  function open(request: IncomingMessage, response: ServerResponse): void {
    const line = new HttpLine(clock, meters?.httpHeld ?? null);
    const full = gateway.openOn(line, request);
    if (full !== null) {
      line.destroy();
      turnAway(response, full);
      return;
    }
    const id = randomBytes(ID_BYTES).toString('base64url');
    lines.set(id, line);
    meters?.overHttp(1);
    line.once('close', () => {
      lines.delete(id);
      meters?.overHttp(-1);
    });
    response.setHeader('Content-Type', 'application/json');
    answer(response, 201, JSON.stringify({ session: id }));
  }

  /** Who only asks is not counted among those who were refused. */
  function tellFullness(response: ServerResponse, full: Fullness | null): void {
    if (full === null) answer(response, 204);
    else sendRefusal(response, { ...full.answer, problem: full.problem });
  }

  function turnAway(response: ServerResponse, { answer: { status, retryAfterSeconds }, problem }: Fullness): void {
    meters?.upgradeFailed(String(status));
    sendRefusal(response, { status, retryAfterSeconds, problem });
  }

  function handleDoor(request: IncomingMessage, response: ServerResponse): void {
    const isEntrance = request.method === 'POST';
    if (!isEntrance && request.method !== 'GET') {
      refuseMethod(response, 'GET, POST');
      return;
    }
    const refusal = findRefusal(readClaim(request), origins, isDraining());
    if (refusal === null) {
      if (isEntrance) open(request, response);
      else tellFullness(response, gateway.findFullness(request));
      return;
    }
    if (isEntrance) meters?.upgradeFailed(String(refusal.status));
    sendRefusal(response, refusal);
  }

  function handleSession(
    request: IncomingMessage,
    response: ServerResponse,
    { id, numbers }: Extract<LineTarget, { kind: 'session' }>,
  ): void {
    // Those who are in go on until they are told to leave, also while nobody else is let in.
    const refusal = findRefusal(readClaim(request), origins, false);
    const line = lines.get(id);
    if (refusal !== null) refuse(response, refusal.status, refusal.problem);
    else if (line === undefined) refuseEnded(response);
    else if (request.method === 'GET') streamDown(line, response, numbers);
    else if (request.method === 'POST') void takeUp(line, request, response, numbers);
    else if (request.method === 'DELETE') {
      line.destroy();
      answer(response, 204);
    } else refuseMethod(response, METHODS);
  }

  return {
    handle(request, response) {
      const target = readLineTarget(request.url ?? '/', request.headers['last-event-id']?.toString());
      if (target === null) return false;
      const claim = readClaim(request);
      response.setHeaders(new Headers({ 'Cache-Control': 'no-store', ...allowReading(claim, origins) }));
      if (request.method === 'OPTIONS') {
        response.setHeaders(new Headers(answerPreflight(claim, origins, PREFLIGHT)));
        answer(response, 204);
      } else if (target.kind === 'door') handleDoor(request, response);
      else if (target.kind === 'session') handleSession(request, response, target);
      else refuse(response, 400, `"${target.parameter}" is a number, in decimal digits.`);
      return true;
    },
    close() {
      stopKeepingAlive();
      for (const line of lines.values()) line.destroy();
    },
  };
}

function streamDown(line: HttpLine, response: ServerResponse, { after }: LineNumbers): void {
  if (!line.canFollow(after)) {
    refuse(response, 409, `What follows number ${after} is not there; open a new session.`);
    return;
  }
  const down = openEventStream(response);
  response.once('close', () => line.detach(down));
  response.on('drain', () => line.handOut(down));
  line.attach(down, after);
}

async function takeUp(
  line: HttpLine,
  request: IncomingMessage,
  response: ServerResponse,
  { after, from }: LineNumbers,
): Promise<void> {
  if (!line.acknowledge(after)) {
    refuse(response, 409, `Nothing has had the number ${after} yet; open a new session.`);
    return;
  }
  const taken = await line.takeBody(request, from);
  // What is left of a body that is refused: the connection is for the next request as well.
  request.resume();
  switch (taken) {
    case 'taken':
      answer(response, 204);
      return;
    case 'gap':
      refuse(response, 409, `Something is missing before byte ${from}; send that first.`);
      return;
    case 'superseded':
      refuse(response, 409, 'Another request came before this one was taken, and goes on in its place.');
      return;
    case 'too-large':
      refuse(response, 413, `A body has at most ${MAX_HTTP_BODY_BYTES} bytes; send the rest in the next one.`);
      return;
    case 'over':
      refuseEnded(response);
      return;
    case 'cut':
      return; // and so is the way back
    default:
      taken satisfies never;
  }
}

function sendRefusal(
  response: ServerResponse,
  refusal: { readonly status: number; readonly problem: string; readonly retryAfterSeconds?: number },
): void {
  if (refusal.retryAfterSeconds !== undefined) response.setHeader('Retry-After', refusal.retryAfterSeconds);
  refuse(response, refusal.status, refusal.problem);
}

function refuseEnded(response: ServerResponse): void {
  refuse(response, 410, 'This session has ended; open a new one.');
}

function refuseMethod(response: ServerResponse, allowed: string): void {
  response.setHeader('Allow', allowed);
  refuse(response, 405, `Use ${allowed} here.`);
}

function refuse(response: ServerResponse, status: number, problem: string): void {
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  answer(response, status, `${problem}\n`);
}

function answer(response: ServerResponse, status: number, body?: string): void {
  response.statusCode = status;
  response.end(body);
}
