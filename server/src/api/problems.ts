import { PersistenceError, type PersistenceErrorCode } from '@quire/persistence';
import { closeCodes, type EventRefusalCode, type Problem } from '@quire/protocol';
import { AccessError } from '../auth/authenticator.ts';
import { Unconfirmed } from '../collab/confirmation.ts';
import { NotHereYet } from '../collab/not-here-yet.ts';
import { Refusal } from '../collab/refusal.ts';
import { ContentError } from '../content/content-node.ts';
import { EventRefused } from '../events/event-refused.ts';
import { ApiError, type ProblemCode, type ProblemKind, problemKinds } from '../problems.ts';

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
  const { retryAfterSeconds = kind.retryAfterSeconds } = error;
  const retry = retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) };
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

const UNCONFIRMED =
  'It is done, and on the disk of this node, but no other place has confirmed it so far. It goes on to the others by itself: read what is there before you send it again';

/** What an error means to a client of the API; the words of unexpected ones stay inside. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof ContentError) return new ApiError(error.fault, error.message, error);
  if (error instanceof AccessError) return describeAccessError(error);
  if (error instanceof EventRefused) return describeEventRefusal(error);
  if (error instanceof Refusal) {
    const refused = findRefusedEdit(error);
    if (refused !== null) return refused;
  }
  if (error instanceof Unconfirmed) return new ApiError('unconfirmed', UNCONFIRMED, error);
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

/** Whether the same may succeed later without anybody's help. */
export function mayPass(error: unknown): boolean {
  const kind: ProblemKind = problemKinds[toApiError(error).code];
  return kind.retryAfterSeconds !== undefined;
}

function describeEventRefusal(error: EventRefused): ApiError {
  return new ApiError(codeOfRefusal(error.refusal.code), sentenceOf(error.message), error);
}

function codeOfRefusal(code: EventRefusalCode): ProblemCode {
  switch (code) {
    case 'bad-event':
      return 'bad-request';
    case 'maybe-taken':
      return 'unconfirmed';
    default:
      return code;
  }
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
    case closeCodes.documentInBin.name:
      return new ApiError('document-in-bin', sentenceOf(error.closeCode.reason), error);
    case closeCodes.authUnavailable.name:
      return new ApiError('auth-unavailable', problemKinds['auth-unavailable'].title, error);
    case closeCodes.internalError.name:
      return new ApiError('internal-error', 'The server’s log says more', error);
    default:
      return new ApiError('forbidden', 'You have no access to this, or not enough for what you asked for', error);
  }
}

/** What a document has against an edit; null for what has to do with the way to it. */
function findRefusedEdit(refusal: Refusal): ApiError | null {
  const { closeCode } = refusal;
  switch (closeCode) {
    case closeCodes.documentTooLarge:
      return new ApiError('document-too-large', closeCode.reason, refusal);
    case closeCodes.badUpdate:
      return new ApiError('bad-update', 'The body is not an update in the v1 encoding of Yjs', refusal);
    case closeCodes.updateTooComplex:
      return new ApiError('update-too-complex', closeCode.reason, refusal);
    case closeCodes.tooMuchPending:
      return new ApiError('incomplete-update', 'The update builds on edits that the document does not have', refusal);
    case closeCodes.staleEpoch:
      return new ApiError('stale-epoch', 'The update is from before the document was deleted and begun anew', refusal);
    case closeCodes.documentDeleted:
      return new ApiError('load-failed', 'The document was deleted while this was on its way', refusal);
    case closeCodes.overloaded:
      return new ApiError('overloaded', 'Too much is waiting to be stored or looked at; try again later', refusal);
    case closeCodes.storageRefused:
      return new ApiError('storage-refused', 'The disk refuses writes; try again later', refusal);
    case closeCodes.serviceRestart:
      return new ApiError('service-restart', 'The server is stopping; try again in a moment', refusal);
    default:
      return null;
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
