import { QuireError, type Room } from '@quire/client';
import { useEffect, useState } from 'react';
import { useClient } from './client-context.ts';

export type RoomHandle =
  | { readonly kind: 'opening' }
  | {
      readonly kind: 'open';
      readonly room: Room;
      /** Counts the openings: another one is another room. */
      readonly opening: number;
      /** Lets go of the room and opens the name once more: of a document that is gone, what is there now. */
      readonly reopen: () => void;
    }
  | { readonly kind: 'refused'; readonly error: QuireError };

const opening: RoomHandle = { kind: 'opening' };

/** Holds a document open while the component is shown. */
export function useRoom(name: string): RoomHandle {
  const client = useClient();
  const [handle, setHandle] = useState<RoomHandle>(opening);
  const [openings, setOpenings] = useState(0);
  useEffect(() => {
    let room: Room;
    try {
      room = client.open(name);
    } catch (error) {
      if (!(error instanceof QuireError)) throw error;
      setHandle({ kind: 'refused', error });
      return;
    }
    setHandle({ kind: 'open', room, opening: openings, reopen: () => setOpenings(openings + 1) });
    return () => {
      setHandle(opening);
      room.leave();
    };
  }, [client, name, openings]);
  return handle;
}
