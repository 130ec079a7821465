import { COMMENT_MARK, commentAttribute } from '@quire/protocol';
import * as Y from 'yjs';
import type { TextPart } from './text-range.ts';

/** The one thing that is ever set in a document on behalf of somebody who may only comment on it. */
export function markThread(parts: readonly TextPart[], thread: string): void {
  for (const { text, from, length } of parts) text.format(from, length, { [commentAttribute(thread)]: { thread } });
}

/** Whether a thread has a mark. */
export function hasMark(document: Y.Doc, thread: string): boolean {
  const attribute = commentAttribute(thread);
  return formatsOf(document, (each) => each === attribute).next().done === false;
}

/**
 * Deletes what begins and ends its mark. To format the text anew would write something where the end is missing, as when
 * somebody deletes marked words into which somebody else types: for that a full document has no room.
 */
export function unmarkThread(document: Y.Doc, thread: string): void {
  const attribute = commentAttribute(thread);
  deleteFormats(document, (each) => each === attribute);
}

/** Takes the marks of all threads out of a document that is not going to have any. */
export function unmarkAll(document: Y.Doc): void {
  const prefix = `${COMMENT_MARK}--`;
  deleteFormats(document, (attribute) => attribute.startsWith(prefix));
}

function deleteFormats(document: Y.Doc, isWanted: (attribute: string) => boolean): void {
  document.transact((transaction) => {
    for (const format of [...formatsOf(document, isWanted)]) format.delete(transaction);
  });
}

function* formatsOf({ store }: Y.Doc, isWanted: (attribute: string) => boolean): Generator<Y.Item> {
  for (const structs of store.clients.values()) {
    for (const struct of structs) {
      if (!(struct instanceof Y.Item) || struct.deleted || !(struct.content instanceof Y.ContentFormat)) continue;
      if (isWanted(struct.content.key)) yield struct;
    }
  }
}
