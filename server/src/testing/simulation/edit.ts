import type { DocumentStore, EntryId } from '@quire/persistence';
import * as Y from 'yjs';

/** What a document reads, as its store has it; null when it was never there, or is deleted. */
export async function readText(store: DocumentStore, document: string): Promise<string | null> {
  const loaded = await store.load(document);
  if (loaded === null || loaded.state === 'deleted') return null;
  const doc = new Y.Doc();
  if (loaded.snapshot !== null) Y.applyUpdate(doc, loaded.snapshot);
  for (const { updates } of loaded.entries) for (const { update } of updates) Y.applyUpdate(doc, update);
  return doc.getText().toString();
}

/** One person types one word, in the document as it is here. */
export async function type(
  store: DocumentStore,
  document: string,
  word: string,
  client: number,
  time: number,
): Promise<EntryId> {
  const loaded = await store.load(document);
  const doc = new Y.Doc();
  if (loaded?.snapshot != null) Y.applyUpdate(doc, loaded.snapshot);
  for (const { updates } of loaded?.entries ?? []) for (const { update } of updates) Y.applyUpdate(doc, update);
  doc.clientID = client;
  const before = Y.encodeStateVector(doc);
  doc.getText().insert(doc.getText().length, word);
  const update = Y.encodeStateAsUpdate(doc, before);
  const epoch = loaded?.epoch ?? { count: 1, id: '0000000000000000' };
  return store.append({ document, epoch, time, updates: [{ author: `u${client}`, update }] });
}
