import * as Y from 'yjs';
import { ContentBudget, ContentError, type ContentMark, type ContentNode } from './content-node.ts';

/** Of UTF-16 units: some thousand pages. */
const MAX_READ_UNITS = 4 * 1024 * 1024;

type SharedType = Y.AbsolutePosition['type'];

/** A piece of a text, as Yjs gives it out. */
interface Piece {
  readonly insert: unknown;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** The bindings write a mark that may overlap with others of its kind under its name and a hash. */
const HASHED_NAME = /^(.*)--[A-Za-z0-9+/=]{8}$/;

/**
 * The rich text that lies under a name in a document, whatever nodes it has. Changes nothing: neither does it ask for the root
 * as a tree, which would make it one, nor does it take out what a schema does not know, as the bindings of editors do.
 *
 * @throws {ContentError} `other-content`, when it is no tree; `content-too-large`
 */
export function readFragment(document: Y.Doc, root: string): ContentNode {
  const type = document.share.get(root) as SharedType | undefined;
  const budget = new ContentBudget(MAX_READ_UNITS);
  const content = type === undefined ? [] : childrenOf(type, budget, 1);
  return { type: 'doc', ...(content.length === 0 ? {} : { content }) };
}

function childrenOf(parent: SharedType, budget: ContentBudget, depth: number): ContentNode[] {
  const children: ContentNode[] = [];
  for (let item = parent._start; item !== null; item = item.right) {
    if (item.deleted || !item.countable) continue;
    const child = item.content instanceof Y.ContentType ? item.content.type : null;
    if (child instanceof Y.XmlElement) children.push(readElement(child, budget, depth));
    else if (child instanceof Y.XmlText) children.push(...readText(child, budget, depth));
    else throw new ContentError('other-content', 'What the document holds under "default" is no rich text');
  }
  return children;
}

function readElement(element: Y.XmlElement, budget: ContentBudget, depth: number): ContentNode {
  budget.spend(depth);
  const attrs = element.getAttributes() as Record<string, unknown>;
  const content = childrenOf(element, budget, depth + 1);
  return {
    type: element.nodeName,
    ...(Object.keys(attrs).length === 0 ? {} : { attrs }),
    ...(content.length === 0 ? {} : { content }),
  };
}

function readText(text: Y.XmlText, budget: ContentBudget, depth: number): ContentNode[] {
  return (text.toDelta() as readonly Piece[]).flatMap(({ attributes = {}, insert }) => {
    // What is embedded in a text no binding for rich text writes.
    if (typeof insert !== 'string' || insert === '') return [];
    budget.spend(depth, insert.length);
    const marks = Object.entries(attributes).map(([name, attrs]) => readMark(name, attrs));
    return [{ type: 'text', ...(marks.length === 0 ? {} : { marks }), text: insert }];
  });
}

function readMark(name: string, attrs: unknown): ContentMark {
  const type = HASHED_NAME.exec(name)?.[1] ?? name;
  const hasAttributes = typeof attrs === 'object' && attrs !== null && Object.keys(attrs).length > 0;
  return hasAttributes ? { type, attrs: attrs as Record<string, unknown> } : { type };
}
