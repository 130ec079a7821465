import {
  type EventNotice,
  type EventPoint,
  MAX_EVENT_STREAMS,
  parseEventId,
  type WireEvent,
} from '@quire/protocol/wire';

/** How far a room's events were heard. Kept while the room is apart, to say what was missed. */
export interface EventStream {
  /** Where the server listens for this room; null before it was asked. */
  readonly log: string | null;
  /** The last event of each node; who was silent for longest is the first. */
  readonly heads: ReadonlyMap<string, number>;
}

type Listening = Extract<EventNotice, { kind: 'listening' }>;

export const nothingHeard: EventStream = { log: null, heads: new Map() };

/** From where on to hear. Null for who has heard nothing yet: nothing was missed. */
export function pointOf({ heads, log }: EventStream, awayMs: number): EventPoint | null {
  return log === null ? null : { log, heads: [...heads], awayMs: Math.max(0, awayMs) };
}

/** An event has come. @returns null for one that was heard before */
export function hearEvent(stream: EventStream, { id }: WireEvent): EventStream | null {
  const named = parseEventId(id);
  if (named === null || named.number <= (stream.heads.get(named.stream) ?? 0)) return null;
  return { ...stream, heads: withHead(stream.heads, named.stream, named.number) };
}

/** The server listens for us: what was missed, without what was heard all the same, and from where on to hear. */
export function beginListening(
  stream: EventStream,
  { events, heads, log }: Listening,
): { readonly stream: EventStream; readonly missed: readonly WireEvent[] } {
  const missed: WireEvent[] = [];
  let next = stream;
  for (const event of events) {
    const heard = hearEvent(next, event);
    if (heard === null) continue;
    next = heard;
    missed.push(event);
  }
  let known = next.heads;
  for (const [name, number] of heads) if (number > (known.get(name) ?? -1)) known = withHead(known, name, number);
  return { stream: { log, heads: known }, missed };
}

function withHead(heads: ReadonlyMap<string, number>, stream: string, number: number): ReadonlyMap<string, number> {
  const next = new Map(heads);
  next.delete(stream);
  next.set(stream, number);
  for (const silent of next.keys()) {
    if (next.size <= MAX_EVENT_STREAMS) break;
    next.delete(silent);
  }
  return next;
}
