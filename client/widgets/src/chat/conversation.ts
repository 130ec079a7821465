import type { EventGap } from '@quire/client';

/** Who said something, as the server stamped it. */
export interface Author {
  readonly id: string;
  readonly name: string;
  readonly clientId: number | null;
}

/** Only what the server took is `sent`. */
export type Delivery =
  | { readonly state: 'sent' }
  | { readonly state: 'sending' }
  | { readonly state: 'failed'; readonly reason: string; readonly canRetry: boolean };

export interface Message {
  readonly kind: 'message';
  /** The same from the moment it is written until it is dropped, so that a line of the log stays the same line. */
  readonly key: string;
  /** The server's; null until it took the message. */
  readonly id: string | null;
  readonly author: Author;
  readonly text: string;
  readonly at: number;
  readonly isMine: boolean;
  readonly delivery: Delivery;
}

/** Here messages are missing, or may be. */
export interface MissingMessages {
  readonly kind: 'gap';
  readonly key: string;
  readonly gap: EventGap;
}

export type Entry = Message | MissingMessages;

/** What was said, in the order in which it was heard; what the server has not taken yet comes last. */
export interface Conversation {
  readonly entries: readonly Entry[];
  /** There was more before. */
  readonly isCut: boolean;
  /** How many gaps there were: each has a key of its own. */
  readonly gaps: number;
}

export interface HeardMessage {
  readonly id: string;
  /** What the page that sent it called it; others' is not looked at. */
  readonly ref: string | null;
  readonly author: Author;
  readonly text: string;
  readonly at: number;
  readonly isMine: boolean;
}

/** Nobody scrolls further back in what is kept nowhere. */
export const MAX_ENTRIES = 500;

export const nothingSaid: Conversation = { entries: [], isCut: false, gaps: 0 };

export function hear(conversation: Conversation, heard: HeardMessage): Conversation {
  const { id, ref, author, text, at, isMine } = heard;
  const key = isMine && ref !== null ? ref : id;
  const others = conversation.entries.filter((entry) => entry.key !== key);
  const message: Message = { kind: 'message', key, id, author, text, at, isMine, delivery: { state: 'sent' } };
  return insert({ ...conversation, entries: others }, message);
}

/** Somebody pressed Enter: it shows at once, as not sent yet. */
export function begin(
  conversation: Conversation,
  {
    ref,
    text,
    author,
    at,
  }: { readonly ref: string; readonly text: string; readonly author: Author; readonly at: number },
): Conversation {
  const delivery = { state: 'sending' } as const;
  const message: Message = { kind: 'message', key: ref, id: null, author, text, at, isMine: true, delivery };
  return bound({ ...conversation, entries: [...conversation.entries, message] });
}

/** The server took it. It may have been heard before. */
export function noteSent(
  conversation: Conversation,
  ref: string,
  sent: { readonly id: string; readonly at: number },
): Conversation {
  const message = find(conversation, ref);
  if (message === null || message.id !== null) return conversation;
  const others = conversation.entries.filter((entry) => entry !== message);
  return insert({ ...conversation, entries: others }, { ...message, ...sent, delivery: { state: 'sent' } });
}

export function noteFailed(
  conversation: Conversation,
  ref: string,
  failure: { readonly reason: string; readonly canRetry: boolean },
): Conversation {
  return deliver(conversation, ref, { state: 'failed', ...failure });
}

/** It is sent once more, under its old name: should the first attempt have arrived after all, it is one line here. */
export function retry(conversation: Conversation, ref: string): Conversation {
  return deliver(conversation, ref, { state: 'sending' });
}

export function discard(conversation: Conversation, ref: string): Conversation {
  const message = find(conversation, ref);
  if (message === null || message.delivery.state !== 'failed') return conversation;
  return { ...conversation, entries: conversation.entries.filter((entry) => entry !== message) };
}

/** Two gaps with nothing between them are one; that something was lost is worse than that it may have been. */
export function noteGap(conversation: Conversation, gap: EventGap): Conversation {
  const taken = conversation.entries.filter(isTaken);
  const last = taken.at(-1);
  if (last?.kind !== 'gap') {
    const gaps = conversation.gaps + 1;
    return insert({ ...conversation, gaps }, { kind: 'gap', key: `gap ${gaps}`, gap });
  }
  if (last.gap === gap || gap === 'unknown') return conversation;
  return { ...conversation, entries: conversation.entries.map((entry) => (entry === last ? { ...last, gap } : entry)) };
}

function deliver(conversation: Conversation, ref: string, delivery: Delivery): Conversation {
  const message = find(conversation, ref);
  if (message === null || message.id !== null) return conversation;
  const entries = conversation.entries.map((entry) => (entry === message ? { ...message, delivery } : entry));
  return { ...conversation, entries };
}

function find({ entries }: Conversation, ref: string): Message | null {
  const entry = entries.find(({ key }) => key === ref);
  return entry?.kind === 'message' && entry.isMine ? entry : null;
}

/** After all that the server took, before what it has not taken. */
function insert(conversation: Conversation, entry: Entry): Conversation {
  const taken = conversation.entries.filter(isTaken);
  const waiting = conversation.entries.filter((each) => !isTaken(each));
  return bound({ ...conversation, entries: [...taken, entry, ...waiting] });
}

function bound(conversation: Conversation): Conversation {
  const excess = conversation.entries.length - MAX_ENTRIES;
  if (excess <= 0) return conversation;
  return { ...conversation, entries: conversation.entries.slice(excess), isCut: true };
}

function isTaken(entry: Entry): boolean {
  return entry.kind === 'gap' || entry.id !== null;
}
