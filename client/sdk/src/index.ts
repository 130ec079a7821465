export type { DocumentInfo, DocumentList } from '@quire/protocol';
export type {
  Client,
  ConnectOptions,
  DocumentsApi,
  ListDocumentsOptions,
  LoadingProgress,
  Person,
  PersonDetails,
  Room,
  RoomStatus,
} from './api.ts';
export { connect } from './connect.ts';
export { QuireError, type QuireErrorCode } from './errors.ts';
export type { Readable } from './readable.ts';
export {
  labelFor,
  overHttpNote,
  type RoomState,
  type StatusRow,
  type StatusTone,
  statusTable,
} from './status-table.ts';
export type { Transport } from './transport-choice.ts';
