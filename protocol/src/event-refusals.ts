import type { EventRefusalCode } from './room-events.ts';

export interface EventRefusal {
  readonly code: EventRefusalCode;
  /** Of the answer to a backend. */
  readonly status: number;
  /** What somebody is told to do. */
  readonly detail: string;
}

/** Why an event is not taken: one table for sockets, the HTTP API and the docs. None of them ends a connection. */
export const eventRefusals = {
  'bad-event': { code: 'bad-event', status: 400, detail: 'this is no event' },
  forbidden: { code: 'forbidden', status: 403, detail: 'events are sent by those who may at least comment' },
  'event-too-large': {
    code: 'event-too-large',
    status: 413,
    detail:
      'the data of an event is larger, or nested deeper, than this server takes; send where it can be had instead',
  },
  'too-many-events': {
    code: 'too-many-events',
    status: 429,
    detail: 'more events come than this server takes in a second; send fewer, or what is newest of several',
  },
  'maybe-taken': {
    code: 'maybe-taken',
    status: 409,
    detail: 'it was said before, and this server can not tell any more whether it was taken then',
  },
} as const satisfies { readonly [Code in EventRefusalCode]: EventRefusal & { readonly code: Code } };

export const eventRefusalCodes = Object.keys(eventRefusals) as readonly EventRefusalCode[];
