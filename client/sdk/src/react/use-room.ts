import { useContext, useEffect, useMemo, useSyncExternalStore } from 'react';
import type { EventMap, PersonDetails, Presence, Room } from '../api.ts';
import type { Readable } from '../readable.ts';
import type { ClientSource } from './client-source.ts';
import { ClientContext, RoomContext } from './contexts.ts';
import { requireSource } from './use-client.ts';

export interface RoomOptions {
  /** Who one is to the others. */
  readonly person?: PersonDetails | undefined;
}

/**
 * The room of the nearest {@link RoomProvider}.
 *
 * @typeParam Events what is said in it, by name
 * @typeParam P the fields of presence
 */
export function useRoom<Events extends object = EventMap, P extends object = Presence>(): Room<Events, P> | null;
/**
 * Has a document open while the component is mounted, and shares it with whoever has it open too. Null until then: in the
 * first render, on a server, and for no name.
 *
 * @example
 * const room = useRoom('team/plan', { person: { name: 'Ada', color: '#2563eb' } });
 * const label = useStatus(room, (status) => status.label);
 * @typeParam Events what is said in it, by name
 * @typeParam P the fields of presence
 * @throws {QuireError} `bad-document-name`, `client-closed`, for the nearest error boundary
 */
export function useRoom<Events extends object = EventMap, P extends object = Presence>(
  name: string | null,
  options?: RoomOptions,
): Room<Events, P> | null;
export function useRoom(name?: string | null, options: RoomOptions = {}): Room | null {
  const nearest = useContext(RoomContext);
  const opened = useOpenRoom(name ?? null, options);
  if (name !== undefined) return opened;
  if (nearest === undefined) {
    throw new Error('useRoom needs the name of a document, or a <RoomProvider> around the component.');
  }
  return nearest;
}

function useOpenRoom(name: string | null, { person }: RoomOptions): Room | null {
  const source = useContext(ClientContext);
  const lease = useMemo(
    () => (name === null ? noRoom : leaseRoom(requireSource(source, 'useRoom'), name)),
    [source, name],
  );
  const room = useSyncExternalStore(lease.subscribe, lease.get, noRoom.get);
  const { name: called, color } = person ?? {};
  useEffect(() => {
    if (room !== null && called !== undefined && color !== undefined) room.presence.setPerson({ name: called, color });
  }, [room, called, color]);
  return room;
}

const noRoom: Readable<Room | null> = { get: () => null, subscribe: () => () => {} };

/** A room that is open while the one component that asked for it is subscribed. */
function leaseRoom(source: ClientSource, name: string): Readable<Room | null> {
  let room: Room | null = null;
  return {
    get: () => room,
    subscribe(changed) {
      const opened = source.open(name);
      room = opened;
      changed(room);
      return () => {
        room = null;
        opened.leave();
      };
    },
  };
}
