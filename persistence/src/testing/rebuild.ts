import * as Y from 'yjs';
import type { DocumentStore, LoadedDocument } from '../store.ts';
import { textOf } from './sample-updates.ts';

/** The document as a server would open it. */
export function rebuild(loaded: LoadedDocument): Y.Doc {
  const doc = new Y.Doc();
  if (loaded.snapshot !== null) Y.applyUpdate(doc, loaded.snapshot);
  for (const entry of loaded.entries) for (const { update } of entry.updates) Y.applyUpdate(doc, update);
  return doc;
}

export async function loadText(store: DocumentStore, document: string): Promise<string | null> {
  const loaded = await store.load(document);
  return loaded === null ? null : textOf(rebuild(loaded));
}
