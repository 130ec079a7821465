export type { ClientFrame, ClientFrameKind } from './client-frame.ts';
export { type CloseCode, type CloseCodeName, closeCodes, describeClose, findCloseCode } from './close-codes.ts';
export { COMMENT_MARK, commentAttribute } from './comment-mark.ts';
export { companionOf, type DocumentAddress, parseDocumentAddress } from './document-address.ts';
export {
  COMMENTS_PREFIX,
  type DocumentName,
  describeNameFault,
  documentNameSchema,
  findNameFault,
  isDocumentName,
  MAX_DOCUMENT_NAME_BYTES,
  type NameFault,
} from './document-name.ts';
export { compilePattern, documentPatternSchema, EVERY_DOCUMENT, MAX_PATTERN_LENGTH } from './document-pattern.ts';
export {
  EVENT_NAME_WORDS,
  isEventName,
  MAX_EVENT_NAME_LENGTH,
  type SentEventInfo,
  sendEventSchema,
  sentEventSchema,
} from './event-name.ts';
export { type EventRefusal, eventRefusalCodes, eventRefusals } from './event-refusals.ts';
export { eventWindow } from './event-window.ts';
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
export { type Limit, type LimitAnswer, limits } from './limits.ts';
export { decodePresence, encodePresence, type PresenceEntry, type PresenceLimits } from './presence-frames.ts';
export {
  createDocumentSchema,
  type DocumentInfo,
  type DocumentList,
  type DocumentWithRole,
  documentListSchema,
  documentSchema,
  documentWithRoleSchema,
  listQuerySchema,
  MAX_PAGE_SIZE,
  MAX_TITLE_LENGTH,
  type Problem,
  problemSchema,
  renameDocumentSchema,
  titleSchema,
} from './rest.ts';
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
  type WireEvent,
  writeEvent,
  writeEventAnswer,
  writeEventRequest,
  writeListening,
} from './room-events.ts';
export {
  type CreatedLink,
  createdLinkSchema,
  createLinkSchema,
  type LinkRole,
  linkRoles,
  MAX_LINK_LABEL_LENGTH,
  type ShareLink,
  type ShareLinkList,
  shareLinkListSchema,
  shareLinkSchema,
} from './share-links.ts';
export { type SyncFrame, syncTypes } from './sync-frame.ts';
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
  MAX_COMMENT_LENGTH,
  MAX_GUEST_NAME_LENGTH,
  THREADS_MAP,
  type Thread,
  type ThreadList,
  threadListSchema,
  threadSchema,
} from './threads.ts';
export { readViewers, type Viewers, writeViewers } from './viewers.ts';
export {
  decodeYWebsocketFrame,
  encodePermissionDenied,
  encodeYWebsocketFrame,
  translateServerFrame,
  type YWebsocketClientFrame,
  yWebsocketTypes,
} from './y-websocket-frames.ts';
