import { COMMENT_MARK } from '@quire/protocol';
import { type AttributeSpec, type MarkSpec, type NodeSpec, Schema } from 'prosemirror-model';
import type { HtmlElement } from './html-tree.ts';
import { isSafeLink } from './safe-links.ts';

/**
 * What a document of the app can hold, as its editor knows it: a test holds the two together. Here without an editor, and
 * with rules of its own for HTML, since there is no DOM. What nobody can paste into the editor, such as images, can be put in
 * here all the same.
 */
const words: AttributeSpec = { default: null, validate: 'string|null' };
const measure: AttributeSpec = { default: null, validate: 'number|string|null' };
const span: AttributeSpec = { default: 1, validate: 'number' };

const nodes = {
  paragraph: { content: 'inline*', group: 'block', parseDOM: [{ tag: 'p' }] },
  doc: { content: 'block+' },
  blockquote: { content: 'block+', group: 'block', defining: true, parseDOM: [{ tag: 'blockquote' }] },
  bulletList: {
    content: 'listItem+',
    group: 'block list',
    parseDOM: [{ tag: 'ul' }],
  },
  codeBlock: {
    content: 'text*',
    marks: COMMENT_MARK,
    group: 'block',
    code: true,
    defining: true,
    attrs: { language: words },
    parseDOM: [
      {
        tag: 'pre',
        preserveWhitespace: 'full',
        getAttrs: (dom) => ({ language: languageOf(asElement(dom)) }),
      },
    ],
  },
  hardBreak: {
    inline: true,
    group: 'inline',
    selectable: false,
    linebreakReplacement: true,
    parseDOM: [{ tag: 'br' }],
  },
  heading: {
    content: 'inline*',
    group: 'block',
    defining: true,
    attrs: { level: { default: 1, validate: 'number' } },
    // The editor has three levels. Whatever is below them is one of them, rather than no heading.
    parseDOM: [1, 2, 3, 4, 5, 6].map((level) => ({ tag: `h${level}`, attrs: { level: Math.min(level, 3) } })),
  },
  horizontalRule: { group: 'block', parseDOM: [{ tag: 'hr' }] },
  image: {
    group: 'block',
    draggable: true,
    attrs: { src: words, alt: words, title: words, width: measure, height: measure },
    parseDOM: [{ tag: 'img[src]', getAttrs: (dom) => imageAttributes(asElement(dom)) }],
  },
  listItem: { content: 'paragraph block*', defining: true, parseDOM: [{ tag: 'li' }] },
  orderedList: {
    content: 'listItem+',
    group: 'block list',
    attrs: { start: { default: 1, validate: 'number' }, type: words },
    parseDOM: [{ tag: 'ol', getAttrs: (dom) => ({ start: readWhole(asElement(dom), 'start', 1, 2 ** 31 - 1) }) }],
  },
  table: { content: 'tableRow+', group: 'block', isolating: true, parseDOM: [{ tag: 'table' }] },
  tableCell: cell('td'),
  tableHeader: cell('th'),
  tableRow: { content: '(tableCell | tableHeader)*', parseDOM: [{ tag: 'tr' }] },
  taskItem: {
    content: 'paragraph block*',
    defining: true,
    attrs: { checked: { default: false, validate: 'boolean' } },
    parseDOM: [
      {
        tag: 'li[data-type=taskItem]',
        priority: 60,
        getAttrs: (dom) => ({ checked: asElement(dom).getAttribute('data-checked') === 'true' }),
      },
    ],
  },
  taskList: {
    content: 'taskItem+',
    group: 'block list',
    parseDOM: [{ tag: 'ul[data-type=taskList]', priority: 60 }],
  },
  text: { group: 'inline' },
} as const satisfies Record<string, NodeSpec>;

const linkTarget: AttributeSpec = { default: '_blank', validate: 'string|null' };
const linkRel: AttributeSpec = { default: 'noopener noreferrer nofollow', validate: 'string|null' };

const marks = {
  link: {
    inclusive: false,
    attrs: { href: words, target: linkTarget, rel: linkRel, class: words, title: words },
    parseDOM: [{ tag: 'a[href]', getAttrs: (dom) => linkAttributes(asElement(dom)) }],
  },
  bold: { parseDOM: [{ tag: 'strong' }, { tag: 'b' }] },
  code: { code: true, excludes: 'bold code italic link strike underline', parseDOM: [{ tag: 'code' }] },
  italic: { parseDOM: [{ tag: 'em' }, { tag: 'i' }] },
  strike: { parseDOM: [{ tag: 's' }, { tag: 'del' }, { tag: 'strike' }] },
  underline: { parseDOM: [{ tag: 'u' }] },
  // A copy of commented text is not commented on, so nothing is read as one.
  [COMMENT_MARK]: { excludes: '', inclusive: false, attrs: { thread: { default: '', validate: 'string' } } },
} as const satisfies Record<string, MarkSpec>;

export const documentSchema: Schema = new Schema({ nodes, marks });

function cell(tag: string): NodeSpec {
  return {
    content: 'block+',
    isolating: true,
    attrs: { colspan: span, rowspan: span, colwidth: { default: null }, align: words },
    parseDOM: [
      {
        tag,
        getAttrs: (dom) => ({
          colspan: readWhole(asElement(dom), 'colspan', 1, 1000),
          rowspan: readWhole(asElement(dom), 'rowspan', 1, 1000),
        }),
      },
    ],
  };
}

/** What the parser hands to the rules is what {@link HtmlElement} put in. */
function asElement(dom: unknown): HtmlElement {
  return dom as HtmlElement;
}

function readWhole(element: HtmlElement, name: string, fallback: number, most: number): number {
  const text = element.getAttribute(name) ?? '';
  const value = /^\d{1,10}$/.test(text) ? Number(text) : fallback;
  return Math.max(1, Math.min(value, most));
}

function imageAttributes(element: HtmlElement): Record<string, string | number | null> | false {
  const src = element.getAttribute('src') ?? '';
  if (!isSafeLink(src)) return false;
  return {
    src,
    alt: element.getAttribute('alt'),
    title: element.getAttribute('title'),
    width: element.hasAttribute('width') ? readWhole(element, 'width', 1, 100_000) : null,
    height: element.hasAttribute('height') ? readWhole(element, 'height', 1, 100_000) : null,
  };
}

function linkAttributes(element: HtmlElement): Record<string, string | null> | false {
  const href = element.getAttribute('href') ?? '';
  return isSafeLink(href) ? { href, title: element.getAttribute('title') } : false;
}

/** `<pre><code class="language-ts">`, as renderers of Markdown write it. */
function languageOf(pre: HtmlElement): string | null {
  const inside = pre.firstChild;
  const classes = (inside?.nodeType === 1 ? inside.getAttribute('class') : null) ?? pre.getAttribute('class') ?? '';
  return /(?:^|\s)language-(\S{1,100})/.exec(classes)?.[1] ?? null;
}
