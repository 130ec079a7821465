import { commentAttribute } from '@quire/protocol';
import * as Y from 'yjs';
import { type SharedType, shapeRoot } from './shape-root.ts';
import type { TextPart } from './text-range.ts';

/** The one thing that is ever set in a document on behalf of somebody who may only comment on it. */
export function markThread(parts: readonly TextPart[], thread: string): void {
  for (const { text, from, length } of parts) text.format(from, length, { [commentAttribute(thread)]: { thread } });
}

/** Whether a thread has a mark. */
export function hasMark(document: Y.Doc, thread: string): boolean {
  return !formatsOf(document, commentAttribute(thread)).next().done;
}

/** @param document a copy, as {@link shapeRoot} needs it */
export function unmarkThread(document: Y.Doc, thread: string): void {
  const attribute = commentAttribute(thread);
  for (const text of findTexts(document, attribute)) text.format(0, text.length, { [attribute]: null });
}

/** The texts in which an attribute begins somewhere. */
function findTexts(document: Y.Doc, attribute: string): ReadonlySet<Y.Text> {
  const parents = new Set<SharedType>();
  for (const { parent } of formatsOf(document, attribute)) parents.add(parent as SharedType);
  const texts = [...parents].map((parent) => (parent._item === null ? shapeRoot(document, parent) : parent));
  return new Set(texts.filter((text) => text instanceof Y.Text));
}

function* formatsOf({ store }: Y.Doc, attribute: string): Generator<Y.Item> {
  for (const structs of store.clients.values()) {
    for (const struct of structs) {
      if (!(struct instanceof Y.Item) || struct.deleted || !(struct.content instanceof Y.ContentFormat)) continue;
      if (struct.content.key === attribute) yield struct;
    }
  }
}
