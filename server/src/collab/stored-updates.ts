import type { Entry, LoadedDocument } from '@quire/persistence';

/** All that is stored of a document, oldest first: its snapshot, and the updates since. */
export function* updatesOf({ snapshot, entries }: LoadedDocument): Generator<Uint8Array, void> {
  if (snapshot !== null) yield snapshot;
  yield* updatesIn(entries);
}

export function* updatesIn(entries: readonly Entry[]): Generator<Uint8Array, void> {
  for (const entry of entries) for (const { update } of entry.updates) yield update;
}

/** A document that is stored as one update; null when it is several, or none. */
export function findOnlyUpdate(loaded: LoadedDocument): Uint8Array | null {
  const updates = updatesOf(loaded);
  const first = updates.next();
  return first.done === true || updates.next().done !== true ? null : first.value;
}
