import { PersistenceError } from '@quire/persistence';
import { closeCodes } from '@quire/protocol';
import { Refusal } from './refusal.ts';

/**
 * Does it once more where the document was deleted under it. So `task` has to look first whether there is a document: it finds
 * that nothing is called so any more, or the life that was begun since (R14). Whatever it had stored ended with the former life.
 */
export async function acrossDeletion<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    if (!isOfEndedLife(error)) throw error;
    return task();
  }
}

/**
 * Looks at something of a document that `find` finds, or throws. Of a name whose document is deleted in between, what is seen is the
 * nothing that the next one would begin with: so it is found again after that.
 */
export function lookAcrossDeletion<T>(find: () => Promise<unknown>, look: () => Promise<T>): Promise<T> {
  return acrossDeletion(async () => {
    await find();
    const seen = await look();
    await find();
    return seen;
  });
}

/** Nobody is at fault, and nothing is broken: what it was meant for is over. */
function isOfEndedLife(error: unknown): boolean {
  if (error instanceof PersistenceError) return error.code === 'EPOCH_MOVED';
  if (!(error instanceof Refusal)) return false;
  const { cause, closeCode } = error;
  // With a cause it is a load that failed, not one that was crossed.
  return closeCode === closeCodes.documentDeleted || (closeCode === closeCodes.loadFailed && cause === undefined);
}
