import { IndexeddbPersistence } from 'y-indexeddb';
import type { Doc } from 'yjs';
import { adoptNotes, localNotes, openLocalDatabase, writeNotes } from './local-database.ts';

/** What this device holds of a document. */
export interface LocalCopy {
  /** It has once held the whole document, so it may be shown without the server. */
  readonly whole: boolean;
  /** Changes in it that no receipt has confirmed. */
  readonly unsaved: number;
}

/** This device's copy of one document, with a note of how many of its changes are unconfirmed. */
export interface OfflineStore {
  /** Resolves once the copy is in the document; with null when this device can't keep one. */
  readonly opened: Promise<LocalCopy | null>;
  /** What is known of the copy when an update, by its origin, came from it; null when it didn't. */
  copyBehind(origin: unknown): LocalCopy | null;
  /** Every change of the document so far is on this device. */
  holdsAll(): boolean;
  /** Call after every local change and every confirmation. */
  noteUnsaved(count: number): void;
  /** The copy now holds the whole document. */
  noteWhole(): void;
  /** The document was deleted: the copy stays on the device, but no later document of this name starts from it. */
  setAside(): void;
  close(): Promise<void>;
}

export interface OfflineStoreOptions {
  readonly doc: Doc;
  readonly server: string;
  readonly name: string;
  /** Tells this tab's note from those of other tabs. */
  readonly tabId: string;
}

export function openOfflineStore(options: OfflineStoreOptions): OfflineStore {
  let state: 'opening' | 'open' | 'failed' | 'closed' = 'opening';
  let handle: IDBDatabase | null = null;
  let persistence: IndexeddbPersistence | null = null;
  let copy: LocalCopy | null = null;
  let changes = 0;
  let changesHeld = 0;
  let pending = new Map<string, number>();
  let writing: Promise<void> | null = null;

  const fail = () => {
    if (state !== 'closed') state = 'failed';
  };
  const isClosed = () => state === 'closed';

  const release = async () => {
    await persistence?.destroy();
    handle?.close();
  };

  const open = async (): Promise<LocalCopy | null> => {
    try {
      const database = await openLocalDatabase(options.server, options.name);
      handle = database?.handle ?? null;
      if (database === null || isClosed()) {
        await release();
        fail();
        return null;
      }
      copy = await adoptNotes(database.handle, options.tabId);
      if (isClosed()) return null;
      persistence = new IndexeddbPersistence(database.name, options.doc);
      await persistence.whenSynced;
      // An aborted transaction (no space left) is the only sign that an update was not kept.
      persistence.db?.addEventListener('abort', fail);
      if (isClosed()) return null;
      state = 'open';
      flush();
      return copy;
    } catch {
      // A private window, a full disk, a locked profile: the room goes on without a copy, and the leave guard knows.
      fail();
      return null;
    }
  };

  const writePending = async (): Promise<void> => {
    while (pending.size > 0 && state === 'open' && handle !== null) {
      const notes = pending;
      pending = new Map();
      const upTo = changes;
      await writeNotes(handle, notes);
      changesHeld = upTo;
    }
  };

  const flush = () => {
    // In a microtask: the document's other listeners, y-indexeddb's among them, begin their transactions first.
    writing ??= Promise.resolve()
      .then(writePending)
      .catch(fail)
      .finally(() => {
        writing = null;
        if (pending.size > 0 && state === 'open') flush();
      });
  };

  const note = (key: string, value: number) => {
    pending.set(key, value);
    flush();
  };

  return {
    opened: open(),
    copyBehind: (origin) => (persistence !== null && origin === persistence ? copy : null),
    holdsAll: () => state === 'open' && changesHeld === changes,
    noteUnsaved(count) {
      changes += 1;
      note(localNotes.unsavedOf(options.tabId), count);
    },
    noteWhole: () => note(localNotes.whole, 1),
    setAside() {
      // Not behind other notes: the transaction begins now, so that nobody who opens the name from here on gets the copy.
      if (state === 'open' && handle !== null) void writeNotes(handle, new Map([[localNotes.aside, 1]])).catch(fail);
      else note(localNotes.aside, 1);
    },
    async close() {
      await writing;
      state = 'closed';
      await release();
    },
  };
}
