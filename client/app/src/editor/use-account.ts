import type { Room, RoomStatus, Speaker } from '@quire/client';
import { useReadable } from '@quire/client/react';
import { useCallback } from 'react';
import { useAnswer } from '../client/use-answer.ts';

/** As whom the server shows a signed-in person to the others; null for guests, and until it has said so. */
export function useAccount(room: Room, status: RoomStatus): Speaker | null {
  const { comments } = room;
  const isSignedIn = useReadable(room.userId, (id) => id !== null && id !== '');
  const ask = useCallback(async () => (isSignedIn ? comments.you() : null), [comments, isSignedIn]);
  // A new document is there for the server once something of it is saved.
  return useAnswer(status, ask, useReadable(room.saved));
}
