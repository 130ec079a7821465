import type { Readable, Room, RoomStatus, Speaker, Thread } from '@quire/client';
import { useReadable } from '@quire/client/react';
import { useCallback } from 'react';
import { useAnswer } from '../client/use-answer.ts';

/** Whoever subscribes to threads opens the comments: not before the document itself is there. */
const none: readonly Thread[] = [];
const notOpened: Readable<readonly Thread[]> = { get: () => none, subscribe: () => () => {} };

/**
 * Who this person is to the server, and what they may do; null until it has said so. Of somebody who is signed in that is their
 * name; of a guest it matters only for what is theirs among the comments.
 *
 * @param looksAtComments whether they are looked at now
 */
export function useSpeaker(room: Room, status: RoomStatus, looksAtComments: boolean): Speaker | null {
  const { comments } = room;
  const isSignedIn = useReadable(room.userId, (id) => id !== null && id !== '');
  const isWanted = isSignedIn || looksAtComments;
  const ask = useCallback(
    async (signal: AbortSignal) => {
      if (!isWanted) throw new Error('nobody needs to know');
      return comments.you({ signal });
    },
    [comments, isWanted],
  );
  // A new document is there for the server once something of it is saved, by whomever: a thread that came shows that it is.
  const isSaved = useReadable(room.saved);
  const threadCount = useReadable(status.loaded ? comments.threads : notOpened, ({ length }) => length);
  return useAnswer(status, ask, `${isSaved} ${threadCount}`);
}
