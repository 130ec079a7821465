import { FIRST_EPOCH } from '../epoch.ts';
import type { LevelStoreOptions } from '../level/open-level-store.ts';
import { openLevelStore } from '../level/open-level-store.ts';
import type { DocumentStore, EntryDraft, EntryId, StoreStatus } from '../store.ts';
import type { FaultyDisk } from './faulty-level.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** Opens a store on a disk that a test controls, as a process that starts would. */
export async function openOn(disk: FaultyDisk, options: Partial<LevelStoreOptions> = {}): Promise<DocumentStore> {
  return openLevelStore({
    directory: await temporaryDirectory(),
    openDb: disk.openDb,
    reserveBytes: 1024,
    retryMinMs: 1,
    retryMaxMs: 4,
    ...options,
  });
}

export function draftOf(document: string, update: Uint8Array, rest: Partial<EntryDraft> = {}): EntryDraft {
  return { document, epoch: FIRST_EPOCH, time: 1000, updates: [{ author: 'ada', update }], ...rest };
}

export function appendTo(store: DocumentStore, document: string, update: Uint8Array): Promise<EntryId> {
  return store.append(draftOf(document, update));
}

export function whenStatus(store: DocumentStore, state: StoreStatus['state']): Promise<void> {
  if (store.status.state === state) return Promise.resolve();
  return new Promise((resolve) => {
    const unsubscribe = store.onStatus((status) => {
      if (status.state !== state) return;
      unsubscribe();
      resolve();
    });
  });
}

/** Whether a promise has settled by now, without waiting for it. */
export async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  // One turn of the event loop, so that everything that could have settled has.
  const later = new Promise((resolve) => setImmediate(() => resolve(pending)));
  return (await Promise.race([promise.catch(() => null), later])) === pending;
}
