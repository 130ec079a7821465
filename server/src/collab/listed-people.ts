import { decodePresence, type PresentPerson } from '@quire/protocol';
import type { DocumentOwner } from './document-owner.ts';

/** Those who are shown, and how many more are there. */
export interface ListedPeople {
  readonly people: readonly PresentPerson[];
  readonly counted: number;
}

export const NO_PEOPLE: ListedPeople = { people: [], counted: 0 };

/** On this node, and on those others of its cluster that tell of theirs. */
export function listPeople({ presence }: DocumentOwner): ListedPeople {
  const message = presence.answerQuery();
  const limits = { maxEntries: Number.POSITIVE_INFINITY, maxStateBytes: message.length };
  const people = decodePresence(message, limits).flatMap(({ clientId, state }) => {
    const user = presence.userOf(clientId);
    return user === null ? [] : [{ clientId, user, state: JSON.parse(state) as Record<string, unknown> }];
  });
  return { people, counted: presence.counted };
}

/** On this node alone. */
export function listPeopleHere(owner: DocumentOwner): ListedPeople {
  const { presence } = owner;
  const people = listPeople(owner).people.filter(({ clientId }) => presence.isHere(clientId));
  return { people, counted: presence.sizeHere - people.length };
}
