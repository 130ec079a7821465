import { type Comments, QuireError, type Room } from '@quire/client';
import { useEffect, useState } from 'react';

/** The comments on a document, once they are open; null before, and where there can be none. */
export function useComments(room: Room): Comments | null {
  const [comments, setComments] = useState<Comments | null>(null);
  useEffect(() => {
    try {
      room.comments.status.get();
    } catch (error) {
      if (!(error instanceof QuireError)) throw error;
      return; // what is open here is no document of its own
    }
    setComments(room.comments);
    return () => setComments(null);
  }, [room]);
  return comments;
}
