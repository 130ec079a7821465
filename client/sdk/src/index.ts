export {
  COMMENT_MARK,
  type Comment,
  type CommentAuthor,
  commentAttribute,
  type DocumentInfo,
  type DocumentList,
  MAX_COMMENT_LENGTH,
  type Thread,
} from '@quire/protocol';
export type {
  Client,
  Comments,
  ConnectOptions,
  DocumentsApi,
  ListDocumentsOptions,
  Person,
  PersonDetails,
  Room,
  RoomStatus,
  Speaker,
  TextRange,
} from './api.ts';
export { connect } from './connect.ts';
export { QuireError, type QuireErrorCode } from './errors.ts';
export type { Readable } from './readable.ts';
export { labelFor, type RoomState, type StatusRow, type StatusTone, statusTable } from './status-table.ts';
