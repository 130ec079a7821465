import * as Y from 'yjs';
import type { CallOptions, Leftover, LeftoversApi } from './api.ts';
import { type AsideCopy, discardCopy, findAsideCopies, readUpdates } from './aside-copies.ts';
import type { SaveCopy } from './save-as.ts';
import { unlessAborted } from './unless-aborted.ts';

export interface LeftoversOptions {
  /** Names the server in this device's store; null where nothing is kept on this device. */
  readonly server: string | null;
  readonly saveCopy: SaveCopy;
}

/** What never reached the server of documents that were deleted, as it is kept on this device. */
export function createLeftovers({ server, saveCopy }: LeftoversOptions): LeftoversApi {
  const read = async ({ id }: Leftover, { signal }: CallOptions = {}): Promise<Y.Doc> => {
    signal?.throwIfAborted();
    const doc = new Y.Doc();
    const updates = await unlessAborted(readUpdates(id), signal);
    doc.transact(() => {
      for (const update of updates) Y.applyUpdate(doc, update);
    });
    return doc;
  };
  return {
    async list({ name, signal } = {}) {
      signal?.throwIfAborted();
      if (server === null) return [];
      const copies = await unlessAborted(findAsideCopies(server, name), signal);
      // What was saved was deleted on purpose, by somebody who might.
      return copies.filter(({ unsaved }) => unsaved > 0).map(describe);
    },
    read,
    async saveAs(leftover, options) {
      const doc = await read(leftover, options);
      try {
        const name = await saveCopy(doc, leftover.name, options);
        await discardCopy(leftover.id);
        return name;
      } finally {
        doc.destroy();
      }
    },
    async discard({ id }, { signal } = {}) {
      signal?.throwIfAborted();
      await unlessAborted(discardCopy(id), signal);
    },
  };
}

function describe({ database, documentName, unsaved, setAsideAt }: AsideCopy): Leftover {
  return { id: database, name: documentName, unsaved, setAsideAt };
}
