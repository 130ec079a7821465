import * as Y from 'yjs';
import { compareEpochs } from './epoch.ts';
import { PersistenceError } from './errors.ts';
import { assertDocumentName } from './names.ts';
import type { Burial, Entry, EntryDraft, Epoch } from './store.ts';

const HEX_ID = /^[0-9a-f]{16}$/;
export const MAX_EPOCH_COUNT = 0xffff_ffff;

export function assertEpoch(epoch: Epoch): void {
  if (!HEX_ID.test(epoch.id) || !isCount(epoch.count, MAX_EPOCH_COUNT)) {
    throw new PersistenceError('BAD_ENTRY', `Not an epoch: (${epoch.count}, ${epoch.id})`);
  }
}

/** Whatever passes can be encoded: numbers are only given out to entries that will be stored. */
export function assertDraft(draft: EntryDraft): void {
  assertBody(draft);
  if (draft.updates.length === 0) {
    throw new PersistenceError('BAD_ENTRY', 'An entry needs an update', { document: draft.document });
  }
}

/** Unlike a draft, an adopted entry may lack updates: it may be a delete's marker or stand for a reclaimed entry. */
export function assertAdoptable(entry: Entry): void {
  assertBody(entry);
  const { incarnation, sequence } = entry.id;
  if (!HEX_ID.test(incarnation) || !isCount(sequence, Number.MAX_SAFE_INTEGER)) {
    throw new PersistenceError('BAD_ENTRY', `Not an entry id: (${incarnation}, ${sequence})`, {
      document: entry.document,
    });
  }
  if (entry.buried !== undefined) assertBurial(entry, entry.buried);
}

function assertBurial({ document, epoch, updates }: Entry, { by, tombstone }: Burial): void {
  assertEpoch(by);
  if (updates.length > 0 || compareEpochs(by, epoch) <= 0 || !isStateVector(tombstone)) {
    throw new PersistenceError(
      'BAD_ENTRY',
      'A burial is of an earlier life, and stands with an entry without updates',
      {
        document,
      },
    );
  }
}

function isStateVector(bytes: unknown): boolean {
  if (!(bytes instanceof Uint8Array)) return false;
  try {
    Y.decodeStateVector(bytes);
    return true;
  } catch {
    return false;
  }
}

function assertBody({ document, epoch, time, title, updates }: EntryDraft): void {
  assertDocumentName(document);
  assertEpoch(epoch);
  if (!isCount(time + 1, Number.MAX_SAFE_INTEGER)) {
    throw new PersistenceError('BAD_ENTRY', `Not a time in milliseconds: ${time}`, { document });
  }
  if (title !== undefined && typeof title !== 'string') {
    throw new PersistenceError('BAD_ENTRY', 'A title is text', { document });
  }
  for (const { author, update } of updates) {
    if (typeof author !== 'string' || !(update instanceof Uint8Array)) {
      throw new PersistenceError('BAD_ENTRY', 'An update is bytes, and its author is text', { document });
    }
  }
}

function isCount(value: number, max: number): boolean {
  return Number.isSafeInteger(value) && value >= 1 && value <= max;
}
