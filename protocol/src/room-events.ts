import { EVENT_NAME_WORDS, isEventName } from './event-name.ts';

/**
 * Events of a room: what somebody, or a backend, says to everybody who has a document open. They travel as JSON in the
 * stateless messages of the Hocuspocus dialect; y-websocket has no message that its client would not take for a fault.
 *
 * Every such message begins with exactly this, so that a server need not parse what extensions have to say to each other.
 */
export const EVENT_MESSAGE_START = '{"type":"quire.event';

export interface EventSender {
  /** Whom a token names; empty for guests. */
  readonly id: string;
  /** Of guests what they call themselves, and empty if they don't. */
  readonly name: string;
  /** As which Yjs client they are in the document's presence; null when they are not, as backends are not. */
  readonly clientId: number | null;
}

/** What everybody hears; all of it but name and data is stamped by the server. */
export interface WireEvent {
  /** The stream it belongs to, a point, and its number in there: a node numbers what it takes, from 1 on. */
  readonly id: string;
  readonly name: string;
  readonly data: unknown;
  readonly from: EventSender;
  /** When the server took it, in milliseconds since 1970. */
  readonly time: number;
}

/** How far each stream was heard. */
export type EventHeads = readonly (readonly [stream: string, number: number])[];

/** What somebody has heard who comes back. */
export interface EventPoint {
  /** Where the server listened for them, as it said. */
  readonly log: string;
  readonly heads: EventHeads;
  /** How long ago they last heard anything of the server. */
  readonly awayMs: number;
}

/** Events that somebody should have heard, and can't any more. `unknown`: whether there were any can't be known. */
export type EventGap = 'lost' | 'unknown';

export type EventRefusalCode = 'bad-event' | 'forbidden' | 'event-too-large' | 'too-many-events' | 'maybe-taken';

/** What clients say. */
export type EventRequest =
  | {
      readonly kind: 'send';
      /** Names it in the answer. The same from the same sender again is the same event. */
      readonly ref: string;
      readonly name: string;
      readonly data: unknown;
      readonly clientId: number | null;
      /** How long ago it was first said, where that got no answer; left out when it never left before. */
      readonly saidMs?: number;
    }
  /** Nobody hears events who does not ask for them. `after`: null for who has heard nothing yet, and wants nothing of the past. */
  | { readonly kind: 'listen'; readonly after: EventPoint | null };

/** A request that can't be read; `ref` where that could. */
export interface BadEventRequest {
  readonly kind: 'bad';
  readonly ref: string | null;
  readonly detail: string;
}

/** What the server says. */
export type EventNotice =
  | { readonly kind: 'event'; readonly event: WireEvent }
  /** It is on its way to everybody. */
  | { readonly kind: 'taken'; readonly ref: string; readonly id: string; readonly time: number }
  | { readonly kind: 'refused'; readonly ref: string | null; readonly code: EventRefusalCode; readonly detail: string }
  /** The answer to `listen`: what was missed, as far as it can be had. Everything from here on follows. */
  | {
      readonly kind: 'listening';
      readonly log: string;
      readonly heads: EventHeads;
      readonly events: readonly WireEvent[];
      readonly gap: EventGap | null;
    }
  /** Events of another node got lost on the way to this one. */
  | { readonly kind: 'gap'; readonly gap: EventGap };

const types = {
  event: 'quire.event',
  send: 'quire.event.send',
  listen: 'quire.event.listen',
  taken: 'quire.event.taken',
  refused: 'quire.event.refused',
  listening: 'quire.event.listening',
  gap: 'quire.event.gap',
} as const;

const REF = /^[\w-]{1,64}$/;
const MAX_STREAM_LENGTH = 32;

/** Of more streams than that nobody says how far they heard them. */
export const MAX_EVENT_STREAMS = 128;

const LONGEST_START = 128;
const START_OF_SEND = /^\{"type":"quire\.event\.send","ref":"([\w-]{1,64})"/;

export function isEventMessage(payload: string): boolean {
  return payload.startsWith(EVENT_MESSAGE_START);
}

export function nameEvent(stream: string, number: number): string {
  return `${stream}.${number}`;
}

/** Null for what is no id of an event. */
export function parseEventId(id: string): { readonly stream: string; readonly number: number } | null {
  const point = id.lastIndexOf('.');
  const number = Number(id.slice(point + 1));
  if (point < 1 || point > MAX_STREAM_LENGTH || !isCount(number) || number === 0) return null;
  return { stream: id.slice(0, point), number };
}

export function writeEventRequest(request: EventRequest): string {
  switch (request.kind) {
    case 'send': {
      const { ref, name, data = null, clientId, saidMs } = request;
      return JSON.stringify({ type: types.send, ref, name, data, clientId, saidMs });
    }
    case 'listen':
      return JSON.stringify({ type: types.listen, after: request.after });
    default:
      return request satisfies never;
  }
}

/** The same once more, which got no answer. @param payload as {@link writeEventRequest} wrote it, said for the first time */
export function sayEventAgain(payload: string, saidMs: number): string {
  return `${payload.slice(0, -1)},"saidMs":${Math.max(0, Math.round(saidMs))}}`;
}

/** Reads what a client says of events. */
export function readEventRequest(payload: string): EventRequest | BadEventRequest {
  const message = parseObject(payload);
  if (message === null) return { kind: 'bad', ref: null, detail: 'this is not JSON' };
  switch (message.type) {
    case types.send:
      return readSend(message);
    case types.listen: {
      const after = readPoint(message.after ?? null);
      return after === 'bad'
        ? { kind: 'bad', ref: null, detail: 'after says nothing that a server has said' }
        : { kind: 'listen', after };
    }
    default:
      return { kind: 'bad', ref: null, detail: 'clients say quire.event.send and quire.event.listen' };
  }
}

/** Of a message that is too long to be read; null where the reference is not the first that it says. */
export function peekEventRef(payload: string): string | null {
  return START_OF_SEND.exec(payload.slice(0, LONGEST_START))?.[1] ?? null;
}

function readSend({
  ref,
  name,
  data = null,
  clientId = null,
  saidMs = null,
}: Record<string, unknown>): EventRequest | BadEventRequest {
  if (typeof ref !== 'string' || !REF.test(ref)) {
    return { kind: 'bad', ref: null, detail: 'ref has 1 to 64 letters, digits, - and _' };
  }
  if (typeof name !== 'string' || !isEventName(name)) return { kind: 'bad', ref, detail: EVENT_NAME_WORDS };
  if (clientId !== null && !isCount(clientId)) return { kind: 'bad', ref, detail: 'clientId is a number, or null' };
  if (saidMs !== null && !isDuration(saidMs)) return { kind: 'bad', ref, detail: 'saidMs is a time that has passed' };
  return { kind: 'send', ref, name, data, clientId, ...(saidMs === null ? {} : { saidMs }) };
}

function readPoint(value: unknown): EventPoint | null | 'bad' {
  if (value === null) return null;
  if (!isRecord(value)) return 'bad';
  const heads = readHeads(value.heads);
  const { awayMs, log } = value;
  if (heads === null || typeof log !== 'string' || log.length > MAX_STREAM_LENGTH) return 'bad';
  return isDuration(awayMs) ? { log, heads, awayMs } : 'bad';
}

function readHeads(value: unknown): EventHeads | null {
  if (!Array.isArray(value) || value.length > MAX_EVENT_STREAMS) return null;
  const heads: (readonly [string, number])[] = [];
  for (const head of value) {
    const [stream, number] = Array.isArray(head) ? (head as readonly unknown[]) : [];
    if (typeof stream !== 'string' || stream.length > MAX_STREAM_LENGTH || !isCount(number)) return null;
    heads.push([stream, number]);
  }
  return heads;
}

/** What everybody is told, once for all of them. @param data as JSON */
export function writeEvent({
  id,
  name,
  data,
  from,
  time,
}: Omit<WireEvent, 'data'> & { readonly data: string }): string {
  const { id: user, name: called, clientId } = from;
  const head = JSON.stringify({ type: types.event, id, name, time, from: { id: user, name: called, clientId } });
  return `${head.slice(0, -1)},"data":${data}}`;
}

/** @param events as {@link writeEvent} wrote them */
export function writeListening(
  listening: Omit<Extract<EventNotice, { kind: 'listening' }>, 'kind' | 'events'> & {
    readonly events: readonly string[];
  },
): string {
  const { log, heads, gap, events } = listening;
  const head = JSON.stringify({ type: types.listening, log, heads, gap });
  return `${head.slice(0, -1)},"events":[${events.join(',')}]}`;
}

export function writeEventAnswer(notice: Extract<EventNotice, { kind: 'taken' | 'refused' | 'gap' }>): string {
  const { kind, ...fields } = notice;
  return JSON.stringify({ type: types[kind], ...fields });
}

/** Reads what a server says of events; null for any other message, and for one of a later version. */
export function readEventNotice(payload: string): EventNotice | null {
  // Somebody else's may be long, and need not be JSON.
  if (!isEventMessage(payload)) return null;
  const message = parseObject(payload);
  if (message === null) return null;
  const { ref, id, time, code, detail } = message;
  switch (message.type) {
    case types.event: {
      const event = readEvent(message);
      return event === null ? null : { kind: 'event', event };
    }
    case types.taken:
      if (typeof ref !== 'string' || typeof id !== 'string' || typeof time !== 'number') return null;
      return { kind: 'taken', ref, id, time };
    case types.refused:
      if ((ref !== null && typeof ref !== 'string') || typeof code !== 'string' || typeof detail !== 'string')
        return null;
      return { kind: 'refused', ref, code: code as EventRefusalCode, detail };
    case types.listening:
      return readListening(message);
    case types.gap:
      return { kind: 'gap', gap: readGap(message.gap) ?? 'unknown' };
    default:
      return null;
  }
}

function readListening(message: Record<string, unknown>): EventNotice | null {
  const heads = readHeads(message.heads);
  if (heads === null || typeof message.log !== 'string' || !Array.isArray(message.events)) return null;
  const events = message.events.flatMap((each: unknown) => (isRecord(each) ? (readEvent(each) ?? []) : []));
  return { kind: 'listening', log: message.log, heads, events, gap: readGap(message.gap) };
}

function readGap(value: unknown): EventGap | null {
  return value === 'lost' || value === 'unknown' ? value : null;
}

function readEvent({ id, name, data = null, from, time }: Record<string, unknown>): WireEvent | null {
  if (typeof id !== 'string' || typeof name !== 'string' || typeof time !== 'number' || !isRecord(from)) return null;
  const { id: user, name: called, clientId } = from;
  if (typeof user !== 'string' || typeof called !== 'string') return null;
  return { id, name, data, time, from: { id: user, name: called, clientId: isCount(clientId) ? clientId : null } };
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null; // not JSON, which those who ask say or pass over
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isDuration(value: unknown): value is number {
  return typeof value === 'number' && value >= 0;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
