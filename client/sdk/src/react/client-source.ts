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
  /** Rooms that were left with changes on their way; each of them ends, or is as good as open. */
  const leaving = new Set<Promise<void>>();

  const get = (): Client => {
    client ??= make();
    return client;
  };

  const closeUnlessHeld = async (): Promise<void> => {
    while (leaving.size > 0) await Promise.all(leaving);
    if (holders > 0) return;
    client?.close();
    client = null;
  };

  return {
    get,
    open(name) {
      const room = get().open(name);
      return {
        ...room,
        leave() {
          room.leave();
          if (room.status.get().unsaved === 0) return;
          const end = () => leaving.delete(settled);
          const settled: Promise<void> = room
            .whenSaved()
            .then(end, end)
            .then(() => {});
          leaving.add(settled);
        },
      };
    },
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
