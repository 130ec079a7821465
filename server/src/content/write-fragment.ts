import { COMMENT_MARK, commentAttribute } from '@quire/protocol';
import type { Mark, Node } from 'prosemirror-model';
import * as Y from 'yjs';
import type { ContentMark, ContentNode } from './content-node.ts';
import { readFragment } from './read-fragment.ts';

/**
 * Puts rich text in the place of what a document holds under a name, as the editor's binding would write it. Paragraphs at the
 * beginning and at the end that stay as they were are left alone: whoever writes in them goes on, and comments on them stay
 * where they are.
 *
 * @param document a draft, in a transaction
 * @throws {ContentError} `other-content`, when there is something else than rich text
 */
export function replaceFragment(document: Y.Doc, root: string, content: Node): void {
  const before = readFragment(document, root).content ?? [];
  const after: Node[] = [];
  content.forEach((node) => void after.push(node));
  const fragment = document.getXmlFragment(root);
  // A child that is read as several, as a text at the top is, has no one place in it.
  const isComparable = before.length === fragment.length;
  const kept = isComparable ? countKept(before.map(describeStored), after.map(describeNode)) : { head: 0, tail: 0 };
  const removed = fragment.length - kept.head - kept.tail;
  if (removed > 0) fragment.delete(kept.head, removed);
  const added = after.slice(kept.head, after.length - kept.tail).map(writeNode);
  if (added.length > 0) fragment.insert(kept.head, added);
}

function countKept(
  before: readonly string[],
  after: readonly string[],
): { readonly head: number; readonly tail: number } {
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < most - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  return { head, tail };
}

/** One word for what is equal, whatever the order of attributes and marks. Comments are no part of it: nobody brings any. */
function describeStored(node: ContentNode): string {
  return JSON.stringify(shapeOf(node));
}

function describeNode(node: Node): string {
  return describeStored(node.toJSON() as ContentNode);
}

function shapeOf({ attrs = {}, content = [], marks, text = '', type }: ContentNode): readonly unknown[] {
  return [type, sortedEntries(attrs), shapeOfMarks(marks), text, joinTexts(content).map(shapeOf)];
}

function shapeOfMarks(marks: readonly ContentMark[] = []): readonly (readonly unknown[])[] {
  const shown = marks.filter((mark) => mark.type !== COMMENT_MARK);
  return shown.map((mark) => [mark.type, sortedEntries(mark.attrs ?? {})]).sort(byFirst);
}

/** What a comment begins or ends in is in two pieces, which are one without it. */
function joinTexts(content: readonly ContentNode[]): readonly ContentNode[] {
  const joined: ContentNode[] = [];
  for (const node of content) {
    const last = joined.at(-1);
    const isMore = last?.text !== undefined && node.text !== undefined && haveSameMarks(last, node);
    if (isMore) joined[joined.length - 1] = { ...last, text: `${last.text}${node.text}` };
    else joined.push(node);
  }
  return joined;
}

function haveSameMarks(one: ContentNode, other: ContentNode): boolean {
  return JSON.stringify(shapeOfMarks(one.marks)) === JSON.stringify(shapeOfMarks(other.marks));
}

/** Without what is null, which the binding does not write either. */
function sortedEntries(attrs: Readonly<Record<string, unknown>>): readonly (readonly unknown[])[] {
  return Object.entries(attrs)
    .filter(([, value]) => value !== null)
    .sort(byFirst);
}

function byFirst(one: readonly unknown[], other: readonly unknown[]): number {
  return String(one[0]) < String(other[0]) ? -1 : 1;
}

function writeNode(node: Node): Y.XmlElement | Y.XmlText {
  const element = new Y.XmlElement(node.type.name);
  for (const [name, value] of Object.entries(node.attrs)) {
    // The types of yjs know only texts as values; it keeps what the binding gives it, numbers and lists among them.
    if (value !== null) element.setAttribute(name, value as string);
  }
  element.insert(0, writeChildren(node));
  return element;
}

/** Texts that stand side by side are one shared text, with their marks as its formats. */
function writeChildren(parent: Node): (Y.XmlElement | Y.XmlText)[] {
  const children: (Y.XmlElement | Y.XmlText)[] = [];
  let pieces: Node[] = [];
  const endText = (): void => {
    if (pieces.length > 0) children.push(writeText(pieces));
    pieces = [];
  };
  parent.forEach((child) => {
    if (child.isText) pieces.push(child);
    else {
      endText();
      children.push(writeNode(child));
    }
  });
  endText();
  return children;
}

function writeText(pieces: readonly Node[]): Y.XmlText {
  const text = new Y.XmlText();
  text.applyDelta(
    pieces.map((piece) => ({
      insert: piece.text ?? '',
      attributes: Object.fromEntries(piece.marks.map((mark) => [formatOf(mark), mark.attrs])),
    })),
  );
  return text;
}

function formatOf(mark: Mark): string {
  return mark.type.name === COMMENT_MARK ? commentAttribute(String(mark.attrs.thread)) : mark.type.name;
}
