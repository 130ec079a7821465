import type { Node } from 'prosemirror-model';
import { ContentBudget, type ContentNode } from './content-node.ts';
import { documentSchema } from './document-schema.ts';

/** A paragraph for each line. @throws {ContentError} */
export function readPlainText(text: string): Node {
  const budget = new ContentBudget(Number.POSITIVE_INFINITY);
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n|\r/);
  const paragraphs = lines.map((line) => {
    budget.spend(1);
    return documentSchema.node('paragraph', null, line === '' ? [] : [documentSchema.text(line)]);
  });
  return documentSchema.node('doc', null, paragraphs);
}

/** A line for each block of text; the cells of a row stand side by side, with tabs between them. */
export function writePlainText(document: ContentNode): string {
  const lines = linesOf(document);
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function linesOf({ content = [], type }: ContentNode): readonly string[] {
  if (type === 'tableRow') return [content.map((cell) => linesOf(cell).join(' ')).join('\t')];
  if (content.some(isInline)) return [content.map(textOf).join('')];
  if (content.length === 0) return type === 'paragraph' || type === 'heading' || type === 'codeBlock' ? [''] : [];
  return content.flatMap(linesOf);
}

function isInline({ type }: ContentNode): boolean {
  return type === 'text' || type === 'hardBreak';
}

function textOf({ content = [], text, type }: ContentNode): string {
  if (type === 'hardBreak') return '\n';
  return text ?? content.map(textOf).join('');
}
