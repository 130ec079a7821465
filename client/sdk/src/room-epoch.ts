import type { Doc } from 'yjs';

/**
 * Which life of a document a room is in (R14). A page that has something of one life must neither send it into another
 * nor be sent another's: it says so with its token, and is told in return which life the server has, before any content.
 */
export interface RoomEpoch {
  /** Of which life this page has something; empty when it has nothing, or nobody has said of which. */
  readonly claimed: string;
  /** Whether a copy of this life, from this device, may flow into the document. */
  admitsCopy(epoch: string): boolean;
  /** The server has this life. @returns whether what is on this page may go on in it */
  meet(epoch: string): boolean;
  /** The document has something in it. @returns the life to note on this device's copy, once */
  settle(): string | null;
}

export function createRoomEpoch(doc: Doc): RoomEpoch {
  let known: string | null = null;
  let isCopyExpected = false;
  let isNoted = false;
  const isBlank = () => hasNothing(doc) && !isCopyExpected;

  return {
    get claimed() {
      return known === null || isBlank() ? '' : known;
    },
    admitsCopy(epoch) {
      if (known !== null && known !== epoch) return false;
      known = epoch;
      // It takes a moment until it is in the document; the server may be heard before.
      isCopyExpected = true;
      return true;
    },
    meet(epoch) {
      if (known !== null && known !== epoch && !isBlank()) return false;
      known = epoch;
      return true;
    },
    settle() {
      if (isNoted || known === null || isBlank()) return null;
      isNoted = true;
      return known;
    },
  };
}

/** What waits for something that it builds on is of a life as well. */
function hasNothing({ store }: Doc): boolean {
  return store.clients.size === 0 && store.pendingStructs === null && store.pendingDs === null;
}
