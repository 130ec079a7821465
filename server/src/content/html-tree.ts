import { type DefaultTreeAdapterMap, defaultTreeAdapter, parseFragment, type TreeAdapter } from 'parse5';
import { ContentError, MAX_CONTENT_DEPTH, MAX_CONTENT_NODES } from './content-node.ts';

type ParsedNode = DefaultTreeAdapterMap['node'];
type ParsedElement = DefaultTreeAdapterMap['element'];

export type HtmlNode = HtmlText | HtmlElement;

/**
 * The little of a DOM that ProseMirror's parser looks at. It is no document: it has no styles and runs nothing, and what is
 * in it is text and elements alone.
 */
export class HtmlText {
  readonly nodeType = 3;
  readonly nodeName = '#text';
  readonly nodeValue: string;
  parentNode: HtmlElement | null = null;

  constructor(text: string) {
    this.nodeValue = text;
  }

  get textContent(): string {
    return this.nodeValue;
  }

  get nextSibling(): HtmlNode | null {
    return siblingOf(this, 1);
  }

  get previousSibling(): HtmlNode | null {
    return siblingOf(this, -1);
  }
}

export class HtmlElement {
  readonly nodeType = 1;
  readonly nodeName: string;
  readonly childNodes: HtmlNode[] = [];
  parentNode: HtmlElement | null = null;
  readonly ownerDocument = htmlDocument;
  /** Formats are told by elements here, never by styles. */
  readonly style = { length: 0 };
  readonly #attributes: ReadonlyMap<string, string>;

  constructor(name: string, attributes: ReadonlyMap<string, string> = new Map()) {
    this.nodeName = name.toUpperCase();
    this.#attributes = attributes;
  }

  get firstChild(): HtmlNode | null {
    return this.childNodes[0] ?? null;
  }

  get lastChild(): HtmlNode | null {
    return this.childNodes.at(-1) ?? null;
  }

  get nextSibling(): HtmlNode | null {
    return siblingOf(this, 1);
  }

  get previousSibling(): HtmlNode | null {
    return siblingOf(this, -1);
  }

  getAttribute(name: string): string | null {
    return this.#attributes.get(name) ?? null;
  }

  hasAttribute(name: string): boolean {
    return this.#attributes.has(name);
  }

  /** Of selectors it knows those that the schema uses. */
  matches(selector: string): boolean {
    const { attribute, name, value } = selectorOf(selector);
    if (name !== this.nodeName) return false;
    if (attribute === null) return true;
    return value === null ? this.hasAttribute(attribute) : this.getAttribute(attribute) === value;
  }

  appendChild(child: HtmlNode): void {
    if (child.parentNode !== null) child.parentNode.#remove(child);
    child.parentNode = this;
    placeOf.set(child, this.childNodes.length);
    this.childNodes.push(child);
  }

  #remove(child: HtmlNode): void {
    const at = this.childNodes.indexOf(child);
    if (at < 0) return;
    this.childNodes.splice(at, 1);
    for (let index = at; index < this.childNodes.length; index += 1) {
      const moved = this.childNodes[index];
      if (moved !== undefined) placeOf.set(moved, index);
    }
  }
}

interface Selector {
  readonly name: string;
  readonly attribute: string | null;
  readonly value: string | null;
}

/** Each is asked of each element: read once, all of them together are as many as the schema has rules. */
const selectors = new Map<string, Selector>();

/** `tag`, `tag[attribute]` or `tag[attribute=value]` */
function selectorOf(selector: string): Selector {
  const known = selectors.get(selector);
  if (known !== undefined) return known;
  const [, tag = '', attribute = null, value = null] = /^(\w+)(?:\[([\w-]+)(?:=(\w+))?\])?$/.exec(selector) ?? [];
  const read = { name: tag.toUpperCase(), attribute, value };
  selectors.set(selector, read);
  return read;
}

const htmlDocument = { createTextNode: (text: string): HtmlText => new HtmlText(text) };

/** Where a node is among its parent's: what stands beside it is found by that. */
const placeOf = new WeakMap<HtmlNode, number>();

function siblingOf(node: HtmlNode, distance: 1 | -1): HtmlNode | null {
  const place = placeOf.get(node);
  return place === undefined ? null : (node.parentNode?.childNodes[place + distance] ?? null);
}

/** What is in these is no text of a document. */
const PASSED_OVER: ReadonlySet<string> = new Set([
  'script',
  'style',
  'template',
  'head',
  'title',
  'meta',
  'noscript',
  'object',
  'iframe',
  'svg',
  'math',
  'select',
  'textarea',
  'button',
  'input',
]);

/** Of elements in elements, those that mean nothing here among them. */
const MAX_HTML_DEPTH = 4 * MAX_CONTENT_DEPTH;
const MAX_HTML_ELEMENTS = MAX_CONTENT_NODES;

/**
 * Reads HTML as browsers do.
 *
 * @throws {ContentError} where it is nested so deep that reading it takes more time than it has bytes
 */
export function parseHtml(html: string): HtmlElement {
  const root = new HtmlElement('div');
  for (const child of parseFragment(html, { treeAdapter: limitGrowth() }).childNodes) copyInto(root, child);
  return root;
}

/**
 * The open elements are gone through again and again: only while they are few does reading take no longer than the text is
 * long. And formats that are left open are begun anew in every paragraph: a few bytes can be many elements.
 */
function limitGrowth(): TreeAdapter<DefaultTreeAdapterMap> {
  let depth = 0;
  let elements = 0;
  return {
    ...defaultTreeAdapter,
    createElement(...described) {
      elements += 1;
      if (elements > MAX_HTML_ELEMENTS) {
        throw new ContentError('content-too-large', `HTML of more than ${MAX_HTML_ELEMENTS} elements is not converted`);
      }
      return defaultTreeAdapter.createElement(...described);
    },
    onItemPush() {
      depth += 1;
      if (depth > MAX_HTML_DEPTH) {
        throw new ContentError('bad-content', `HTML is nested at most ${MAX_HTML_DEPTH} levels deep here`);
      }
    },
    onItemPop() {
      depth -= 1;
    },
  };
}

/** A paragraph that is there for its images alone, as Markdown has them, is none: here an image is a block of its own. */
function holdsOnlyImages({ childNodes, tagName }: ParsedElement): boolean {
  const shown = childNodes.filter((node) => !defaultTreeAdapter.isTextNode(node) || node.value.trim() !== '');
  return tagName === 'p' && shown.length > 0 && shown.every((node) => node.nodeName === 'img');
}

function copyInto(parent: HtmlElement, node: ParsedNode): void {
  if (defaultTreeAdapter.isTextNode(node)) {
    parent.appendChild(new HtmlText(node.value));
  } else if (defaultTreeAdapter.isElementNode(node) && !PASSED_OVER.has(node.tagName)) {
    if (holdsOnlyImages(node)) for (const image of node.childNodes) copyInto(parent, image);
    else parent.appendChild(copyElement(node));
  }
}

function copyElement(parsed: ParsedElement): HtmlElement {
  const element = new HtmlElement(parsed.tagName, new Map(parsed.attrs.map(({ name, value }) => [name, value])));
  for (const child of parsed.childNodes) copyInto(element, child);
  return element;
}
