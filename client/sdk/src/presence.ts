import type { Awareness } from 'y-protocols/awareness';
import type { Other, Presence, RoomPresence } from './api.ts';
import { derive, keepEqual } from './derive.ts';
import type { PeopleList } from './people.ts';

interface AwarenessChange {
  readonly added: readonly number[];
  readonly updated: readonly number[];
  readonly removed: readonly number[];
}

const nothing: Presence = {};

/** What pages say of their people, each with who that is. */
export function createPresence(
  awareness: Awareness,
  { list, viewers }: PeopleList,
  setPerson: RoomPresence['setPerson'],
): RoomPresence {
  const watchStates = (isAbout: (clientId: number) => boolean, changed: () => void) => {
    const onChange = ({ added, updated, removed }: AwarenessChange) => {
      if ([...added, ...updated, ...removed].some(isAbout)) changed();
    };
    awareness.on('change', onChange);
    return () => awareness.off('change', onChange);
  };
  const isMine = (clientId: number) => clientId === awareness.clientID;
  return {
    people: list,
    viewers,
    setPerson,
    mine: derive<Presence>({
      watch: (changed) => watchStates(isMine, changed),
      read: (before) => keepEqual(before, awareness.getLocalState() ?? nothing),
    }),
    others: derive<readonly Other[]>({
      // Of what changes in the list, which is told first, no more than this is about others.
      watch: (changed) => watchStates((clientId) => !isMine(clientId), changed),
      read(before) {
        const former = new Map(before?.map((other) => [other.clientId, other]));
        const others = list
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
    update(patch) {
      const state = awareness.getLocalState();
      if (state !== null) awareness.setLocalState({ ...state, ...patch });
    },
  };
}
