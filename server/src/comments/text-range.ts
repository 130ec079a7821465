import type { Anchor } from '@quire/protocol';
import * as Y from 'yjs';
import { ApiError } from '../problems.ts';
import { type SharedType, shapeRoot } from './shape-root.ts';

/** So much text may be commented on at once, and so many pieces of it. */
export const MAX_ANCHORED_LENGTH = 20_000;
export const MAX_ANCHORED_TEXTS = 500;
const MAX_QUOTE_LENGTH = 200;

const IN_TWO_TEXTS = 'both ends must be in the same text of the document';
const NO_TEXT = 'there is no text between the two ends, or they are the wrong way round';

/** What stands in a quote for what is no text. */
const OBJECT = '\ufffc';

/** A part of one shared text. */
export interface TextPart {
  readonly text: Y.Text;
  readonly from: number;
  readonly length: number;
}

/**
 * The text between two places: within one shared text, or across all those that lie between them in one tree.
 *
 * @param document a copy: what a root holds shows only once it is asked for as that
 * @throws {ApiError} `unknown-position` where the document has no such place, `anchor-refused` for what is no range of text
 */
export function findTextRange(document: Y.Doc, anchor: Anchor): readonly TextPart[] {
  const [from, to] = [decodePosition(anchor.start), decodePosition(anchor.end)];
  const root = shapeRoot(document, rootOf(locate(document, from).type));
  const [start, end] = [locate(document, from), locate(document, to)];
  if (root === null || rootOf(end.type) !== root) throw refused(IN_TWO_TEXTS);
  const parts = start.type === end.type ? withinOne(start, end) : acrossTree(root, start, end);
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length === 0) throw refused(NO_TEXT);
  if (length > MAX_ANCHORED_LENGTH || parts.length > MAX_ANCHORED_TEXTS) {
    const most = `${MAX_ANCHORED_LENGTH} characters in ${MAX_ANCHORED_TEXTS} paragraphs`;
    throw refused(`a comment is on at most ${most}; choose less text`);
  }
  return parts;
}

/**
 * Refuses what can be seen to be no range of text from its ends alone. It leaves the document as it is, so that it may be the
 * one that everybody edits: {@link findTextRange} has the last word, on a copy.
 *
 * @throws {ApiError} as `findTextRange`
 */
export function assertRange(document: Y.Doc, anchor: Anchor): void {
  const [from, to] = [decodePosition(anchor.start), decodePosition(anchor.end)];
  const [start, end] = [locate(document, from), locate(document, to)];
  if (rootOf(end.type) !== rootOf(start.type)) throw refused(IN_TWO_TEXTS);
  if (end.type === start.type && end.index <= start.index) throw refused(NO_TEXT);
}

/** The beginning of what is in a range, to know it by when it is gone. */
export function quoteOf(parts: readonly TextPart[]): string {
  let quote = '';
  for (const { text, from, length } of parts) {
    quote += `${quote === '' ? '' : ' '}${textOf(text).slice(from, from + length)}`;
    if (quote.length > MAX_QUOTE_LENGTH) return `${quote.slice(0, MAX_QUOTE_LENGTH).toWellFormed()}…`;
  }
  return quote.toWellFormed();
}

function textOf(text: Y.Text): string {
  return text
    .toDelta()
    .map(({ insert }: { insert: unknown }) => (typeof insert === 'string' ? insert : OBJECT))
    .join('');
}

interface Place {
  readonly type: SharedType;
  readonly index: number;
}

function decodePosition(encoded: string): Y.RelativePosition {
  try {
    const position = Y.decodeRelativePosition(Buffer.from(encoded, 'base64'));
    if (position.item !== null || position.type !== null || position.tname !== null) return position;
  } catch {
    // lib0 throws plain errors for bytes that are no position; whatever they say, the request is at fault.
  }
  throw new ApiError('bad-request', 'anchor: a position is one of Yjs (encodeRelativePosition), as Base64');
}

/** @throws {ApiError} */
function locate(document: Y.Doc, position: Y.RelativePosition): Place {
  const place = findPlace(document, position);
  if (place === null || isDeleted(place.type)) {
    throw new ApiError(
      'unknown-position',
      'The document has no such place, not yet or no longer: try again once what was written there is saved',
    );
  }
  return place;
}

function findPlace(document: Y.Doc, position: Y.RelativePosition): Place | null {
  // What somebody undid is nobody else's to follow: all must come to the same place.
  const { item, tname } = position;
  if (item === null && tname !== null && !document.share.has(tname)) return null; // a look would make it
  try {
    return Y.createAbsolutePositionFromRelativePosition(position, document, false);
  } catch {
    // Yjs finds no place for an id that lies in what it has thrown away, and says so in different ways.
    return null;
  }
}

function isDeleted(type: SharedType): boolean {
  for (let item = type._item; item !== null; item = (item.parent as SharedType)._item) {
    if (item.deleted) return true;
  }
  return false;
}

function rootOf(type: SharedType): SharedType {
  let root = type;
  while (root._item !== null) root = root._item.parent as SharedType;
  return root;
}

function withinOne(start: Place, end: Place): readonly TextPart[] {
  if (!(start.type instanceof Y.Text)) return acrossTree(start.type, start, end);
  const length = Math.max(0, end.index - start.index);
  return [{ text: start.type, from: start.index, length }];
}

/** Goes through a tree in the order in which it is read. */
function acrossTree(root: SharedType, start: Place, end: Place): readonly TextPart[] {
  if (!(root instanceof Y.XmlFragment)) throw refused('two texts must lie in one tree, as the paragraphs of a page do');
  const walk = new Walk(start, end);
  walk.visit(root);
  return walk.isComplete ? walk.parts : [];
}

class Walk {
  readonly parts: TextPart[] = [];
  readonly #start: Place;
  readonly #end: Place;
  #reached: 'nothing' | 'start' | 'end' = 'nothing';

  constructor(start: Place, end: Place) {
    this.#start = start;
    this.#end = end;
  }

  /** Both ends were met, in this order. */
  get isComplete(): boolean {
    return this.#reached === 'end';
  }

  visit(node: unknown): void {
    if (node instanceof Y.Text) this.#visitText(node);
    if (!(node instanceof Y.XmlFragment)) return;
    const children = node.toArray();
    for (const [index, child] of children.entries()) {
      this.#pass(node, index);
      if (!this.isComplete) this.visit(child);
      if (this.isComplete) return;
    }
    this.#pass(node, children.length);
  }

  #visitText(text: Y.Text): void {
    const from = text === this.#start.type ? this.#start.index : 0;
    const to = text === this.#end.type ? this.#end.index : text.length;
    this.#pass(text, from);
    if (this.#reached === 'start' && to > from) this.parts.push({ text, from, length: to - from });
    this.#pass(text, to);
  }

  #pass(type: unknown, index: number): void {
    const { type: startType, index: startIndex } = this.#start;
    const { type: endType, index: endIndex } = this.#end;
    if (this.#reached === 'nothing' && type === startType && index >= startIndex) this.#reached = 'start';
    if (this.#reached === 'start' && type === endType && index >= endIndex) this.#reached = 'end';
  }
}

function refused(why: string): ApiError {
  return new ApiError('anchor-refused', `This can not be commented on: ${why}`);
}
