export type { OperationName } from '@quire/protocol/rest';
export {
  COMMENT_MARK,
  type Comment,
  type CommentAuthor,
  type CreatedLink,
  type DocumentInfo,
  type DocumentList,
  type DocumentWithRole,
  type EventGap,
  type EventSender,
  type LinkRole,
  MAX_COMMENT_LENGTH,
  type Role,
  type ShareLink,
  type Thread,
} from '@quire/protocol/wire';
export type {
  CallOptions,
  Client,
  CommentCalls,
  Comments,
  ConnectOptions,
  DocumentsApi,
  EventMap,
  Leftover,
  LeftoversApi,
  LinkOptions,
  LinksApi,
  ListDocumentsOptions,
  LoadingProgress,
  Other,
  Person,
  PersonDetails,
  Presence,
  ReceivedEvent,
  Room,
  RoomAwareness,
  RoomEvents,
  RoomPresence,
  RoomStatus,
  SaveAsOptions,
  SentEvent,
  Speaker,
  TextRange,
  TokenRequest,
} from './api.ts';
export { connect } from './connect.ts';
export { QuireError, type QuireErrorCode } from './errors.ts';
export type { Readable } from './readable.ts';
export type { RestAnswer, RestClient, RestInput } from './rest-client.ts';
export {
  labelFor,
  overHttpNote,
  type RoomState,
  type StatusRow,
  type StatusTone,
  statusTable,
} from './status-table.ts';
export type { Transport } from './transport-choice.ts';
