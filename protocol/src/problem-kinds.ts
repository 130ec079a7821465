export interface ProblemKind {
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
  'bad-update': { status: 400, title: 'This is not a Yjs update' },
  'bad-content': { status: 400, title: 'This is no content that a document can hold' },
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
  'unknown-session': { status: 404, title: 'Nobody has the document open by this session' },
  'not-in-bin': { status: 404, title: 'This document is not in the bin' },
  'method-not-allowed': { status: 405, title: 'This method is not allowed here' },
  'bin-full': { status: 409, title: 'There is as much in the bin as there may be' },
  'document-exists': { status: 409, title: 'The document exists already' },
  'unknown-position': { status: 409, title: 'The document has no such place' },
  'anchor-refused': { status: 409, title: 'This can not be commented on' },
  'comments-full': { status: 409, title: 'No more comments fit here' },
  'too-many-links': { status: 409, title: 'There are as many share links as there may be' },
  'too-many-revocations': { status: 409, title: 'There are as many revocations as there may be' },
  'incomplete-update': { status: 409, title: 'The document lacks what this update builds on' },
  'stale-epoch': { status: 409, title: 'This is from before the document was deleted' },
  'other-content': { status: 409, title: 'The document holds something else than rich text' },
  'document-in-bin': { status: 410, title: 'The document is in the bin' },
  'event-too-large': { status: 413, title: 'The event is too large' },
  'document-too-large': { status: 413, title: 'The document would become too large' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'update-too-complex': { status: 413, title: 'The update is more complex than this server accepts' },
  'content-too-large': { status: 413, title: 'This is more than is converted at once' },
  'unsupported-media-type': { status: 415, title: 'The body is of a type that is not taken here' },
  'too-many-anchors': { status: 429, title: 'Places are marked faster than they may be', retryAfterSeconds: 2 },
  'too-many-events': { status: 429, title: 'More events come than are taken', retryAfterSeconds: 1 },
  'document-damaged': { status: 500, title: 'A record of the document is damaged' },
  'internal-error': { status: 500, title: 'The server failed' },
  'storage-refused': { status: 503, title: 'The disk refuses writes', retryAfterSeconds: 2 },
  overloaded: { status: 503, title: 'Too much is waiting for the disk', retryAfterSeconds: 1 },
  'load-failed': { status: 503, title: 'The document could not be loaded whole', retryAfterSeconds: 2 },
  'node-unanswered': { status: 503, title: 'A node of the cluster does not answer', retryAfterSeconds: 2 },
  'auth-unavailable': { status: 503, title: 'Who may enter can not be found out right now', retryAfterSeconds: 5 },
  'service-restart': { status: 503, title: 'The server is restarting', retryAfterSeconds: 2 },
  unconfirmed: { status: 504, title: 'It is stored on one node, and not confirmed by any other', retryAfterSeconds: 5 },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof problemKinds;
