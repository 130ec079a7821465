import MarkdownIt from 'markdown-it';
import { MarkdownSerializer, type MarkdownSerializerState } from 'prosemirror-markdown';
import type { Mark, Node } from 'prosemirror-model';
import { ContentError, type ContentNode } from './content-node.ts';
import { documentSchema } from './document-schema.ts';
import { readHtml } from './html.ts';
import { isSafeLink } from './safe-links.ts';
import { markTasks } from './task-lists.ts';

/** CommonMark with tables and strikethrough, and no HTML: what looks like it is text. */
const markdown = new MarkdownIt('default', { html: false, linkify: false, typographer: false });
markdown.core.ruler.push('tasks', ({ tokens }) => markTasks(tokens));
// The last line break of a block of code belongs to its fence.
markdown.core.ruler.push('code', ({ tokens }) => {
  for (const token of tokens) if (token.tag === 'code') token.content = token.content.replace(/\n$/, '');
});

/** @throws {ContentError} */
export function readMarkdown(text: string): Node {
  return readHtml(markdown.render(text));
}

const serializer = new MarkdownSerializer(
  {
    paragraph(state, node) {
      state.renderInline(node);
      state.closeBlock(node);
    },
    heading(state, node) {
      state.write(`${'#'.repeat(node.attrs.level === 2 || node.attrs.level === 3 ? node.attrs.level : 1)} `);
      state.renderInline(node, false);
      state.closeBlock(node);
    },
    blockquote(state, node) {
      state.wrapBlock('> ', null, node, () => state.renderContent(node));
    },
    codeBlock(state, node) {
      const fence = fenceAround(node.textContent);
      state.write(`${fence}${String(node.attrs.language ?? '').replace(/[\s`]/g, '')}\n`);
      state.text(node.textContent, false);
      state.write('\n');
      state.write(fence);
      state.closeBlock(node);
    },
    bulletList(state, node) {
      state.renderList(node, '  ', () => '- ');
    },
    orderedList(state, node) {
      const start = Number.isSafeInteger(node.attrs.start) ? Number(node.attrs.start) : 1;
      const width = String(start + node.childCount - 1).length + 2;
      state.renderList(node, ' '.repeat(width), (index) => `${start + index}. `.padStart(width));
    },
    listItem(state, node) {
      state.renderContent(node);
    },
    taskList(state, node) {
      state.renderList(node, '  ', (index) => `- [${node.child(index).attrs.checked === true ? 'x' : ' '}] `);
    },
    taskItem(state, node) {
      state.renderContent(node);
    },
    table: writeTable,
    tableRow: writeNothing,
    tableCell: writeNothing,
    tableHeader: writeNothing,
    hardBreak(state, _node, parent, index) {
      // At the end of a paragraph there is nothing to break.
      if (index < parent.childCount - 1) state.write('\\\n');
    },
    horizontalRule(state, node) {
      state.write('---');
      state.closeBlock(node);
    },
    image(state, node) {
      const src = String(node.attrs.src ?? '');
      if (isSafeLink(src)) state.write(`![${state.esc(String(node.attrs.alt ?? ''))}](${targetOf(node.attrs, src)})`);
      state.closeBlock(node);
    },
    text(state, node) {
      state.text(node.text ?? '');
    },
  },
  {
    bold: { open: '**', close: '**', mixable: true, expelEnclosingWhitespace: true },
    italic: { open: '*', close: '*', mixable: true, expelEnclosingWhitespace: true },
    strike: { open: '~~', close: '~~', mixable: true, expelEnclosingWhitespace: true },
    code: {
      open: (_state, _mark, parent, index) => backticksFor(parent.child(index).text ?? '', 'before'),
      close: (_state, _mark, parent, index) => backticksFor(parent.child(index - 1).text ?? '', 'behind'),
      escape: false,
    },
    link: {
      open: (_state: MarkdownSerializerState, mark: Mark) => (leadsSomewhere(mark) ? '[' : ''),
      close: (_state: MarkdownSerializerState, mark: Mark) =>
        leadsSomewhere(mark) ? `](${targetOf(mark.attrs, String(mark.attrs.href ?? ''))})` : '',
      mixable: true,
    },
    // Markdown has no word for these.
    underline: { open: '', close: '', mixable: true },
    comment: { open: '', close: '', mixable: true },
  },
  { hardBreakNodeName: 'hardBreak' },
);

/** @throws {ContentError} `other-content`, where there is what the schema of the app does not know */
export function writeMarkdown(document: ContentNode): string {
  const text = serializer.serialize(nodeOf(withShortGaps(document)), { tightLists: true });
  return text === '' ? '' : `${text}\n`;
}

/**
 * Markdown shows a run of blanks as one. What is written of it takes time by the square of the longest run, so that one of half
 * a megabyte would hold up the server for minutes. Code is written as it is.
 */
const LONGEST_GAP = 200;
const tooLong = new RegExp(`\\s{${LONGEST_GAP},}`, 'g');

function withShortGaps(node: ContentNode): ContentNode {
  if (node.type === 'codeBlock') return node;
  const { content, text } = node;
  if (text !== undefined) return { ...node, text: text.replace(tooLong, (run) => run.slice(0, LONGEST_GAP)) };
  return content === undefined ? node : { ...node, content: content.map(withShortGaps) };
}

function nodeOf(document: ContentNode): Node {
  try {
    return documentSchema.nodeFromJSON(document);
  } catch (cause) {
    const why = 'The document holds what the editor of this server does not know; format=json and format=html show it';
    throw new ContentError('other-content', why, { cause });
  }
}

/** A table of GitHub’s: one line for each row, and the first one is its head, whatever it is in the document. */
function writeTable(state: MarkdownSerializerState, table: Node): void {
  const rows: string[][] = [];
  table.forEach((row) => {
    const cells: string[] = [];
    row.forEach((cell) => void cells.push(writeCell(cell)));
    rows.push(cells);
  });
  const width = Math.max(1, ...rows.map(({ length }) => length));
  const lines = rows.map((cells) => lineOf(Array.from({ length: width }, (_, at) => cells[at] ?? '')));
  lines.splice(1, 0, lineOf(Array.from({ length: width }, () => '---')));
  for (const [at, line] of lines.entries()) {
    if (at > 0) state.ensureNewLine();
    state.write(line);
  }
  state.closeBlock(table);
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** On one line: a row has no others. */
function writeCell(cell: Node): string {
  const lines = serializer.serialize(cell, { tightLists: true }).split('\n');
  const last = lines.length - 1;
  // What stands before a line break says that it is one.
  const parts = lines.map((line, at) => (at < last ? line.trimEnd().replace(/\\$/, '').trimEnd() : line).trimStart());
  return parts
    .filter((part) => part !== '')
    .join(' ')
    .replace(/\|/g, '\\|');
}

function writeNothing(): void {}

/** Longer than every run of backticks inside. */
function fenceAround(code: string): string {
  return '`'.repeat(Math.max(2, longestRunOfBackticks(code)) + 1);
}

function backticksFor(code: string, side: 'before' | 'behind'): string {
  const longest = longestRunOfBackticks(code);
  const ticks = '`'.repeat(longest + 1);
  if (longest === 0) return ticks;
  return side === 'before' ? `${ticks} ` : ` ${ticks}`;
}

function longestRunOfBackticks(code: string): number {
  let longest = 0;
  for (const [run] of code.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return longest;
}

function leadsSomewhere({ attrs }: Mark): boolean {
  return isSafeLink(String(attrs.href ?? ''));
}

/** Where a link or an image leads, and its title. */
function targetOf({ title }: Readonly<Record<string, unknown>>, address: string): string {
  const target = address.replace(/[\s()<>"\\]/g, percentEncode);
  return typeof title === 'string' && title !== '' ? `${target} "${title.replace(/(["\\])/g, '\\$1')}"` : target;
}

/** Parentheses too, which an address may have and Markdown takes for its own. */
function percentEncode(character: string): string {
  const encoded = encodeURIComponent(character);
  return encoded === character ? `%${character.charCodeAt(0).toString(16).toUpperCase()}` : encoded;
}
