import { type CommentAuthor, includesRole, type Role } from '@quire/protocol';
import type * as Y from 'yjs';
import { readThreads } from './thread-map.ts';

/**
 * Of the size that a document may have, how far anchors may fill it of those who may not edit it. What is left is for those who
 * may: a mark that was moved or taken away leaves a trace, so that somebody with patience would lock them out.
 */
const SHARE_OF_COMMENTERS = 7 / 8;

export function shareOf(role: Role): number {
  return includesRole(role, 'editor') ? 1 : SHARE_OF_COMMENTERS;
}

/**
 * How many places somebody marked. Guests count by the name that they give: who thinks up many is held up by the pace of their
 * address (`anchor-pace.ts`), and holds up no others.
 *
 * @param except the thread whose mark is moved
 */
export function countAnchorsBy(companion: Y.Doc, { id, name }: CommentAuthor, except: string): number {
  let count = 0;
  // A thread whose mark was taken away knows by its quote that it had one, and counts: that leaves a trace, too.
  for (const thread of readThreads(companion)) {
    const isTheirs = thread.author.id === id && (id !== '' || thread.author.name === name);
    if (isTheirs && thread.quote !== '' && thread.id !== except) count += 1;
  }
  return count;
}
