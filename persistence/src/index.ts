export type { Clock } from './clock.ts';
export { systemClock } from './clock.ts';
export { compareEpochs, FIRST_EPOCH, nextEpoch } from './epoch.ts';
export type { PersistenceErrorCode, PersistenceErrorDetails } from './errors.ts';
export { PersistenceError } from './errors.ts';
export type { BatchReport } from './level/batch-writer.ts';
export type { CompactionEvent } from './level/compactor.ts';
export type { Level, OpenDb } from './level/database.ts';
export type { LevelStoreOptions } from './level/open-level-store.ts';
export { openLevelStore } from './level/open-level-store.ts';
export type { MemoryStoreOptions } from './memory-store.ts';
export { MemoryStore } from './memory-store.ts';
export { assertDocumentName, MAX_NAME_BYTES, nameFault } from './names.ts';
export type {
  AuthoredUpdate,
  Burial,
  CompactionReport,
  DocumentPage,
  DocumentStat,
  DocumentStore,
  Entry,
  EntryDraft,
  EntryId,
  EntryRange,
  Epoch,
  Holdings,
  ListQuery,
  LoadedDocument,
  SequenceSpan,
  SoundDocumentStat,
  StoreStatus,
} from './store.ts';
