import { QuireError, type Room } from '@quire/client';
import { useEffect, useState } from 'react';
import { useClient } from './client-context.ts';

export type RoomHandle =
  | { readonly kind: 'opening' }
  | { readonly kind: 'open'; readonly room: Room }
  | { readonly kind: 'refused'; readonly error: QuireError };

const opening: RoomHandle = { kind: 'opening' };

/** Holds a document open while the component is shown. */
export function useRoom(name: string): RoomHandle {
  const client = useClient();
  const [handle, setHandle] = useState<RoomHandle>(opening);
  useEffect(() => {
    let room: Room;
    try {
      room = client.open(name);
    } catch (error) {
      if (!(error instanceof QuireError)) throw error;
      setHandle({ kind: 'refused', error });
      return;
    }
    setHandle({ kind: 'open', room });
    return () => {
      setHandle(opening);
      room.leave();
    };
  }, [client, name]);
  return handle;
}
