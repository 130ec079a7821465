import * as Y from 'yjs';
import { readTitle } from './document-title.ts';

export interface DraftedEdit {
  readonly update: Uint8Array;
  /** The document's title once the edit is made. */
  readonly title: string;
}

/**
 * Writes down a change without making it: what is in a document must be on disk first.
 * Costs a copy of the document, so it is for edits of the server's own, not for typing.
 *
 * @param client as whom it is written
 * @returns null when the change changes nothing
 */
export function draftUpdate(document: Y.Doc, client: number, change: (copy: Y.Doc) => void): DraftedEdit | null {
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(document));
  copy.clientID = client; // not before: Yjs takes an id for somebody else's that others' updates bring
  const updates: Uint8Array[] = [];
  copy.on('update', (update: Uint8Array) => updates.push(update));
  try {
    copy.transact(() => change(copy));
    const [first] = updates;
    if (first === undefined) return null;
    return { update: updates.length === 1 ? first : Y.mergeUpdates(updates), title: readTitle(copy) };
  } finally {
    copy.destroy();
  }
}
