import { COMMENT_MARK, commentAttribute } from '@quire/protocol';
import * as Y from 'yjs';
import { type SharedType, shapeRoot } from './shape-root.ts';
import type { TextPart } from './text-range.ts';

/** The one thing that is ever set in a document on behalf of somebody who may only comment on it. */
export function markThread(parts: readonly TextPart[], thread: string): void {
  for (const { text, from, length } of parts) text.format(from, length, { [commentAttribute(thread)]: { thread } });
}

/** Whether a thread has a mark. */
export function hasMark(document: Y.Doc, thread: string): boolean {
  const attribute = commentAttribute(thread);
  return !formatsOf(document, (each) => each === attribute).next().done;
}

/** @param document a copy, as {@link shapeRoot} needs it */
export function unmarkThread(document: Y.Doc, thread: string): void {
  const attribute = commentAttribute(thread);
  for (const text of findTexts(document, attribute)) text.format(0, text.length, { [attribute]: null });
}

/** Takes the marks of all threads out of a document that is not going to have any. @param document a copy, as above */
export function unmarkAll(document: Y.Doc): void {
  const prefix = `${COMMENT_MARK}--`;
  for (const [text, attributes] of findFormats(document, (attribute) => attribute.startsWith(prefix))) {
    text.format(0, text.length, Object.fromEntries([...attributes].map((attribute) => [attribute, null])));
  }
}

/** The texts in which an attribute begins somewhere. */
function findTexts(document: Y.Doc, attribute: string): Iterable<Y.Text> {
  return findFormats(document, (each) => each === attribute).keys();
}

function findFormats(
  document: Y.Doc,
  isWanted: (attribute: string) => boolean,
): ReadonlyMap<Y.Text, ReadonlySet<string>> {
  const parents = new Map<SharedType, Set<string>>();
  for (const { key, parent } of formatsOf(document, isWanted)) {
    const found = parents.get(parent);
    if (found === undefined) parents.set(parent, new Set([key]));
    else found.add(key);
  }
  const texts = new Map<Y.Text, ReadonlySet<string>>();
  for (const [parent, attributes] of parents) {
    const text = parent._item === null ? shapeRoot(document, parent) : parent;
    if (text instanceof Y.Text) texts.set(text, attributes);
  }
  return texts;
}

function* formatsOf(
  { store }: Y.Doc,
  isWanted: (attribute: string) => boolean,
): Generator<{ readonly key: string; readonly parent: SharedType }> {
  for (const structs of store.clients.values()) {
    for (const struct of structs) {
      if (!(struct instanceof Y.Item) || struct.deleted || !(struct.content instanceof Y.ContentFormat)) continue;
      const { key } = struct.content;
      if (isWanted(key)) yield { key, parent: struct.parent as SharedType };
    }
  }
}
