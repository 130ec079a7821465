export { type BinList, type BinnedDocument, binListSchema, binnedDocumentSchema } from './bin.ts';
export type { ClientFrame, ClientFrameKind } from './client-frame.ts';
export { type CloseCode, type CloseCodeName, closeCodes, describeClose, findCloseCode } from './close-codes.ts';
export { COMMENT_MARK, commentAttribute } from './comment-mark.ts';
export { type ContentFormat, contentFormats, contentTypes } from './content-types.ts';
export {
  type ContentDocument,
  contentDocumentSchema,
  contentQuerySchema,
  MAX_CONTENT_BYTES,
  MAX_UPDATE_BYTES,
} from './contents.ts';
export { cutText } from './cut-text.ts';
export { companionOf, type DocumentAddress, parseDocumentAddress } from './document-address.ts';
export {
  COMMENTS_PREFIX,
  type DocumentName,
  describeNameFault,
  findDocumentFault,
  findNameFault,
  isDocumentName,
  MAX_DOCUMENT_NAME_BYTES,
  type NameFault,
} from './document-name.ts';
export { documentNameSchema } from './document-name-schema.ts';
export { compilePattern, documentPatternSchema, EVERY_DOCUMENT, MAX_PATTERN_LENGTH } from './document-pattern.ts';
export { EVENT_NAME_WORDS, isEventName, MAX_EVENT_NAME_LENGTH } from './event-name.ts';
export { type EventRefusal, eventRefusalCodes, eventRefusals } from './event-refusals.ts';
export { type SentEventInfo, sendEventHeadersSchema, sendEventSchema, sentEventSchema } from './event-schemas.ts';
export { FrameError, type FrameFault } from './frame-error.ts';
export { FrameReader } from './frame-reader.ts';
export {
  type Address,
  authTypes,
  decodeHocuspocusFrame,
  decodeServerFrame,
  encodeAddress,
  encodeHocuspocusFrame,
  encodeServerBody,
  encodeServerFrame,
  type HocuspocusClientFrame,
  hocuspocusTypes,
  parseAddress,
  type ServerFrame,
} from './hocuspocus-frames.ts';
export {
  CONNECTIONS_BESIDES_SESSIONS,
  CONNECTIONS_PER_SESSION,
  eventWindow,
  MAX_HTTP_BODY_BYTES,
} from './http-bounds.ts';
export { fixedBounds, type Limit, type LimitAnswer, limits } from './limits.ts';
export { type LinkRole, linkRoles } from './link-roles.ts';
export { type Me, meSchema } from './me.ts';
export { MAX_PAGE_SIZE, nextPageSchema, pageQuerySchema } from './paging.ts';
export { decodePresence, encodePresence, type PresenceEntry, type PresenceLimits } from './presence-frames.ts';
export { type PresenceList, type PresentPerson, presenceListSchema, presentPersonSchema } from './presence-listing.ts';
export { type ProblemCode, type ProblemKind, problemKinds } from './problem-kinds.ts';
export {
  copyDocumentSchema,
  createDocumentSchema,
  type DocumentInfo,
  type DocumentList,
  type DocumentWithRole,
  documentListSchema,
  documentSchema,
  documentWithRoleSchema,
  listQuerySchema,
  MAX_SEARCH_LENGTH,
  MAX_TITLE_LENGTH,
  type Problem,
  problemSchema,
  renameDocumentSchema,
  titleSchema,
  updateQuerySchema,
} from './rest.ts';
export type { Answer, Body, Needed, Operation } from './rest-operation.ts';
export { MAX_RETRY_HINT_MS, type RetryHint, readRetryHint, withRetryHint } from './retry-hint.ts';
export {
  MAX_TOKEN_ID_LENGTH,
  MAX_USER_ID_LENGTH,
  type Revocation,
  type RevocationList,
  revocationListSchema,
  revocationQuerySchema,
  revocationSchema,
  revokeSchema,
} from './revocations.ts';
export { includesRole, mayWrite, type Role, roles } from './roles.ts';
export {
  type BadEventRequest,
  EVENT_MESSAGE_START,
  type EventGap,
  type EventHeads,
  type EventNotice,
  type EventPoint,
  type EventRefusalCode,
  type EventRequest,
  type EventSender,
  isEventMessage,
  MAX_EVENT_STREAMS,
  nameEvent,
  parseEventId,
  peekEventRef,
  readEventNotice,
  readEventRequest,
  sayEventAgain,
  type WireEvent,
  writeEvent,
  writeEventAnswer,
  writeEventRequest,
  writeListening,
} from './room-events.ts';
export { type SessionInfo, type SessionList, sessionListSchema, sessionSchema } from './session-listing.ts';
export {
  type CreatedLink,
  createdLinkSchema,
  createLinkSchema,
  MAX_LINK_LABEL_LENGTH,
  type ShareLink,
  type ShareLinkList,
  shareLinkListSchema,
  shareLinkSchema,
} from './share-links.ts';
export { type SyncFrame, syncTypes } from './sync-frame.ts';
export { MAX_COMMENT_LENGTH, MAX_GUEST_NAME_LENGTH, THREADS_MAP } from './thread-facts.ts';
export {
  type Anchor,
  anchorSchema,
  type Comment,
  type CommentAuthor,
  changeCommentSchema,
  changeThreadSchema,
  commentSchema,
  createCommentSchema,
  createThreadSchema,
  type Thread,
  type ThreadList,
  threadListSchema,
  threadSchema,
} from './threads.ts';
export { readViewers, type Viewers, writeViewers } from './viewers.ts';
export {
  MAX_CLIENTS_AHEAD,
  MAX_COMMENTS_PER_THREAD,
  MAX_COPYING_MS,
  MAX_INTEGRATION_STEPS,
  MAX_THREADS,
  MAX_WAITING_CALLS,
} from './work-bounds.ts';
export {
  decodeYWebsocketFrame,
  encodePermissionDenied,
  encodeYWebsocketFrame,
  translateServerFrame,
  type YWebsocketClientFrame,
  yWebsocketTypes,
} from './y-websocket-frames.ts';
