import { rtop } from 'lib0/indexeddb';
import {
  inTransaction,
  localNotes,
  NOTES_STORE,
  openDatabase,
  readDocumentName,
  sumOf,
  UPDATES_STORE,
  unsavedNotes,
} from './local-database.ts';

/** A copy of a former life of a document. */
export interface AsideCopy {
  readonly database: string;
  readonly documentName: string;
  readonly unsaved: number;
  readonly setAsideAt: number;
}

/** The copies of former lives that this device keeps of a server's documents, or of one of them; the newest first. */
export async function findAsideCopies(server: string, wanted?: string): Promise<readonly AsideCopy[]> {
  const found: AsideCopy[] = [];
  for (const { name: database = '' } of await indexedDB.databases()) {
    const documentName = readDocumentName(database, server);
    if (documentName === null || documentName !== (wanted ?? documentName)) continue;
    const { aside, unsaved } = await withCopy(database, readNotes);
    if (aside !== null) found.push({ database, documentName, unsaved, setAsideAt: aside });
  }
  return found.sort((a, b) => b.setAsideAt - a.setAsideAt);
}

function readNotes(handle: IDBDatabase): Promise<{ readonly aside: number | null; readonly unsaved: number }> {
  return inTransaction(handle, [NOTES_STORE], 'readonly', async (transaction) => {
    const store = transaction.objectStore(NOTES_STORE);
    const [aside, counts] = await Promise.all([rtop(store.get(localNotes.aside)), rtop(store.getAll(unsavedNotes()))]);
    return { aside: typeof aside === 'number' ? aside : null, unsaved: sumOf(counts) };
  });
}

/** All updates of a copy, oldest first. */
export function readUpdates(database: string): Promise<readonly Uint8Array[]> {
  return withCopy(database, (handle) =>
    inTransaction(handle, [UPDATES_STORE], 'readonly', async (transaction) => {
      const updates: unknown[] = await rtop(transaction.objectStore(UPDATES_STORE).getAll());
      return updates.filter((update) => update instanceof Uint8Array);
    }),
  );
}

/**
 * Empties a copy that was set aside. The database stays, with its note: it is what tells that the copy of the present
 * life is in a later one.
 */
export function discardCopy(database: string): Promise<void> {
  return withCopy(database, (handle) =>
    inTransaction(handle, [UPDATES_STORE, NOTES_STORE], 'readwrite', async (transaction) => {
      const notes = transaction.objectStore(NOTES_STORE);
      if ((await rtop(notes.get(localNotes.aside))) === undefined) return;
      transaction.objectStore(UPDATES_STORE).clear();
      notes.delete(unsavedNotes());
    }),
  );
}

async function withCopy<T>(database: string, work: (handle: IDBDatabase) => Promise<T>): Promise<T> {
  const handle = await openDatabase(database);
  try {
    return await work(handle);
  } finally {
    handle.close();
  }
}
