import { type DocumentStore, FIRST_EPOCH } from '@quire/persistence';
import * as Y from 'yjs';
import type { DocumentEditor } from '../api/documents.ts';

/** Edits that go straight to the store: what the HTTP API needs of the collaboration, without sockets. */
export function createStoreEditor(store: DocumentStore, now: () => number = Date.now): DocumentEditor {
  return {
    async edit(name, author, change) {
      const document = new Y.Doc();
      const loaded = await store.load(name);
      if (loaded !== null) {
        if (loaded.snapshot !== null) Y.applyUpdate(document, loaded.snapshot);
        for (const entry of loaded.entries) for (const { update } of entry.updates) Y.applyUpdate(document, update);
      }
      const before = Y.encodeStateVector(document);
      document.transact(() => change(document));
      const update = Y.encodeStateAsUpdate(document, before);
      const title = String(document.getMap('meta').get('title') ?? '');
      document.destroy();
      const epoch = loaded?.epoch ?? FIRST_EPOCH;
      await store.append({ document: name, epoch, time: now(), updates: [{ author, update }], title });
    },
    async delete(name) {
      await store.delete(name);
    },
  };
}
