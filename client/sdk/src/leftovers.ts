import * as Y from 'yjs';
import type { Leftover, LeftoversApi, Room } from './api.ts';
import { type AsideCopy, discardCopy, findAsideCopies, readUpdates } from './aside-copies.ts';
import { saveAs } from './save-as.ts';

export interface LeftoversOptions {
  /** Names the server in this device's store; null where nothing is kept on this device. */
  readonly server: string | null;
  readonly open: (name: string) => Room;
}

/** What never reached the server of documents that were deleted, as it is kept on this device. */
export function createLeftovers({ server, open }: LeftoversOptions): LeftoversApi {
  const read = async ({ id }: Leftover): Promise<Y.Doc> => {
    const doc = new Y.Doc();
    const updates = await readUpdates(id);
    doc.transact(() => {
      for (const update of updates) Y.applyUpdate(doc, update);
    });
    return doc;
  };
  return {
    async list({ name } = {}) {
      if (server === null) return [];
      const copies = await findAsideCopies(server, name);
      // What was saved was deleted on purpose, by somebody who might.
      return copies.filter(({ unsaved }) => unsaved > 0).map(describe);
    },
    read,
    async saveAs(leftover, options) {
      const doc = await read(leftover);
      try {
        const name = await saveAs(doc, leftover.name, open, options);
        await discardCopy(leftover.id);
        return name;
      } finally {
        doc.destroy();
      }
    },
    discard: ({ id }) => discardCopy(id),
  };
}

function describe({ database, documentName, unsaved, setAsideAt }: AsideCopy): Leftover {
  return { id: database, name: documentName, unsaved, setAsideAt };
}
