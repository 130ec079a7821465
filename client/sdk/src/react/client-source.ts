import type { Client, Room } from '../api.ts';
import { type Clock, systemClock } from '../clock.ts';

/** Where the components below a provider have their client from. */
export interface ClientSource {
  /** The same one for as long as somebody holds it. */
  get(): Client;
  open(name: string): Room;
  /** Whoever is mounted holds the client; returns how to let go. */
  hold(): () => void;
}

/** A client whose owner closes it. */
export function borrowClient(client: Client): ClientSource {
  return { get: () => client, open: (name) => client.open(name), hold: () => () => {} };
}

/**
 * A client that is made when it is first asked for, and closed once nobody holds it any more and what was written through it
 * is saved. Whoever comes back later, as a part of a page does that was only hidden, gets another one.
 */
export function createClientSource(make: () => Client, clock: Clock = systemClock): ClientSource {
  let client: Client | null = null;
  let holders = 0;
  /** Those whose changes may still be on their way: open ones, and those that were left, until they are known to be saved. */
  const rooms = new Set<Room>();

  const forgetOnceSaved = async (room: Room): Promise<void> => {
    try {
      if (room.status.get().unsaved > 0) await room.whenSaved();
    } catch {
      // It has ended: nothing that one waits for would save it.
    }
    rooms.delete(room);
  };

  const follow = (room: Room): Room => {
    const followed: Room = {
      ...room,
      leave() {
        room.leave();
        // Not at once: the cleanups of a parent run before those of its children, which may write a last word.
        clock.schedule(() => void forgetOnceSaved(followed), 0);
      },
    };
    rooms.add(followed);
    return followed;
  };

  const get = (): Client => {
    if (client === null) {
      const made = make();
      const open = (name: string) => follow(made.open(name));
      client = { ...made, open: open as Client['open'] }; // what events are called is between those who send them
    }
    return client;
  };

  const closeUnlessHeld = async (): Promise<void> => {
    const unsaved = [...rooms].filter((room) => room.status.get().unsaved > 0);
    await Promise.all(unsaved.map(forgetOnceSaved));
    if (holders > 0) return;
    if (unsaved.length > 0) return closeUnlessHeld();
    rooms.clear();
    client?.close();
    client = null;
  };

  return {
    get,
    open: (name) => get().open(name),
    hold() {
      let isHeld = true;
      holders += 1;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        holders -= 1;
        // Not at once: StrictMode mounts everything, unmounts it, and mounts it again in the same moment.
        if (holders === 0) clock.schedule(() => void closeUnlessHeld(), 0);
      };
    },
  };
}
