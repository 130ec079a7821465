import type { DocumentStore, Entry } from '@quire/persistence';
import { createDecoder, readVarUint } from 'lib0/decoding';
import * as Y from 'yjs';

const prepared = new Map<number, Uint8Array>();

/** Somebody types one word, without having seen what others type: made once, it fits into any document at any time. */
export function wordOf(client: number): Uint8Array {
  const known = prepared.get(client);
  if (known !== undefined) return known;
  const doc = new Y.Doc();
  doc.clientID = client;
  doc.getText().insert(0, `${client} `);
  const update = Y.encodeStateAsUpdate(doc);
  doc.destroy();
  prepared.set(client, update);
  return update;
}

/** Whose words a document has, as a store has it; null when it was never there, or is deleted. */
export async function readWords(store: DocumentStore, document: string): Promise<string | null> {
  const loaded = await store.load(document);
  if (loaded === null || loaded.state === 'deleted') return null;
  const clients = new Set(loaded.snapshot === null ? [] : Y.parseUpdateMeta(loaded.snapshot).to.keys());
  addWords(clients, loaded.entries);
  return describeWords(clients);
}

export function addWords(clients: Set<number>, entries: Iterable<Pick<Entry, 'updates'>>): void {
  for (const { updates } of entries) for (const { update } of updates) clients.add(clientOf(update));
}

export function describeWords(clients: ReadonlySet<number>): string {
  return [...clients].sort((a, b) => a - b).join(' ');
}

/** Of an update with the structs of one client: their count, how many clients, and which one. */
function clientOf(update: Uint8Array): number {
  const decoder = createDecoder(update);
  readVarUint(decoder);
  readVarUint(decoder);
  return readVarUint(decoder);
}
