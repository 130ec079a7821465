import { type CloseCode, closeCodes } from './close-codes.ts';
import { type EventRefusal, eventRefusals } from './event-refusals.ts';
import {
  CONNECTIONS_BESIDES_SESSIONS,
  CONNECTIONS_PER_SESSION,
  eventWindow,
  MAX_HTTP_BODY_BYTES,
} from './http-bounds.ts';
import { problemKinds } from './problem-kinds.ts';
import {
  MAX_CLIENTS_AHEAD,
  MAX_COMMENTS_PER_THREAD,
  MAX_COPYING_MS,
  MAX_INTEGRATION_STEPS,
  MAX_THREADS,
  MAX_WAITING_CALLS,
} from './work-bounds.ts';

/** What happens to whoever reaches a limit. */
export type LimitAnswer =
  /** The upgrade is refused, before there is a session. */
  | { readonly kind: 'http'; readonly status: 429 | 503; readonly retryAfterSeconds: number }
  | { readonly kind: 'close'; readonly code: CloseCode }
  /** The socket is read no further for a while. Nothing is lost, and nobody has to try again. */
  | { readonly kind: 'pause' }
  /** They are let in all the same; others are told their number, not who they are. */
  | { readonly kind: 'counted' }
  /** A call to the HTTP API is refused, with this problem. */
  | { readonly kind: 'problem'; readonly status: 409 | 429; readonly code: string }
  /** The event is not taken, and who sent it is told so; everything else goes on. */
  | { readonly kind: 'event'; readonly refusal: EventRefusal }
  /** The socket ends without a goodbye: there is nobody to hear one. */
  | { readonly kind: 'cut-off' };

export interface Limit {
  /** What there may be only so much of. */
  readonly what: string;
  readonly answer: LimitAnswer;
  /** When trying again helps. */
  readonly retry: string;
  /** The series that counts it; null where whoever asks is told, and nobody else need know. */
  readonly metric: string | null;
  /** What it means elsewhere besides. */
  readonly also?: readonly { readonly when: string; readonly answer: LimitAnswer }[];
}

/** A limit that is answered by a close code, and counted by it. */
function closes(
  code: CloseCode,
  { what, retry, metric }: { what: string; retry: string; metric: 'sessions' | 'edits' | 'connections' },
): Limit {
  const series = {
    sessions: 'quire_sessions_closed_total',
    edits: 'quire_edits_refused_total',
    connections: 'quire_document_connections_refused_total',
  };
  return { what, answer: { kind: 'close', code }, retry, metric: `${series[metric]}{code="${code.name}"}` };
}

function refusesEvents(refusal: EventRefusal, { what, retry }: { what: string; retry: string }): Limit {
  return {
    what,
    answer: { kind: 'event', refusal },
    retry,
    metric: `quire_events_refused_total{code="${refusal.code}"}`,
  };
}

/** A limit of what somebody asks for over HTTP. */
function asksInVain(
  code: 'too-many-links' | 'too-many-revocations' | 'bin-full',
  { what, retry }: { what: string; retry: string },
): Limit {
  return { what, answer: { kind: 'problem', status: problemKinds[code].status, code }, retry, metric: null };
}

const FOREVER = 'not as it is';
const CATCH_UP = 'with backoff; the handshake brings what was missed';

/** One that is reached by not reading, of which each is counted by itself: all of them end in the same code. */
function slowReader(limit: string, what: string): Limit {
  const answer = { kind: 'close', code: closeCodes.slowReader } as const;
  return { what, answer, retry: CATCH_UP, metric: `quire_slow_readers_closed_total{limit="${limit}"}` };
}

/** Sooner than a person loses patience, later than those who were cut off by the same event have all come back. */
const NODE_FULL = { kind: 'http', status: 503, retryAfterSeconds: 5 } as const;

/** The others at this address have to leave first, which nobody's restart brings about. */
const ADDRESS_FULL = { kind: 'http', status: 429, retryAfterSeconds: 30 } as const;

/** Where it takes long because of the server, or of whom it asks. */
const SLOW_DOOR = 'while a token is looked at or its document is loaded';

/** Every setting that refuses or holds up somebody, and how: one table for the gateway and the docs. */
export const limits = {
  'limits.maxSessions': {
    what: 'sessions of a node',
    answer: NODE_FULL,
    retry: 'after `Retry-After`, or on another node',
    metric: 'quire_upgrade_failures_total{status="503"}',
  },
  'limits.maxSessionsPerAddress': {
    what: 'sessions from one address; of IPv6, from one /64',
    answer: ADDRESS_FULL,
    retry: 'after `Retry-After`; once others at that address have left',
    metric: 'quire_upgrade_failures_total{status="429"}',
  },
  'limits.maxSessionsPerUser': closes(closeCodes.tooManySessions, {
    what: 'sessions of one user on a node, however many documents each has open; guests are not counted',
    retry: 'with backoff; once one of the others has ended',
    metric: 'connections',
  }),
  'limits.maxClientsPerDocument': closes(closeCodes.documentFull, {
    what: 'connections to one document on a node',
    retry: 'with backoff; once somebody has left',
    metric: 'connections',
  }),
  'limits.maxDocumentsPerSession': closes(closeCodes.tooManyDocuments, {
    what: 'documents on one session',
    retry: 'with fewer documents, or on a second socket',
    metric: 'sessions',
  }),
  'limits.maxFramesPerSecond': {
    what: 'frames of one session in a second, pings included',
    answer: { kind: 'pause' },
    retry: 'no need to',
    metric: 'quire_reading_pauses_total{reason="rate"}',
  },
  'limits.maxReceivedBytesPerSecond': {
    what: 'bytes of one session in a second',
    answer: { kind: 'pause' },
    retry: 'no need to',
    metric: 'quire_reading_pauses_total{reason="rate"}',
  },
  'limits.rateBurstMs': {
    what: 'milliseconds’ worth of either that a session sends at once',
    answer: { kind: 'pause' },
    retry: 'no need to',
    metric: 'quire_reading_pauses_total{reason="rate"}',
  },
  'limits.maxFrameBytes': closes(closeCodes.frameTooBig, {
    what: 'bytes of a frame',
    retry: FOREVER,
    metric: 'sessions',
  }),
  'limits.maxFragments': closes(closeCodes.tooManyFragments, {
    what: 'fragments of a frame',
    retry: FOREVER,
    metric: 'sessions',
  }),
  'limits.maxBufferedChunks': closes(closeCodes.tooManyFragments, {
    what: 'reads from the network that a frame arrives in',
    retry: FOREVER,
    metric: 'sessions',
  }),
  'limits.establishTimeoutMs': closes(closeCodes.authTimeout, {
    what: 'milliseconds until a session has opened a document',
    retry: 'with backoff',
    metric: 'sessions',
  }),
  'limits.maxUnestablishedBytes': {
    ...closes(closeCodes.tooManyBeforeAuth, {
      what: 'bytes that wait for a connection to be established',
      retry: 'when less is sent before the answer to the token',
      metric: 'sessions',
    }),
    also: [
      { when: SLOW_DOOR, answer: { kind: 'close', code: closeCodes.overloaded } },
      {
        when: 'behind a large update that is judged, or behind hooks, from a quarter of it on',
        answer: { kind: 'pause' },
      },
      {
        when: 'what had been read before that comes to more than all of it, besides one frame',
        answer: { kind: 'close', code: closeCodes.overloaded },
      },
    ],
  },
  'limits.maxUnestablishedFrames': {
    ...closes(closeCodes.tooManyBeforeAuth, {
      what: 'frames that wait for a connection to be established',
      retry: 'when less is sent before the answer to the token',
      metric: 'sessions',
    }),
    also: [{ when: SLOW_DOOR, answer: { kind: 'close', code: closeCodes.overloaded } }],
  },
  'limits.maxPresenceStateBytes': closes(closeCodes.badFrame, {
    what: 'bytes of one presence state',
    retry: FOREVER,
    metric: 'sessions',
  }),
  'limits.maxPresenceEntries': closes(closeCodes.badFrame, {
    what: 'clients that one presence frame speaks of',
    retry: FOREVER,
    metric: 'sessions',
  }),
  'limits.maxListedPeople': {
    what: 'people whom a document shows to everybody who has it open; who edits goes before who looks on',
    answer: { kind: 'counted' },
    retry: 'no need to; a place that becomes free goes to who has waited longest, and to who begins to edit',
    metric: 'quire_presence_people{shown="counted"}',
  },
  'limits.maxEventBytes': refusesEvents(eventRefusals['event-too-large'], {
    what: 'bytes of an event’s data, as JSON',
    retry: FOREVER,
  }),
  'limits.maxEventsPerSecond': refusesEvents(eventRefusals['too-many-events'], {
    what: 'events of one connection to a document in a second; questions for what was missed count too',
    retry: 'a second later',
  }),
  'limits.maxEventsPerSecondPerDocument': refusesEvents(eventRefusals['too-many-events'], {
    what: 'events of a document that this node takes in a second, whoever sends them',
    retry: 'a second later',
  }),
  'limits.maxPendingUpdates': closes(closeCodes.tooMuchPending, {
    what: 'edits of a document whose predecessors are missing',
    retry: 'once the document has what is missing',
    metric: 'edits',
  }),
  'limits.maxPendingBytes': closes(closeCodes.tooMuchPending, {
    what: 'bytes of such edits',
    retry: 'once the document has what is missing',
    metric: 'edits',
  }),
  'limits.maxDocumentBytes': closes(closeCodes.documentTooLarge, {
    what: 'bytes of a document, encoded whole; it stays readable, and deletions pass',
    retry: 'once something was deleted from it, or without the edit',
    metric: 'edits',
  }),
  'limits.maxClientIdsPerDocument': closes(closeCodes.documentTooLarge, {
    what: 'clients of Yjs that have written in a document; it stays readable, and they may go on',
    retry: 'as a client that has written in it before, or in another document',
    metric: 'edits',
  }),
  'limits.maxUpdateParts': closes(closeCodes.updateTooComplex, {
    what: 'parts of an update: structs, values in them, ranges of deletions; and clients in a state vector',
    retry: 'in smaller updates',
    metric: 'edits',
  }),
  'limits.maxJudgingBytes': closes(closeCodes.overloaded, {
    what: 'bytes of large updates that wait to be judged, over all documents',
    retry: 'with backoff',
    metric: 'edits',
  }),
  'limits.maxJudgingMs': closes(closeCodes.updateTooComplex, {
    what: 'milliseconds that it takes to judge a large update; and the memory for it, which follows from `limits.maxUpdateParts`',
    retry: 'in smaller updates',
    metric: 'edits',
  }),
  'limits.maxNestingDepth': closes(closeCodes.updateTooComplex, {
    what: 'shared types inside each other',
    retry: FOREVER,
    metric: 'edits',
  }),
  'limits.maxAnchorsPerCommenter': {
    what: 'places of a document that the comments of one person mark who may not edit it',
    answer: { kind: 'problem', status: 409, code: 'comments-full' },
    retry: 'once some of these comments were removed, or without a place',
    metric: 'quire_edits_refused_total{code="comments-full"}',
  },
  'limits.maxAnchorsPerMinute': {
    what: 'places that one person marks in a minute who may not edit; guests count by their address',
    answer: { kind: 'problem', status: 429, code: 'too-many-anchors' },
    retry: 'after `Retry-After`, or without a place',
    metric: 'quire_edits_refused_total{code="too-many-anchors"}',
  },
  'access.maxLinksPerDocument': asksInVain('too-many-links', {
    what: 'share links of a document',
    retry: 'once one of them was revoked or has expired',
  }),
  'access.maxLinks': asksInVain('too-many-links', {
    what: 'share links of a server',
    retry: 'once one of them was revoked or has expired',
  }),
  'access.maxRevocations': asksInVain('too-many-revocations', {
    what: 'revocations that a server remembers',
    retry: 'once one was lifted, or is older than `access.revocationDays`',
  }),
  'bin.maxDocuments': asksInVain('bin-full', {
    what: 'documents in the bin of a server',
    retry: 'once one of them was restored or purged',
  }),
  'limits.maxUnsentBytes': slowReader(
    'unsent',
    'bytes of answers and echoes that are added to what waits for a session that has stopped reading',
  ),
  'limits.stallTimeoutMs': slowReader('stall', 'milliseconds in which a session reads nothing of what waits for it'),
  'limits.maxRingBytesPerDocument': slowReader(
    'document-ring',
    'bytes of a document’s broadcasts that are kept for those who have not read them yet',
  ),
  'limits.maxRingBytes': slowReader('rings', 'bytes of such broadcasts, over all documents'),
  'limits.pingIntervalMs': {
    what: 'milliseconds until a ping is answered, by anything at all',
    answer: { kind: 'cut-off' },
    retry: 'with backoff',
    metric: 'quire_ping_timeouts_total',
  },
  'limits.maxQueueBytesPerDocument': closes(closeCodes.overloaded, {
    what: 'bytes of edits of a document that wait for the disk',
    retry: 'with backoff',
    metric: 'edits',
  }),
  'journal.queueBytes': closes(closeCodes.overloaded, {
    what: 'bytes that wait for the disk, over all documents',
    retry: 'with backoff',
    metric: 'sessions',
  }),
} as const satisfies Record<string, Limit>;

const bound = (sessions: keyof typeof limits): string =>
  `${CONNECTIONS_PER_SESSION} × \`${sessions}\` + ${CONNECTIONS_BESIDES_SESSIONS}`;

/** What bounds memory, or time, and is no setting. */
export const fixedBounds = [
  {
    what: 'connections to the port of a node, whatever they are for; and from one address (of IPv6, from one /64) that `trustedProxies` does not name',
    amount: `${bound('limits.maxSessions')}; ${bound('limits.maxSessionsPerAddress')}`,
    answer: 'the connection is ended; `quire_connections_refused_total`',
    why: 'it follows from settings: a session has one, or two over plain HTTP, and the rest are for calls, pages, health checks and other nodes',
  },
  {
    what: 'bytes of one request that brings frames of a session over HTTP',
    amount: MAX_HTTP_BODY_BYTES,
    answer: 'HTTP 413',
    why: 'clients send the rest in the next request, and could not know of less; nothing of a body is kept beyond what a socket may have unread',
  },
  {
    what: 'bytes on their way to a session over HTTP, each event counted with its overhead, until its client has said that it has them',
    amount: eventWindow.bytes,
    answer: 'what is beyond it waits, and counts as unsent',
    why: 'clients say so at a quarter of it: with less the server would wait for what they do not say',
  },
  {
    what: 'clients of which a state vector has more than its document',
    amount: MAX_CLIENTS_AHEAD,
    answer: `${closeCodes.updateTooComplex.code} \`${closeCodes.updateTooComplex.name}\``,
    why: 'a hundred days of five hundred pages that were written with while the server lacked them; until their step 2 is saved, what the document lacks counts as waiting',
  },
  {
    what: 'steps that Yjs would go to find the places of an update’s items among others',
    amount: MAX_INTEGRATION_STEPS,
    answer: `${closeCodes.updateTooComplex.code} \`${closeCodes.updateTooComplex.name}\``,
    why: 'twenty seconds of them, which nobody’s editing comes near',
  },
  {
    what: 'milliseconds of work that a copy of a document takes, on which the server drafts an edit of its own',
    amount: MAX_COPYING_MS,
    answer: 'HTTP 503 `overloaded`, and for a minute without another try',
    why: 'five times what the largest documents take, unless they were made to take long, or the machine has much else to do',
  },
  {
    what: 'calls about the content of one document, and as many about its comments, that wait for their turn',
    amount: MAX_WAITING_CALLS,
    answer: 'HTTP 503 `overloaded`',
    why: 'each takes a copy of the document, one after the other',
  },
  {
    what: 'threads on a document',
    amount: MAX_THREADS,
    answer: 'HTTP 409 `comments-full`',
    why: 'all of them are sent to everybody who has the document open',
  },
  {
    what: 'comments in a thread',
    amount: MAX_COMMENTS_PER_THREAD,
    answer: 'HTTP 409 `comments-full`',
    why: 'likewise',
  },
] as const;
