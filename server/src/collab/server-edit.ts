import * as Y from 'yjs';

/**
 * Writes down a change without making it: what is in a document must be on disk first.
 * Costs a copy of the document, so it is for edits of the server's own, not for typing.
 *
 * @returns null when the change changes nothing
 */
export function draftUpdate(document: Y.Doc, change: (copy: Y.Doc) => void): Uint8Array | null {
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(document));
  const updates: Uint8Array[] = [];
  copy.on('update', (update: Uint8Array) => updates.push(update));
  try {
    copy.transact(() => change(copy));
  } finally {
    copy.destroy();
  }
  const [first] = updates;
  if (first === undefined) return null;
  return updates.length === 1 ? first : Y.mergeUpdates(updates);
}
