import { PersistenceError } from './errors.ts';
import { assertDocumentName } from './names.ts';
import type { Entry, EntryDraft, Epoch } from './store.ts';

const HEX_ID = /^[0-9a-f]{16}$/;
export const MAX_EPOCH_COUNT = 0xffff_ffff;

export function assertEpoch(epoch: Epoch): void {
  if (!HEX_ID.test(epoch.id) || !isCount(epoch.count, MAX_EPOCH_COUNT)) {
    throw new PersistenceError('BAD_ENTRY', `Not an epoch: (${epoch.count}, ${epoch.id})`);
  }
}

export function assertDraft(draft: EntryDraft): void {
  assertDocumentName(draft.document);
  assertEpoch(draft.epoch);
  if (!Number.isSafeInteger(draft.time) || draft.time < 0) {
    throw new PersistenceError('BAD_ENTRY', `Not a time in milliseconds: ${draft.time}`, { document: draft.document });
  }
  if (draft.updates.length === 0) {
    throw new PersistenceError('BAD_ENTRY', 'An entry needs an update', { document: draft.document });
  }
}

/** Unlike a draft, an adopted entry may lack updates: it may be a delete's marker or stand for a reclaimed entry. */
export function assertAdoptable(entry: Entry): void {
  assertDocumentName(entry.document);
  assertEpoch(entry.epoch);
  const { incarnation, sequence } = entry.id;
  if (!HEX_ID.test(incarnation) || !isCount(sequence, Number.MAX_SAFE_INTEGER)) {
    throw new PersistenceError('BAD_ENTRY', `Not an entry id: (${incarnation}, ${sequence})`, {
      document: entry.document,
    });
  }
  if (!Number.isSafeInteger(entry.time) || entry.time < 0) {
    throw new PersistenceError('BAD_ENTRY', `Not a time in milliseconds: ${entry.time}`, { document: entry.document });
  }
}

function isCount(value: number, max: number): boolean {
  return Number.isSafeInteger(value) && value >= 1 && value <= max;
}
