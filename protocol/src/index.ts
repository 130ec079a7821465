export type { ClientFrame, ClientFrameKind } from './client-frame.ts';
export { type CloseCode, type CloseCodeName, closeCodes, describeClose, findCloseCode } from './close-codes.ts';
export {
  type DocumentName,
  describeNameFault,
  documentNameSchema,
  findNameFault,
  isDocumentName,
  MAX_DOCUMENT_NAME_BYTES,
  type NameFault,
} from './document-name.ts';
export { compilePattern, documentPatternSchema, MAX_PATTERN_LENGTH } from './document-pattern.ts';
export { FrameError, type FrameFault } from './frame-error.ts';
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
  documentListSchema,
  documentSchema,
  listQuerySchema,
  MAX_PAGE_SIZE,
  MAX_TITLE_LENGTH,
  type Problem,
  problemSchema,
  renameDocumentSchema,
  titleSchema,
} from './rest.ts';
export { MAX_RETRY_HINT_MS, type RetryHint, readRetryHint, withRetryHint } from './retry-hint.ts';
export { includesRole, mayWrite, type Role, roles } from './roles.ts';
export { type SyncFrame, syncTypes } from './sync-frame.ts';
export { readViewers, type Viewers, writeViewers } from './viewers.ts';
export {
  decodeYWebsocketFrame,
  encodePermissionDenied,
  encodeYWebsocketFrame,
  translateServerFrame,
  type YWebsocketClientFrame,
  yWebsocketTypes,
} from './y-websocket-frames.ts';
