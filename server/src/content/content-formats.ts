import type { ContentFormat } from '@quire/protocol';
import type { Node } from 'prosemirror-model';
import { readContentJson } from './content-json.ts';
import { ContentBudget, ContentError, type ContentNode } from './content-node.ts';
import { readHtml, writeHtml } from './html.ts';
import { readMarkdown, writeMarkdown } from './markdown.ts';
import { readPlainText, writePlainText } from './plain-text.ts';

/** Rich text in one of its formats, as a document takes it in. @throws {ContentError} */
export function parseContent(format: ContentFormat, text: string): Node {
  const node = parse(format, text);
  const budget = new ContentBudget(Number.POSITIVE_INFINITY);
  measure(node, budget, 0);
  return node;
}

function parse(format: ContentFormat, text: string): Node {
  switch (format) {
    case 'json':
      return readContentJson(parseJson(text));
    case 'html':
      return readHtml(text);
    case 'markdown':
      return readMarkdown(text);
    case 'text':
      return readPlainText(text);
    default:
      return format satisfies never;
  }
}

/** @throws {ContentError} `other-content`, where the format has no words for it */
export function renderContent(format: ContentFormat, content: ContentNode): string {
  switch (format) {
    case 'json':
      return JSON.stringify(content);
    case 'html':
      return writeHtml(content);
    case 'markdown':
      return writeMarkdown(content);
    case 'text':
      return writePlainText(content);
    default:
      return format satisfies never;
  }
}

/** However few bytes it came in: what is stored is read again by everybody. */
function measure(node: Node, budget: ContentBudget, depth: number): void {
  budget.spend(depth);
  for (const child of node.children) measure(child, budget, depth + 1);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ContentError('bad-content', 'The body is not JSON', { cause });
  }
}
