import type { EventGap } from '@quire/client';
import type { Conversation, Entry, Message } from './conversation.ts';

/** One line of the log. */
export type LogRow =
  | { readonly kind: 'message'; readonly key: string; readonly message: Message; readonly startsGroup: boolean }
  | { readonly kind: 'gap'; readonly key: string; readonly gap: EventGap }
  | { readonly kind: 'unread'; readonly key: 'unread' }
  | { readonly kind: 'cut'; readonly key: 'cut' };

/** What one person says within this stands under one name and time. */
const GROUP_MS = 5 * 60_000;

/** @param firstUnread the message above which the divider stands; null where there is none */
export function layOutLog({ entries, isCut }: Conversation, firstUnread: string | null): readonly LogRow[] {
  const rows: LogRow[] = isCut ? [{ kind: 'cut', key: 'cut' }] : [];
  let before: Entry | null = null;
  for (const entry of entries) {
    const isDivided = entry.key === firstUnread;
    if (isDivided) rows.push({ kind: 'unread', key: 'unread' });
    if (entry.kind === 'gap') rows.push(entry);
    else {
      const startsGroup = isDivided || before === null || !belongsWith(before, entry);
      rows.push({ kind: 'message', key: entry.key, message: entry, startsGroup });
    }
    before = entry;
  }
  return rows;
}

function belongsWith(before: Entry, message: Message): boolean {
  return (
    before.kind === 'message' &&
    isSameAuthor(before, message) &&
    Math.abs(message.at - before.at) <= GROUP_MS &&
    isSameDay(before.at, message.at)
  );
}

/** Guests have no id: two of them who chose one name are told apart by their pages. */
function isSameAuthor({ author: one }: Message, { author: other }: Message): boolean {
  if (one.id !== '' || other.id !== '') return one.id === other.id;
  return one.clientId === other.clientId && one.name === other.name;
}

function isSameDay(one: number, other: number): boolean {
  return new Date(one).toDateString() === new Date(other).toDateString();
}
