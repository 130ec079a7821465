import { compareEpochs, type Epoch, FIRST_EPOCH, type LoadedDocument } from '@quire/persistence';

/**
 * Comments begin and end with a life of their document: they are stored in an epoch that follows from the document's. So
 * what a crash left behind between two deletions is of an earlier life wherever it is met, and shows in no later one (R14).
 *
 * One more than the document's: documents are born in the first epoch, and one that was stored under such a name before it
 * meant anything can be told from comments.
 */
export function companionEpoch(commented: Epoch): Epoch {
  return { count: commented.count + 1, id: commented.id };
}

export type CompanionLife =
  | 'current'
  /** What is stored belongs to an earlier life of the document. */
  | 'over'
  /** What is stored belongs to a later life of the document, of whose beginning this node has yet to hear. */
  | 'ahead'
  /** What is stored was never comments. */
  | 'stranger';

export function judgeCompanion(stored: Pick<LoadedDocument, 'epoch' | 'state'>, commented: Epoch): CompanionLife {
  if (stored.state === 'live' && stored.epoch.count === FIRST_EPOCH.count) return 'stranger';
  const order = compareEpochs(stored.epoch, companionEpoch(commented));
  if (order === 0) return 'current';
  return order < 0 ? 'over' : 'ahead';
}
