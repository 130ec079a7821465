import type { Comments, Room } from '@quire/client';
import { useReadable } from '@quire/client/react';

/** The comments on a document; null where there can be none. */
export function useComments(room: Room): Comments | null {
  // What is open may be no document of its own.
  const isRefused = useReadable(room.comments.status, ({ error }) => error?.code === 'bad-document-name');
  return isRefused ? null : room.comments;
}
