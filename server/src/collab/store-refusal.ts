import { PersistenceError } from '@quire/persistence';
import { type CloseCode, closeCodes } from '@quire/protocol';

/** With which code those are closed whose edits the store did not take. */
export function closeCodeFor(error: unknown): CloseCode {
  if (!(error instanceof PersistenceError)) return closeCodes.internalError;
  switch (error.code) {
    case 'REFUSED':
      return closeCodes.storageRefused;
    case 'QUEUE_FULL':
      return closeCodes.overloaded;
    case 'EPOCH_MOVED':
      return closeCodes.documentDeleted;
    case 'CLOSED':
      return closeCodes.serviceRestart;
    default:
      return closeCodes.internalError;
  }
}
