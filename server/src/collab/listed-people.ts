import { decodePresence, type PresenceList } from '@quire/protocol';
import type { DocumentOwner } from './document-owner.ts';

/** On this node, and on those others of its cluster that tell of theirs. */
export function listPeople({ presence }: DocumentOwner): PresenceList {
  const message = presence.answerQuery();
  const limits = { maxEntries: Number.POSITIVE_INFINITY, maxStateBytes: message.length };
  const people = decodePresence(message, limits).flatMap(({ clientId, state }) => {
    const user = presence.userOf(clientId);
    return user === null ? [] : [{ clientId, user, state: JSON.parse(state) as Record<string, unknown> }];
  });
  return { people, counted: presence.counted };
}
