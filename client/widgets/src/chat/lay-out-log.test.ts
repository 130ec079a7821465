import { describe, expect, it } from 'vitest';
import { type Author, type Conversation, hear, noteGap, nothingSaid } from './conversation.ts';
import { layOutLog } from './lay-out-log.ts';

const NOON = new Date(2026, 4, 1, 12).getTime();
const MINUTE_MS = 60_000;
const mara = { id: 'u1', name: 'Mara', clientId: 1 };
const tomas = { id: 'u2', name: 'Tomas', clientId: 2 };

function hearFrom(conversation: Conversation, author: Author, minute: number): Conversation {
  const id = `a.${conversation.entries.length}`;
  return hear(conversation, { id, ref: null, author, text: id, at: NOON + minute * MINUTE_MS, isMine: false });
}

function outline(conversation: Conversation, firstUnread: string | null = null): string[] {
  return layOutLog(conversation, firstUnread).map((row) =>
    row.kind === 'message' ? `${row.startsGroup ? '# ' : ''}${row.message.author.name}` : row.kind,
  );
}

describe('the log', () => {
  it('gathers what one person says in a few minutes under one name', () => {
    let conversation = nothingSaid;
    for (const [author, minute] of [
      [mara, 0],
      [mara, 4],
      [mara, 8],
      [mara, 14],
      [tomas, 14],
      [mara, 15],
    ] as const) {
      conversation = hearFrom(conversation, author, minute);
    }
    expect(outline(conversation)).toEqual(['# Mara', 'Mara', 'Mara', '# Mara', '# Tomas', '# Mara']);
  });

  it('begins anew after a gap, at the divider and at midnight', () => {
    const gap = hearFrom(noteGap(hearFrom(nothingSaid, mara, 0), 'lost'), mara, 1);
    expect(outline(gap)).toEqual(['# Mara', 'gap', '# Mara']);
    const divided = hearFrom(hearFrom(nothingSaid, mara, 0), mara, 1);
    expect(outline(divided, 'a.1')).toEqual(['# Mara', 'unread', '# Mara']);
    const late = hearFrom(hearFrom(nothingSaid, mara, 12 * 60 - 1), mara, 12 * 60);
    expect(outline(late)).toEqual(['# Mara', '# Mara']);
  });

  it('takes two guests of one name for two, and one person in two tabs for one', () => {
    const guest = { id: '', name: 'Guest' };
    const guests = hearFrom(hearFrom(nothingSaid, { ...guest, clientId: 1 }, 0), { ...guest, clientId: 2 }, 0);
    expect(outline(guests)).toEqual(['# Guest', '# Guest']);
    const tabs = hearFrom(hearFrom(nothingSaid, mara, 0), { ...mara, clientId: 9 }, 0);
    expect(outline(tabs)).toEqual(['# Mara', 'Mara']);
  });

  it('says at its top that there was more', () => {
    expect(outline({ ...nothingSaid, isCut: true })).toEqual(['cut']);
  });
});
