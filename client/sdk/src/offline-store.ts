import { IndexeddbPersistence } from 'y-indexeddb';
import type { Doc } from 'yjs';
import { discardCopy } from './aside-copies.ts';
import type { Clock } from './clock.ts';
import {
  adoptNotes,
  type LocalDatabase,
  localNotes,
  type NotedCopy,
  openLocalDatabase,
  writeNotes,
} from './local-database.ts';

/** What this device holds of a document. */
export type LocalCopy = Pick<NotedCopy, 'whole' | 'unsaved'>;

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
  /** The copy is of this life of the document. */
  noteEpoch(epoch: string): void;
  /** The document was deleted: the copy stays on the device, but no later document of this name starts from it. */
  setAside(): void;
  /** Empties the copy, if it was set aside. */
  discard(): Promise<void>;
  close(): Promise<void>;
}

export interface OfflineStoreOptions {
  readonly doc: Doc;
  readonly server: string;
  readonly name: string;
  /** Tells this tab's note from those of other tabs. */
  readonly tabId: string;
  readonly clock: Pick<Clock, 'now'>;
  /** Whether a copy of this life may flow into the document; one that may not is set aside. */
  admits(epoch: string): boolean;
}

export function openOfflineStore(options: OfflineStoreOptions): OfflineStore {
  let state: 'opening' | 'open' | 'failed' | 'closed' = 'opening';
  let database: LocalDatabase | null = null;
  let persistence: IndexeddbPersistence | null = null;
  let copy: LocalCopy | null = null;
  let changes = 0;
  let changesHeld = 0;
  let pending = new Map<string, number | string>();
  let writing: Promise<void> | null = null;

  const fail = () => {
    if (state !== 'closed') state = 'failed';
  };
  const isClosed = () => state === 'closed';

  const release = async () => {
    await persistence?.destroy();
    database?.handle.close();
  };

  /** The copy that may flow into the document, and what is noted of it. */
  const openAdmitted = async (): Promise<NotedCopy | null> => {
    for (;;) {
      database = await openLocalDatabase(options.server, options.name);
      if (database === null || isClosed()) return null;
      const noted = await adoptNotes(database.handle, options.tabId);
      if (noted.epoch === null || options.admits(noted.epoch)) return noted;
      // It came when the server was sending another life already: the copy of this one is in the next generation.
      await writeNotes(database.handle, new Map([[localNotes.aside, options.clock.now()]]));
      database.handle.close();
    }
  };

  const open = async (): Promise<LocalCopy | null> => {
    try {
      copy = await openAdmitted();
      if (database === null || copy === null || isClosed()) {
        await release();
        fail();
        return null;
      }
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
    while (pending.size > 0 && state === 'open' && database !== null) {
      const notes = pending;
      pending = new Map();
      const upTo = changes;
      await writeNotes(database.handle, notes);
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

  const note = (key: string, value: number | string) => {
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
    noteEpoch: (epoch) => note(localNotes.epoch, epoch),
    setAside() {
      const aside = new Map([[localNotes.aside, options.clock.now()]]);
      // Not behind other notes: the transaction begins now, so that nobody who opens the name from here on gets the copy.
      if (state === 'open' && database !== null) void writeNotes(database.handle, aside).catch(fail);
      else note(localNotes.aside, options.clock.now());
    },
    async discard() {
      if (state === 'open' && database !== null) await discardCopy(database.name);
    },
    async close() {
      await writing;
      state = 'closed';
      await release();
    },
  };
}
