/**
 * Every code with which Quire closes a socket: one table for the gateway, the SDK and the docs.
 *
 * 4400–4499 say that reconnecting cannot help, 4500–4599 that it will: y-websocket 3.1 acts on exactly these ranges.
 */
export interface CloseCode {
  readonly code: number;
  readonly name: string;
  /** `backoff`: reconnect after a growing, spread-out delay. `never`: only once something has changed. */
  readonly retry: 'backoff' | 'never';
  /** Sent as the close reason: at most 123 bytes of UTF-8. */
  readonly reason: string;
  /** What a person is shown; null where the page's own words for "reconnecting" say it better. */
  readonly shown: string | null;
}

export const closeCodes = {
  // 1002, 1007, 1008 and 1009 are sent by the WebSocket library itself.
  protocolError: {
    code: 1002,
    name: 'protocol-error',
    // Browsers frame correctly: what broke it is something on the way, and may be gone the next time.
    retry: 'backoff',
    reason: 'a frame breaks the WebSocket protocol',
    shown: null,
  },
  notUtf8: {
    code: 1007,
    name: 'not-utf8',
    retry: 'backoff',
    reason: 'a text is not UTF-8',
    shown: null,
  },
  tooManyFragments: {
    code: 1008,
    name: 'too-many-fragments',
    retry: 'never',
    reason: 'a message comes in more pieces than this server puts together',
    shown: 'a change arrives in more pieces than the server accepts',
  },
  serviceRestart: {
    code: 1012,
    name: 'service-restart',
    retry: 'backoff',
    reason: 'the server is restarting',
    shown: null,
  },
  frameTooBig: {
    code: 1009,
    name: 'frame-too-big',
    retry: 'never',
    reason: 'a frame is larger than this server accepts',
    shown: 'a change is larger than the server accepts',
  },
  badFrame: {
    code: 4400,
    name: 'bad-frame',
    retry: 'never',
    reason: 'a frame could not be read',
    shown: 'the server could not read what this page sent',
  },
  unauthorized: {
    code: 4401,
    name: 'unauthorized',
    retry: 'never',
    reason: 'the token is missing, wrong or expired',
    shown: 'you are not signed in',
  },
  forbidden: {
    code: 4403,
    name: 'forbidden',
    retry: 'never',
    reason: 'no access to this document',
    shown: 'you have no access to this document',
  },
  badDocumentName: {
    code: 4404,
    name: 'bad-document-name',
    retry: 'never',
    reason: 'this is not a document name',
    shown: 'this is not a document name',
  },
  noSuchDocument: {
    code: 4405,
    name: 'no-such-document',
    retry: 'never',
    reason: 'comments are for a document that exists: save something in it first',
    shown: 'there is no document to comment on yet',
  },
  accessRevoked: {
    code: 4406,
    name: 'access-revoked',
    retry: 'never',
    reason: 'this token was revoked; one that was made since may be good',
    shown: 'your access was taken back',
  },
  linkEnded: {
    code: 4407,
    name: 'link-ended',
    retry: 'never',
    reason: 'this share link is unknown, was revoked or has expired',
    shown: 'this link was revoked, or has expired',
  },
  sessionEnded: {
    code: 4408,
    name: 'session-ended',
    // By somebody who owns the document: who may still enter is not kept out, but comes back by their own doing.
    retry: 'never',
    reason: 'this session was ended by an owner of the document',
    shown: 'you were disconnected by an owner of the document',
  },
  staleEpoch: {
    code: 4409,
    name: 'stale-epoch',
    retry: 'never',
    reason: 'edits from before this document was deleted',
    shown: 'this copy is from before the document was deleted',
  },
  documentDeleted: {
    code: 4410,
    name: 'document-deleted',
    retry: 'never',
    reason: 'the document was deleted',
    shown: 'the document was deleted',
  },
  documentInBin: {
    code: 4411,
    name: 'document-in-bin',
    // Its life goes on: what was changed offline is good again once it is restored.
    retry: 'never',
    reason: 'the document is in the bin, and opens again once it is restored',
    shown: 'the document is in the bin',
  },
  tooMuchPending: {
    code: 4413,
    name: 'too-much-pending',
    retry: 'never',
    reason: 'too many edits whose predecessors are missing',
    shown: 'edits arrived whose predecessors are missing',
  },
  documentTooLarge: {
    code: 4414,
    name: 'document-too-large',
    retry: 'never',
    reason: 'this edit would make the document larger than this server allows',
    shown: 'this change would make the document larger than the server allows',
  },
  updateTooComplex: {
    code: 4415,
    name: 'update-too-complex',
    retry: 'never',
    reason: 'an update is more complex than this server accepts',
    shown: 'a change is more complex than the server accepts',
  },
  writtenByServer: {
    code: 4416,
    name: 'written-by-server',
    retry: 'never',
    reason: 'threads of comments are written by the server alone: use the HTTP API',
    shown: 'comments are added through the server',
  },
  badUpdate: {
    code: 4422,
    name: 'bad-update',
    retry: 'never',
    reason: 'an update is not a Yjs update',
    shown: 'the server could not read a change of this page',
  },
  tooManyBeforeAuth: {
    code: 4429,
    name: 'too-much-before-auth',
    retry: 'never',
    reason: 'too much was sent before the connection was established',
    shown: 'too much was sent before the connection was established',
  },
  tooManyDocuments: {
    code: 4430,
    name: 'too-many-documents',
    retry: 'never',
    reason: 'too many documents on one socket',
    shown: 'this page has too many documents open',
  },
  authTimeout: {
    code: 4508,
    name: 'auth-timeout',
    retry: 'backoff',
    reason: 'no document was opened in time',
    shown: null,
  },
  loadFailed: {
    code: 4500,
    name: 'load-failed',
    retry: 'backoff',
    reason: 'the document could not be loaded whole',
    shown: 'the document could not be loaded',
  },
  slowReader: {
    code: 4501,
    name: 'slow-reader',
    retry: 'backoff',
    reason: 'the connection fell too far behind',
    shown: null,
  },
  authUnavailable: {
    code: 4504,
    name: 'auth-unavailable',
    retry: 'backoff',
    reason: 'who may enter can not be found out right now',
    shown: 'signing in is not possible right now',
  },
  storageRefused: {
    code: 4503,
    name: 'storage-refused',
    retry: 'backoff',
    reason: 'the disk refuses writes',
    shown: 'the server’s disk refuses writes',
  },
  overloaded: {
    code: 4529,
    name: 'overloaded',
    retry: 'backoff',
    reason: 'too much is waiting for the disk, or to be looked at',
    shown: 'the server is overloaded',
  },
  tooManySessions: {
    code: 4530,
    name: 'too-many-sessions',
    // Those whose network was cut are counted until their pings have no answer.
    retry: 'backoff',
    reason: 'this user has too many sessions',
    shown: 'you have this open in too many places',
  },
  documentFull: {
    code: 4531,
    name: 'document-full',
    retry: 'backoff',
    reason: 'too many have this document open',
    shown: 'too many people have this document open',
  },
  internalError: {
    code: 4599,
    name: 'internal-error',
    retry: 'backoff',
    reason: 'the server failed',
    shown: 'the server failed',
  },
} as const satisfies Record<string, CloseCode>;

export type CloseCodeName = (typeof closeCodes)[keyof typeof closeCodes]['name'];

const byCode: ReadonlyMap<number, CloseCode> = new Map(Object.values(closeCodes).map((entry) => [entry.code, entry]));

const byName: ReadonlyMap<string, CloseCode> = new Map(Object.values(closeCodes).map((entry) => [entry.name, entry]));

/** Finds the entry whose name a refusal, or the end of one document connection, gives as its reason. */
export function findCloseCode(name: string): CloseCode | null {
  return byName.get(name) ?? null;
}

/** What a close code of this or any other server or proxy means; unknown codes are read by their range. */
export function describeClose(code: number): CloseCode {
  const known = byCode.get(code);
  if (known !== undefined) return known;
  const permanent = code >= 4400 && code < 4500;
  return {
    code,
    name: permanent ? 'refused' : 'connection-lost',
    retry: permanent ? 'never' : 'backoff',
    reason: '',
    shown: permanent ? `the server refused the connection (${code})` : null,
  };
}
