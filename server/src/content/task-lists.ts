import type { Token } from 'markdown-it';

const MARKER = /^\[([ xX])\](?:\s+|$)/;

interface Item {
  readonly open: Token;
  /** The token with the text that begins the item; null where it begins with something else. */
  readonly text: Token | null;
}

/** Makes task lists, as the schema of documents has them, of lists all of whose items begin with a box. */
export function markTasks(tokens: readonly Token[]): void {
  for (const [at, token] of tokens.entries()) {
    if (token.type !== 'bullet_list_open') continue;
    const items = itemsOf(tokens, at);
    if (!items.every(({ text }) => text !== null && MARKER.test(text.content))) continue;
    token.attrSet('data-type', 'taskList');
    for (const item of items) markTask(item);
  }
}

function itemsOf(tokens: readonly Token[], listAt: number): Item[] {
  const level = (tokens[listAt]?.level ?? 0) + 1;
  const items: Item[] = [];
  for (let at = listAt + 1; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token === undefined || (token.type === 'bullet_list_close' && token.level === level - 1)) break;
    if (token.type !== 'list_item_open' || token.level !== level) continue;
    const text = tokens[at + 1]?.type === 'paragraph_open' ? (tokens[at + 2] ?? null) : null;
    items.push({ open: token, text });
  }
  return items;
}

function markTask({ open, text }: Item): void {
  const [marker = '', box = ' '] = MARKER.exec(text?.content ?? '') ?? [];
  open.attrSet('data-type', 'taskItem');
  open.attrSet('data-checked', String(box !== ' '));
  const [first] = text?.children ?? [];
  if (first !== undefined) first.content = first.content.slice(marker.length);
}
