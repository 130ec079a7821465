import type { Awareness } from 'y-protocols/awareness';
import type { Person, Presence, Room } from '../api.ts';
import { derive, keepEqual, perRoom } from './derive.ts';

/** Somebody else in the room. */
export interface Other<P extends object = Presence> extends Person {
  /** What their page says of them. Another page may say anything: look at what comes before you rely on it. */
  readonly presence: Readonly<Partial<P>>;
}

/** One that knows what presence is in it, whatever is said there. */
// biome-ignore lint/suspicious/noExplicitAny: a room of some events is no room of others, nor of unknown ones
export type RoomOf<P extends object> = Room<any, P> | null;

interface AwarenessChange {
  readonly added: readonly number[];
  readonly updated: readonly number[];
  readonly removed: readonly number[];
}

const nothing: Presence = {};

/** Everybody else whom the room lists, by arrival. Who has not changed is the same object as before. */
export const othersOf = perRoom(({ awareness, people }: Room) =>
  derive<readonly Other[]>({
    watch(changed) {
      const stopPeople = people.subscribe(changed);
      const stopPresence = watchPresence(awareness, (clientId) => clientId !== awareness.clientID, changed);
      return () => {
        stopPeople();
        stopPresence();
      };
    },
    read(before) {
      const former = new Map(before?.map((other) => [other.clientId, other]));
      const others = people
        .get()
        .filter(({ isMe }) => !isMe)
        .map((person): Other => {
          const presence = awareness.getStates().get(person.clientId) ?? nothing;
          return keepEqual(former.get(person.clientId), { ...person, presence });
        });
      const isSame = before?.length === others.length && others.every((other, at) => other === before[at]);
      return isSame ? before : others;
    },
  }),
);

/** What one's own page says of one. */
export const presenceOf = perRoom(({ awareness }: Room) =>
  derive<Presence>({
    watch: (changed) => watchPresence(awareness, (clientId) => clientId === awareness.clientID, changed),
    read: (before) => keepEqual(before, awareness.getLocalState() ?? nothing),
  }),
);

function watchPresence(awareness: Awareness, isAbout: (clientId: number) => boolean, changed: () => void): () => void {
  const onChange = ({ added, updated, removed }: AwarenessChange) => {
    if ([...added, ...updated, ...removed].some(isAbout)) changed();
  };
  awareness.on('change', onChange);
  return () => awareness.off('change', onChange);
}

/** Merges into what is said of this page, in one change. Who is not in the room says nothing. */
export function addPresence(room: Room | null, patch: Presence): void {
  const state = room?.awareness.getLocalState() ?? null;
  if (state !== null) room?.awareness.setLocalState({ ...state, ...patch });
}
