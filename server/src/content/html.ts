import { DOMParser, type Node } from 'prosemirror-model';
import type { ContentMark, ContentNode } from './content-node.ts';
import { documentSchema } from './document-schema.ts';
import { escapeHtml } from './escape-html.ts';
import { parseHtml } from './html-tree.ts';
import { isSafeLink } from './safe-links.ts';

const parser = DOMParser.fromSchema(documentSchema);

/** What HTML holds that a document can; what it can't is left out, its text is not. @throws {ContentError} */
export function readHtml(html: string): Node {
  // The parser asks no more of a DOM than these nodes have.
  return parser.parse(parseHtml(html) as never);
}

/** As the editor shows it. Nodes that are not known here are boxes with what is in them. */
export function writeHtml(document: ContentNode): string {
  return writeAll(document.content);
}

function writeAll(content: readonly ContentNode[] = []): string {
  return content.map(writeNode).join('');
}

function writeNode(node: ContentNode): string {
  const { attrs = {}, content, marks = [], text = '', type } = node;
  const inside = (): string => writeAll(content);
  switch (type) {
    case 'text':
      return marks.reduceRight((inner, mark) => wrap(inner, mark), escapeHtml(text));
    case 'paragraph':
      return `<p>${inside()}</p>`;
    case 'heading': {
      const level = attrs.level === 2 || attrs.level === 3 ? attrs.level : 1;
      return `<h${level}>${inside()}</h${level}>`;
    }
    case 'blockquote':
      return `<blockquote>${inside()}</blockquote>`;
    case 'codeBlock': {
      const classes = typeof attrs.language === 'string' ? `language-${attrs.language}` : null;
      return `<pre><code${attributes({ class: classes })}>${inside()}</code></pre>`;
    }
    case 'bulletList':
      return `<ul>${inside()}</ul>`;
    case 'orderedList':
      return `<ol${attributes({ start: attrs.start === 1 ? null : attrs.start })}>${inside()}</ol>`;
    case 'listItem':
      return `<li>${inside()}</li>`;
    case 'taskList':
      return `<ul data-type="taskList">${inside()}</ul>`;
    case 'taskItem':
      return `<li data-type="taskItem" data-checked="${attrs.checked === true}">${inside()}</li>`;
    case 'table':
      return `<table><tbody>${inside()}</tbody></table>`;
    case 'tableRow':
      return `<tr>${inside()}</tr>`;
    case 'tableCell':
      return `<td${attributes(spansOf(attrs))}>${inside()}</td>`;
    case 'tableHeader':
      return `<th${attributes(spansOf(attrs))}>${inside()}</th>`;
    case 'hardBreak':
      return '<br>';
    case 'horizontalRule':
      return '<hr>';
    case 'image':
      return writeImage(attrs);
    default:
      return `<div>${inside()}</div>`;
  }
}

function wrap(inner: string, { attrs = {}, type }: ContentMark): string {
  switch (type) {
    case 'bold':
      return `<strong>${inner}</strong>`;
    case 'italic':
      return `<em>${inner}</em>`;
    case 'strike':
      return `<s>${inner}</s>`;
    case 'underline':
      return `<u>${inner}</u>`;
    case 'code':
      return `<code>${inner}</code>`;
    case 'link': {
      const { href, title } = attrs;
      if (typeof href !== 'string' || !isSafeLink(href)) return inner;
      return `<a${attributes({ href, title, rel: 'noopener noreferrer nofollow', target: '_blank' })}>${inner}</a>`;
    }
    default:
      // Comments among them: where they are is for those who may read them.
      return inner;
  }
}

function writeImage({ alt, height, src, title, width }: Readonly<Record<string, unknown>>): string {
  if (typeof src !== 'string' || !isSafeLink(src)) return '';
  return `<img${attributes({ src, alt, title, width, height })}>`;
}

function spansOf({ colspan, rowspan }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { colspan: colspan === 1 ? null : colspan, rowspan: rowspan === 1 ? null : rowspan };
}

function attributes(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .filter(([, value]) => typeof value === 'string' || typeof value === 'number')
    .map(([name, value]) => ` ${name}="${escapeHtml(String(value))}"`)
    .join('');
}
