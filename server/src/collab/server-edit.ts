import { randomInt } from 'node:crypto';
import * as Y from 'yjs';
import { readTitle } from './document-title.ts';

/** As many as Node draws: ten thousand times more than clients draw from. */
const MAX_CLIENT_ID = 2 ** 48 - 1;

export interface DraftedEdit {
  readonly update: Uint8Array;
  /** The document's title once the edit is made. */
  readonly title: string;
}

/**
 * Writes down a change without making it: what is in a document must be on disk first.
 * Costs a copy of the document, so it is for edits of the server's own, not for typing.
 *
 * @returns null when the change changes nothing
 */
export function draftUpdate(document: Y.Doc, change: (copy: Y.Doc) => void): DraftedEdit | null {
  const copy = new Y.Doc();
  // Nobody can build on what nobody can name: a client that guessed it could have edits wait for what the server writes next.
  copy.clientID = randomInt(MAX_CLIENT_ID);
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(document));
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
