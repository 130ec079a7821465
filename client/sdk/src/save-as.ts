import { findNameFault } from '@quire/protocol/wire';
import { uint53 } from 'lib0/random';
import * as Y from 'yjs';
import type { Room, RoomStatus, SaveAsOptions } from './api.ts';
import { QuireError, unreachable } from './errors.ts';

/** Where the title of a document is, in the document. */
const META_MAP = 'meta';
const TITLE_KEY = 'title';

/** Resolves with the name of the copy. @throws {QuireError} */
export type SaveCopy = (source: Y.Doc, formerName: string, options?: SaveAsOptions) => Promise<string>;

/**
 * Makes a document of its own of what another one holds. Resolves with its name once all of it is saved; until then
 * nobody may let go of the original.
 */
export async function saveAs(
  source: Y.Doc,
  formerName: string,
  open: (name: string) => Room,
  { name = inventName(formerName), title, signal }: SaveAsOptions = {},
): Promise<string> {
  signal?.throwIfAborted();
  const room = open(name);
  const patience = new AbortController();
  const look = (status: RoomStatus) => {
    const fault = findFault(status);
    if (fault !== null) patience.abort(fault);
  };
  const stopLooking = room.status.subscribe(look);
  look(room.status.get());
  const waiting = { signal: signal === undefined ? patience.signal : AbortSignal.any([patience.signal, signal]) };
  try {
    await room.whenLoaded(waiting);
    // A document that exists has a life of its own: this would be one more way to mix two (R14).
    if (room.doc.store.clients.size > 0) {
      throw new QuireError('document-exists', `There is a document called “${name}” already.`);
    }
    Y.applyUpdate(room.doc, Y.encodeStateAsUpdate(source));
    if (title !== undefined) room.doc.getMap(META_MAP).set(TITLE_KEY, title);
    await room.whenSaved(waiting);
    return name;
  } finally {
    stopLooking();
    room.leave();
  }
}

/** Why a room will not save anything before somebody does something about it. */
function findFault({ error, state, retrying, reason }: RoomStatus): QuireError | null {
  switch (state) {
    case 'offline':
      return unreachable(undefined);
    case 'view-only':
      return new QuireError('refused', 'You may not make a document here.');
    case 'cannot-save':
      if (error !== undefined) return error;
      return retrying
        ? null
        : new QuireError('refused', `The copy can’t be saved: ${reason ?? 'the server refused it'}.`);
    default:
      return null;
  }
}

/** Beside the former document, so that whoever may write there may write here. */
function inventName(formerName: string): string {
  const suffix = `-${uint53().toString(36)}`;
  let stem = formerName;
  while (findNameFault(stem + suffix) === 'too-long') stem = [...stem].slice(0, -1).join('');
  return stem + suffix;
}
