// What clients need of the protocol: no schema is among it, so that a page, or a program in Node, loads none until it asks for some.
export type { BinList, BinnedDocument } from './bin.ts';
export type { ClientFrameKind } from './client-frame.ts';
export { type CloseCode, closeCodes, describeClose, findCloseCode } from './close-codes.ts';
export { COMMENT_MARK, commentAttribute } from './comment-mark.ts';
export { type ContentFormat, contentTypes } from './content-types.ts';
export type { ContentDocument } from './contents.ts';
export { cutText } from './cut-text.ts';
export { companionOf, parseDocumentAddress } from './document-address.ts';
export {
  type DocumentName,
  describeNameFault,
  findDocumentFault,
  findNameFault,
  isDocumentName,
  type NameFault,
} from './document-name.ts';
export { eventRefusals } from './event-refusals.ts';
export { FrameError } from './frame-error.ts';
export {
  decodeHocuspocusFrame,
  decodeServerFrame,
  encodeHocuspocusFrame,
  type ServerFrame,
} from './hocuspocus-frames.ts';
export { eventWindow, MAX_HTTP_BODY_BYTES } from './http-bounds.ts';
export { type LinkRole, linkRoles } from './link-roles.ts';
export type { DocumentInfo, DocumentList, DocumentWithRole, Problem } from './rest.ts';
export { MAX_RETRY_HINT_MS, type RetryHint, readRetryHint } from './retry-hint.ts';
export { type Role, roles } from './roles.ts';
export {
  type EventGap,
  type EventNotice,
  type EventPoint,
  type EventRefusalCode,
  type EventSender,
  MAX_EVENT_STREAMS,
  parseEventId,
  readEventNotice,
  sayEventAgain,
  type WireEvent,
  writeEventRequest,
} from './room-events.ts';
export type { CreatedLink, ShareLink, ShareLinkList } from './share-links.ts';
export { MAX_COMMENT_LENGTH, MAX_GUEST_NAME_LENGTH, THREADS_MAP } from './thread-facts.ts';
export type { Anchor, Comment, CommentAuthor, Thread, ThreadList } from './threads.ts';
export { readViewers } from './viewers.ts';
