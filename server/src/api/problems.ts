import { PersistenceError, type PersistenceErrorCode } from '@quire/persistence';
import { closeCodes, type Problem } from '@quire/protocol';
import { AccessError } from '../auth/authenticator.ts';
import { NotHereYet } from '../collab/not-here-yet.ts';
import { Refusal } from '../collab/refusal.ts';
import { EventRefused } from '../events/event-refused.ts';

interface ProblemKind {
  readonly status: number;
  readonly title: string;
  /** The same request may succeed later. */
  readonly retryAfterSeconds?: number;
}

/** Every error of the HTTP API, by its stable code. */
export const problemKinds = {
  'bad-json': { status: 400, title: 'The body is not JSON' },
  'bad-request': { status: 400, title: 'The request is not of the expected shape' },
  'bad-document-name': { status: 400, title: 'This is not a document name' },
  unauthorized: { status: 401, title: 'The token is missing, wrong or expired' },
  forbidden: { status: 403, title: 'No access' },
  'origin-refused': { status: 403, title: 'Pages of this origin may not do this' },
  'host-refused': { status: 403, title: 'This server does not go by that name' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'unknown-document': { status: 404, title: 'There is no such document' },
  'unknown-thread': { status: 404, title: 'There is no such thread' },
  'unknown-comment': { status: 404, title: 'There is no such comment' },
  'unknown-link': { status: 404, title: 'There is no such share link' },
  'unknown-revocation': { status: 404, title: 'There is no such revocation' },
  'method-not-allowed': { status: 405, title: 'This method is not allowed here' },
  'document-exists': { status: 409, title: 'The document exists already' },
  'unknown-position': { status: 409, title: 'The document has no such place' },
  'anchor-refused': { status: 409, title: 'This can not be commented on' },
  'comments-full': { status: 409, title: 'No more comments fit here' },
  'too-many-links': { status: 409, title: 'There are as many share links as there may be' },
  'too-many-revocations': { status: 409, title: 'There are as many revocations as there may be' },
  'document-too-large': { status: 413, title: 'The document would become too large' },
  'event-too-large': { status: 413, title: 'The event is too large' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body must be JSON' },
  'too-many-events': { status: 429, title: 'More events come than are taken', retryAfterSeconds: 1 },
  'document-damaged': { status: 500, title: 'A record of the document is damaged' },
  'internal-error': { status: 500, title: 'The server failed' },
  'storage-refused': { status: 503, title: 'The disk refuses writes', retryAfterSeconds: 2 },
  overloaded: { status: 503, title: 'Too much is waiting for the disk', retryAfterSeconds: 1 },
  'load-failed': { status: 503, title: 'The document could not be loaded whole', retryAfterSeconds: 2 },
  'auth-unavailable': { status: 503, title: 'Who may enter can not be found out right now', retryAfterSeconds: 5 },
  'service-restart': { status: 503, title: 'The server is restarting', retryAfterSeconds: 2 },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof problemKinds;

/** A request that can't be served, and why. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ProblemCode;

  constructor(code: ProblemCode, detail: string, cause?: unknown) {
    super(detail, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** The response for an error, as RFC 9457 has it. */
export function respondProblem(error: ApiError, headers: Readonly<Record<string, string>> = {}): Response {
  const kind: ProblemKind = problemKinds[error.code];
  const problem: Problem = {
    type: `urn:quire:problem:${error.code}`,
    title: kind.title,
    status: kind.status,
    code: error.code,
    detail: error.message,
  };
  const retry = kind.retryAfterSeconds === undefined ? {} : { 'Retry-After': String(kind.retryAfterSeconds) };
  return new Response(JSON.stringify(problem), {
    status: kind.status,
    headers: {
      'Content-Type': 'application/problem+json',
      ...(kind.status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      ...retry,
      ...headers,
    },
  });
}

/** What an error means to a client of the API; the words of unexpected ones stay inside. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof AccessError) return describeAccessError(error);
  if (error instanceof EventRefused) return describeEventRefusal(error);
  if (error instanceof Refusal && error.closeCode === closeCodes.documentTooLarge) {
    return new ApiError('document-too-large', closeCodes.documentTooLarge.reason, error);
  }
  const stored = findPersistenceError(error);
  if (stored !== null) return new ApiError(codeOf(stored.code), detailOf(stored), error);
  if (error instanceof Refusal && error.cause instanceof NotHereYet) {
    return new ApiError('load-failed', error.cause.message, error);
  }
  // Without a cause it was nobody's fault: what it is tried with next is the life after.
  if (error instanceof Refusal && error.closeCode === closeCodes.loadFailed && error.cause === undefined) {
    return new ApiError('load-failed', 'The document was deleted while this was on its way', error);
  }
  return new ApiError('internal-error', 'The server’s log says more', error);
}

function describeEventRefusal(error: EventRefused): ApiError {
  const { code } = error.refusal;
  return new ApiError(code === 'bad-event' ? 'bad-request' : code, sentenceOf(error.message), error);
}

/** What is wrong with a token is for the audit log; its bearer hears what to do. */
function describeAccessError(error: AccessError): ApiError {
  switch (error.closeCode.name) {
    case closeCodes.unauthorized.name:
      return new ApiError(
        'unauthorized',
        'You are not signed in, or no longer (programs send a valid token, as Authorization: Bearer)',
        error,
      );
    case closeCodes.accessRevoked.name:
    case closeCodes.linkEnded.name:
      return new ApiError('unauthorized', sentenceOf(error.closeCode.reason), error);
    case closeCodes.authUnavailable.name:
      return new ApiError('auth-unavailable', problemKinds['auth-unavailable'].title, error);
    case closeCodes.internalError.name:
      return new ApiError('internal-error', 'The server’s log says more', error);
    default:
      return new ApiError('forbidden', 'You have no access to this, or not enough for what you asked for', error);
  }
}

function sentenceOf(reason: string): string {
  return reason.charAt(0).toUpperCase() + reason.slice(1);
}

/** A load that failed reaches us as the refusal of a connection, with the reason inside. */
function findPersistenceError(error: unknown): PersistenceError | null {
  if (error instanceof PersistenceError) return error;
  return error instanceof Error && error.cause !== undefined ? findPersistenceError(error.cause) : null;
}

function codeOf(code: PersistenceErrorCode): ProblemCode {
  switch (code) {
    case 'REFUSED':
      return 'storage-refused';
    case 'QUEUE_FULL':
      return 'overloaded';
    case 'READ_FAILED':
      return 'load-failed';
    case 'CLOSED':
      return 'service-restart';
    case 'BAD_NAME':
      return 'bad-document-name';
    case 'BAD_CURSOR':
      return 'bad-request';
    case 'UNKNOWN_DOCUMENT':
    case 'EPOCH_MOVED':
      return 'unknown-document';
    case 'CORRUPT_RECORD':
      return 'document-damaged';
    case 'LOCKED':
    case 'NEWER_FORMAT':
    case 'BAD_ENTRY':
    case 'FOLD_FAILED':
    case 'OPEN_FAILED':
      return 'internal-error';
    default:
      return code satisfies never;
  }
}

function detailOf(error: PersistenceError): string {
  const kind: ProblemKind = problemKinds[codeOf(error.code)];
  return kind.retryAfterSeconds === undefined ? error.message : `${kind.title}; try again later`;
}
