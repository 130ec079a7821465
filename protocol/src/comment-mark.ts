import { encodeAny, toBase64 } from 'lib0/buffer';
import { digest } from 'lib0/hash/sha256';

/** The mark that shows where a thread is anchored, as an editor's schema calls it; it has the attribute `thread`. */
export const COMMENT_MARK = 'comment';

/** As long as the editor bindings make it. */
const HASH_BYTES = 6;

/**
 * The formatting attribute of one thread's anchor. The bindings of ProseMirror and Tiptap write a mark that may overlap
 * with others of its kind under its name and a hash of all that it says; under any other name they would write it anew
 * with the next edit of its paragraph, or take it for a mark that they don't know, and delete the text that has it.
 */
export function commentAttribute(thread: string): string {
  const hash = digest(encodeAny({ type: COMMENT_MARK, attrs: { thread } }));
  const folded = hash.slice(0, HASH_BYTES);
  for (let at = HASH_BYTES; at < hash.length; at += 1) {
    folded[at % HASH_BYTES] = (folded[at % HASH_BYTES] ?? 0) ^ (hash[at] ?? 0);
  }
  return `${COMMENT_MARK}--${toBase64(folded)}`;
}
