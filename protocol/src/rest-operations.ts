import { binListSchema } from './bin.ts';
import { contentTypes } from './content-types.ts';
import { contentDocumentSchema, contentQuerySchema, MAX_CONTENT_BYTES, MAX_UPDATE_BYTES } from './contents.ts';
import { sendEventHeadersSchema, sendEventSchema, sentEventSchema } from './event-schemas.ts';
import { meSchema } from './me.ts';
import { pageQuerySchema } from './paging.ts';
import { presenceListSchema } from './presence-listing.ts';
import {
  copyDocumentSchema,
  createDocumentSchema,
  documentListSchema,
  documentSchema,
  documentWithRoleSchema,
  listQuerySchema,
  renameDocumentSchema,
  updateQuerySchema,
} from './rest.ts';
import type { Answer, Body, Operation } from './rest-operation.ts';
import { revocationListSchema, revocationQuerySchema, revocationSchema, revokeSchema } from './revocations.ts';
import { sessionListSchema } from './session-listing.ts';
import { createdLinkSchema, createLinkSchema, shareLinkListSchema } from './share-links.ts';
import {
  anchorSchema,
  changeCommentSchema,
  changeThreadSchema,
  commentSchema,
  createCommentSchema,
  createThreadSchema,
  threadListSchema,
  threadSchema,
} from './threads.ts';

const DOCUMENTS = '/v1/documents';
const DOCUMENT = `${DOCUMENTS}/{name}` as const;
const BINNED = '/v1/bin/{name}';
const THREAD = `${DOCUMENT}/threads/{thread}` as const;

const NOTHING = { kind: 'nothing', status: 204 } as const satisfies Answer;
const BYTES = 'application/octet-stream';

/** What changes a document, and can be refused as an edit. */
const EDIT_PROBLEMS = [
  'unknown-document',
  'document-too-large',
  'update-too-complex',
  'storage-refused',
  'overloaded',
  'load-failed',
  'unconfirmed',
] as const;
const COMMENT_PROBLEMS = [
  'unknown-document',
  'update-too-complex',
  'overloaded',
  'load-failed',
  'storage-refused',
] as const;

const COMMENTING_PROBLEMS = [...COMMENT_PROBLEMS, 'unconfirmed'] as const;

const UPDATE_BODY = { kind: 'raw', types: [BYTES], maxBytes: MAX_UPDATE_BYTES } as const satisfies Body;
const CONTENT_BODY = {
  kind: 'raw',
  types: Object.values(contentTypes),
  maxBytes: MAX_CONTENT_BYTES,
} as const satisfies Body;

/** Every call of the HTTP API, by the name that it has in clients. */
export const operations = {
  listDocuments: {
    method: 'GET',
    path: DOCUMENTS,
    needs: 'anybody',
    query: listQuerySchema,
    answers: [{ kind: 'json', status: 200, schema: documentListSchema }],
    problems: [],
  },
  createDocument: {
    method: 'POST',
    path: DOCUMENTS,
    needs: 'editor',
    body: { kind: 'json', schema: createDocumentSchema, optional: true },
    answers: [{ kind: 'json', status: 201, schema: documentSchema }],
    problems: [
      'bad-document-name',
      'document-exists',
      'document-too-large',
      'storage-refused',
      'load-failed',
      'unconfirmed',
    ],
  },
  getDocument: {
    method: 'GET',
    path: DOCUMENT,
    needs: 'reader',
    answers: [{ kind: 'json', status: 200, schema: documentWithRoleSchema }],
    problems: ['unknown-document'],
  },
  renameDocument: {
    method: 'PATCH',
    path: DOCUMENT,
    needs: 'editor',
    body: { kind: 'json', schema: renameDocumentSchema },
    answers: [{ kind: 'json', status: 200, schema: documentSchema }],
    problems: EDIT_PROBLEMS,
  },
  deleteDocument: {
    method: 'DELETE',
    path: DOCUMENT,
    needs: 'owner',
    answers: [NOTHING],
    problems: ['unknown-document', 'storage-refused', 'unconfirmed'],
  },
  listBin: {
    method: 'GET',
    path: '/v1/bin',
    needs: 'anybody',
    query: pageQuerySchema,
    answers: [{ kind: 'json', status: 200, schema: binListSchema }],
    problems: [],
  },
  binDocument: {
    method: 'PUT',
    path: BINNED,
    needs: 'owner',
    answers: [NOTHING],
    problems: ['unknown-document', 'bin-full', 'storage-refused', 'overloaded', 'load-failed', 'unconfirmed'],
  },
  restoreDocument: {
    method: 'POST',
    path: `${BINNED}/restore`,
    needs: 'owner',
    answers: [{ kind: 'json', status: 200, schema: documentWithRoleSchema }],
    problems: ['unknown-document', 'not-in-bin', 'storage-refused', 'overloaded', 'load-failed', 'unconfirmed'],
  },
  purgeDocument: {
    method: 'DELETE',
    path: BINNED,
    needs: 'owner',
    answers: [NOTHING],
    problems: ['unknown-document', 'not-in-bin', 'storage-refused', 'unconfirmed'],
  },
  copyDocument: {
    method: 'POST',
    path: `${DOCUMENT}/copy`,
    needs: 'reader',
    body: { kind: 'json', schema: copyDocumentSchema, optional: true },
    answers: [{ kind: 'json', status: 201, schema: documentSchema }],
    problems: [...EDIT_PROBLEMS, 'document-exists', 'stale-epoch', 'content-too-large'],
  },
  readContent: {
    method: 'GET',
    path: `${DOCUMENT}/content`,
    needs: 'reader',
    query: contentQuerySchema,
    answers: [
      { kind: 'json', status: 200, schema: contentDocumentSchema },
      { kind: 'raw', status: 200, types: [contentTypes.html, contentTypes.markdown, contentTypes.text] },
    ],
    problems: ['unknown-document', 'other-content', 'content-too-large', 'overloaded', 'load-failed'],
  },
  replaceContent: {
    method: 'PUT',
    path: `${DOCUMENT}/content`,
    needs: 'editor',
    body: CONTENT_BODY,
    answers: [NOTHING],
    problems: [...EDIT_PROBLEMS, 'bad-json', 'bad-content', 'content-too-large', 'other-content', 'body-too-large'],
  },
  readUpdate: {
    method: 'GET',
    path: `${DOCUMENT}/update`,
    needs: 'reader',
    query: updateQuerySchema,
    answers: [{ kind: 'raw', status: 200, types: [BYTES] }],
    problems: ['unknown-document', 'overloaded', 'load-failed'],
  },
  writeUpdate: {
    method: 'POST',
    path: `${DOCUMENT}/update`,
    needs: 'editor',
    body: UPDATE_BODY,
    answers: [NOTHING],
    problems: [...EDIT_PROBLEMS, 'bad-update', 'incomplete-update', 'stale-epoch', 'body-too-large'],
  },
  downloadState: {
    method: 'GET',
    path: `${DOCUMENT}/state`,
    needs: 'reader',
    answers: [{ kind: 'raw', status: 200, types: ['application/gzip'] }, NOTHING],
    problems: [],
  },
  getMe: {
    method: 'GET',
    path: '/v1/me',
    needs: 'anybody',
    answers: [{ kind: 'json', status: 200, schema: meSchema }],
    problems: [],
  },
  listPresence: {
    method: 'GET',
    path: `${DOCUMENT}/presence`,
    needs: 'reader',
    answers: [{ kind: 'json', status: 200, schema: presenceListSchema }],
    problems: ['unknown-document', 'overloaded'],
  },
  listSessions: {
    method: 'GET',
    path: `${DOCUMENT}/sessions`,
    needs: 'owner',
    query: pageQuerySchema,
    answers: [{ kind: 'json', status: 200, schema: sessionListSchema }],
    problems: ['unknown-document', 'overloaded'],
  },
  endSession: {
    method: 'DELETE',
    path: `${DOCUMENT}/sessions/{session}`,
    needs: 'owner',
    answers: [NOTHING],
    problems: ['unknown-session', 'overloaded', 'node-unanswered'],
  },
  listThreads: {
    method: 'GET',
    path: `${DOCUMENT}/threads`,
    needs: 'reader',
    query: pageQuerySchema,
    answers: [{ kind: 'json', status: 200, schema: threadListSchema }],
    problems: COMMENT_PROBLEMS,
  },
  startThread: {
    method: 'POST',
    path: `${DOCUMENT}/threads`,
    needs: 'commenter',
    body: { kind: 'json', schema: createThreadSchema },
    answers: [{ kind: 'json', status: 201, schema: threadSchema }],
    problems: [...COMMENTING_PROBLEMS, 'unknown-position', 'anchor-refused', 'comments-full', 'too-many-anchors'],
  },
  changeThread: {
    method: 'PATCH',
    path: THREAD,
    needs: 'commenter',
    body: { kind: 'json', schema: changeThreadSchema },
    answers: [{ kind: 'json', status: 200, schema: threadSchema }],
    problems: [...COMMENTING_PROBLEMS, 'unknown-thread'],
  },
  removeThread: {
    method: 'DELETE',
    path: THREAD,
    needs: 'commenter',
    answers: [NOTHING],
    problems: [...COMMENTING_PROBLEMS, 'unknown-thread'],
  },
  anchorThread: {
    method: 'PUT',
    path: `${THREAD}/anchor`,
    needs: 'commenter',
    body: { kind: 'json', schema: anchorSchema },
    answers: [{ kind: 'json', status: 200, schema: threadSchema }],
    problems: [
      ...COMMENTING_PROBLEMS,
      'unknown-thread',
      'unknown-position',
      'anchor-refused',
      'comments-full',
      'too-many-anchors',
    ],
  },
  unanchorThread: {
    method: 'DELETE',
    path: `${THREAD}/anchor`,
    needs: 'commenter',
    answers: [NOTHING],
    problems: [...COMMENTING_PROBLEMS, 'unknown-thread'],
  },
  reply: {
    method: 'POST',
    path: `${THREAD}/comments`,
    needs: 'commenter',
    body: { kind: 'json', schema: createCommentSchema },
    answers: [{ kind: 'json', status: 201, schema: commentSchema }],
    problems: [...COMMENTING_PROBLEMS, 'unknown-thread', 'comments-full'],
  },
  changeComment: {
    method: 'PATCH',
    path: `${THREAD}/comments/{comment}`,
    needs: 'commenter',
    body: { kind: 'json', schema: changeCommentSchema },
    answers: [{ kind: 'json', status: 200, schema: commentSchema }],
    problems: [...COMMENTING_PROBLEMS, 'unknown-thread', 'unknown-comment'],
  },
  withdrawComment: {
    method: 'DELETE',
    path: `${THREAD}/comments/{comment}`,
    needs: 'commenter',
    answers: [NOTHING],
    problems: [...COMMENTING_PROBLEMS, 'unknown-thread', 'unknown-comment'],
  },
  sendEvent: {
    method: 'POST',
    path: `${DOCUMENT}/events`,
    needs: 'editor',
    headers: sendEventHeadersSchema,
    body: { kind: 'json', schema: sendEventSchema },
    answers: [{ kind: 'json', status: 202, schema: sentEventSchema }],
    problems: ['event-too-large', 'too-many-events'],
  },
  listLinks: {
    method: 'GET',
    path: `${DOCUMENT}/links`,
    needs: 'owner',
    query: pageQuerySchema,
    answers: [{ kind: 'json', status: 200, schema: shareLinkListSchema }],
    problems: ['unknown-document'],
  },
  createLink: {
    method: 'POST',
    path: `${DOCUMENT}/links`,
    needs: 'owner',
    body: { kind: 'json', schema: createLinkSchema },
    answers: [{ kind: 'json', status: 201, schema: createdLinkSchema }],
    problems: ['unknown-document', 'too-many-links', 'storage-refused', 'unconfirmed'],
  },
  revokeLink: {
    method: 'DELETE',
    path: `${DOCUMENT}/links/{link}`,
    needs: 'owner',
    answers: [NOTHING],
    problems: ['unknown-link', 'storage-refused', 'unconfirmed'],
  },
  listRevocations: {
    method: 'GET',
    path: '/v1/revocations',
    needs: 'owner-of-all',
    query: revocationQuerySchema,
    answers: [{ kind: 'json', status: 200, schema: revocationListSchema }],
    problems: [],
  },
  revoke: {
    method: 'POST',
    path: '/v1/revocations',
    needs: 'owner-of-all',
    body: { kind: 'json', schema: revokeSchema },
    answers: [{ kind: 'json', status: 201, schema: revocationSchema }],
    problems: ['too-many-revocations', 'storage-refused', 'unconfirmed'],
  },
  liftRevocation: {
    method: 'DELETE',
    path: '/v1/revocations/{revocation}',
    needs: 'owner-of-all',
    answers: [NOTHING],
    problems: ['unknown-revocation', 'storage-refused', 'unconfirmed'],
  },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;
