import { type Comments, QuireError } from '@quire/client';
import { useClient, useReadable } from '@quire/client/react';
import { useEffect, useState } from 'react';
import { guest } from '../../identity/guest.ts';

/** Holds the comments on a document open while the component is shown; null before, and where there can be none. */
export function useComments(name: string): Comments | null {
  const client = useClient();
  const person = useReadable(guest);
  const [comments, setComments] = useState<Comments | null>(null);
  useEffect(() => {
    let opened: Comments;
    try {
      opened = client.openComments(name);
    } catch (error) {
      if (!(error instanceof QuireError)) throw error;
      return; // what is opened here is no document of its own
    }
    setComments(opened);
    return () => {
      setComments(null);
      opened.leave();
    };
  }, [client, name]);
  useEffect(() => comments?.setPerson(person), [comments, person]);
  return comments;
}
