import { createStores, openDB, rtop } from 'lib0/indexeddb';

/**
 * The databases in which y-indexeddb keeps documents, and our notes beside its updates.
 *
 * Its layout is the stores `updates` and `custom`; notes live in `custom`.
 */
const UPDATES_STORE = 'updates';
const NOTES_STORE = 'custom';

const WHOLE_NOTE = 'whole';
const ASIDE_NOTE = 'set-aside';
const UNSAVED_NOTE_PREFIX = 'unsaved/';
/** Sorts after every key with the prefix. */
const UNSAVED_NOTE_END = 'unsaved0';

/** A device that has seen a name deleted more often than this keeps no further copies of it. */
const MAX_GENERATIONS = 50;

export const localNotes = {
  /** The copy has once held the whole document. */
  whole: WHOLE_NOTE,
  /** The document was deleted; this copy belongs to its former life. */
  aside: ASIDE_NOTE,
  /** How many unconfirmed changes one tab has in the copy. */
  unsavedOf: (tabId: string) => UNSAVED_NOTE_PREFIX + tabId,
} as const;

export interface LocalDatabase {
  readonly name: string;
  readonly handle: IDBDatabase;
}

/** Opens the copy of a document's present life: every deletion leaves its copy behind, and the next life gets its own. */
export async function openLocalDatabase(server: string, documentName: string): Promise<LocalDatabase | null> {
  for (let generation = 1; generation <= MAX_GENERATIONS; generation += 1) {
    const name = `quire/${generation}/${encodeURIComponent(server)}/${documentName}`;
    const handle = await openDB(name, (fresh) =>
      createStores(fresh, [[UPDATES_STORE, { autoIncrement: true }], [NOTES_STORE]]),
    );
    const aside = await inTransaction(handle, [NOTES_STORE], 'readonly', (transaction) =>
      rtop(transaction.objectStore(NOTES_STORE).get(ASIDE_NOTE)),
    );
    if (aside === undefined) return { name, handle };
    handle.close();
  }
  return null;
}

/**
 * Writes notes; a count of zero is no note. The transaction covers the updates too, so that it runs after those that
 * y-indexeddb has begun: once a note is written, so is every change before it.
 */
export async function writeNotes(handle: IDBDatabase, notes: ReadonlyMap<string, number>): Promise<void> {
  await inTransaction(handle, [UPDATES_STORE, NOTES_STORE], 'readwrite', async (transaction) => {
    const store = transaction.objectStore(NOTES_STORE);
    for (const [key, value] of notes) {
      if (value === 0) store.delete(key);
      else store.put(value, key);
    }
  });
}

/**
 * Reads what is known of the copy, and takes over the notes of tabs that were closed before their changes were
 * confirmed: whoever holds the copy answers for them. A tab that is still open writes its note again.
 */
export async function adoptNotes(handle: IDBDatabase, tabId: string): Promise<{ whole: boolean; unsaved: number }> {
  return inTransaction(handle, [UPDATES_STORE, NOTES_STORE], 'readwrite', async (transaction) => {
    const store = transaction.objectStore(NOTES_STORE);
    const range = IDBKeyRange.bound(UNSAVED_NOTE_PREFIX, UNSAVED_NOTE_END);
    const [whole, counts] = await Promise.all([rtop(store.get(WHOLE_NOTE)), rtop(store.getAll(range))]);
    const unsaved = (counts as unknown[]).reduce<number>(
      (sum, count) => sum + (typeof count === 'number' ? count : 0),
      0,
    );
    store.delete(range);
    if (unsaved > 0) store.put(unsaved, localNotes.unsavedOf(tabId));
    return { whole: whole !== undefined, unsaved };
  });
}

/** Resolves when the transaction is complete, not when its last request is. */
async function inTransaction<T>(
  handle: IDBDatabase,
  stores: string[],
  mode: IDBTransactionMode,
  work: (transaction: IDBTransaction) => Promise<T>,
): Promise<T> {
  const transaction = handle.transaction(stores, mode);
  const completed = new Promise<void>((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve());
    transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('the transaction was aborted')));
  });
  const [result] = await Promise.all([work(transaction), completed]);
  return result;
}
