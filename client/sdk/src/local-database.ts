import { createStores, openDB, rtop } from 'lib0/indexeddb';

/**
 * The databases in which y-indexeddb keeps documents, and our notes beside its updates.
 *
 * Its layout is the stores `updates` and `custom`; notes live in `custom`.
 */
export const UPDATES_STORE = 'updates';
export const NOTES_STORE = 'custom';

const WHOLE_NOTE = 'whole';
const ASIDE_NOTE = 'set-aside';
const EPOCH_NOTE = 'epoch';
const UNSAVED_NOTE_PREFIX = 'unsaved/';
/** Sorts after every key with the prefix. */
const UNSAVED_NOTE_END = 'unsaved0';

/** A device that has seen a name deleted more often than this keeps no further copies of it. */
const MAX_GENERATIONS = 50;

export const localNotes = {
  /** The copy has once held the whole document. */
  whole: WHOLE_NOTE,
  /** When the copy was found to belong to a former life of the document. */
  aside: ASIDE_NOTE,
  /** Which life of the document the copy is of. */
  epoch: EPOCH_NOTE,
  /** How many unconfirmed changes one tab has in the copy. */
  unsavedOf: (tabId: string) => UNSAVED_NOTE_PREFIX + tabId,
} as const;

export interface LocalDatabase {
  readonly name: string;
  readonly handle: IDBDatabase;
}

export type Notes = ReadonlyMap<string, number | string>;

/** What the notes say of a copy. */
export interface NotedCopy {
  /** It has once held the whole document. */
  readonly whole: boolean;
  /** Changes in it that no receipt has confirmed. */
  readonly unsaved: number;
  /** Null where nobody has said. */
  readonly epoch: string | null;
}

/** Where the copies of a server's documents lie; the generation stands between the two. */
function nameDatabase(generation: number, server: string, documentName: string): string {
  return `quire/${generation}/${encodeURIComponent(server)}/${documentName}`;
}

/** The document in the name of a database of this server; null when it is another one's. */
export function readDocumentName(databaseName: string, server: string): string | null {
  const [app, generation, theirServer, ...rest] = databaseName.split('/');
  const isOurs = app === 'quire' && /^\d+$/.test(generation ?? '') && theirServer === encodeURIComponent(server);
  return isOurs && rest.length > 0 ? rest.join('/') : null;
}

/** Opens the copy of a document's present life: every deletion leaves its copy behind, and the next life gets its own. */
export async function openLocalDatabase(server: string, documentName: string): Promise<LocalDatabase | null> {
  for (let generation = 1; generation <= MAX_GENERATIONS; generation += 1) {
    const name = nameDatabase(generation, server, documentName);
    const handle = await openDatabase(name);
    const aside = await inTransaction(handle, [NOTES_STORE], 'readonly', (transaction) =>
      rtop(transaction.objectStore(NOTES_STORE).get(ASIDE_NOTE)),
    );
    if (aside === undefined) return { name, handle };
    handle.close();
  }
  return null;
}

export function openDatabase(database: string): Promise<IDBDatabase> {
  return openDB(database, (fresh) => createStores(fresh, [[UPDATES_STORE, { autoIncrement: true }], [NOTES_STORE]]));
}

export function unsavedNotes(): IDBKeyRange {
  return IDBKeyRange.bound(UNSAVED_NOTE_PREFIX, UNSAVED_NOTE_END);
}

export function sumOf(counts: readonly unknown[]): number {
  return counts.reduce<number>((sum, count) => sum + (typeof count === 'number' ? count : 0), 0);
}

/**
 * Writes notes; a count of zero is no note. The transaction covers the updates too, so that it runs after those that
 * y-indexeddb has begun: once a note is written, so is every change before it.
 */
export async function writeNotes(handle: IDBDatabase, notes: Notes): Promise<void> {
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
export async function adoptNotes(handle: IDBDatabase, tabId: string): Promise<NotedCopy> {
  return inTransaction(handle, [UPDATES_STORE, NOTES_STORE], 'readwrite', async (transaction) => {
    const store = transaction.objectStore(NOTES_STORE);
    const [whole, epoch, counts] = await Promise.all([
      rtop(store.get(WHOLE_NOTE)),
      rtop(store.get(EPOCH_NOTE)),
      rtop(store.getAll(unsavedNotes())),
    ]);
    const unsaved = sumOf(counts);
    store.delete(unsavedNotes());
    if (unsaved > 0) store.put(unsaved, localNotes.unsavedOf(tabId));
    return { whole: whole !== undefined, unsaved, epoch: typeof epoch === 'string' ? epoch : null };
  });
}

/** Resolves when the transaction is complete, not when its last request is. */
export async function inTransaction<T>(
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
