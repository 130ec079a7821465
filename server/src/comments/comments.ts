import {
  type Anchor,
  type Comment,
  type CommentAuthor,
  companionOf,
  type DocumentName,
  includesRole,
  MAX_COMMENTS_PER_THREAD,
  MAX_THREADS,
  MAX_WAITING_CALLS,
  type Role,
  type Thread,
} from '@quire/protocol';
import type * as Y from 'yjs';
import { acrossDeletion, lookAcrossDeletion } from '../collab/across-deletion.ts';
import type { Collaboration } from '../collab/collaboration.ts';
import { type Storing, Unconfirmed, untilStored } from '../collab/confirmation.ts';
import { partyOf } from '../party.ts';
import { ApiError } from '../problems.ts';
import type { Retries } from '../retries.ts';
import { Seats } from '../seats.ts';
import type { TakeTurn } from '../turns.ts';
import { countAnchorsBy, shareOf } from './anchor-allowance.ts';
import { hasMark, markThread, unmarkThread } from './anchor-marks.ts';
import type { AnchorPace } from './anchor-pace.ts';
import { assertRange, findTextRange, quoteOf } from './text-range.ts';
import {
  changeComment,
  countThreads,
  dropComment,
  dropThread,
  findComment,
  findThread,
  putComment,
  putThread,
  randomThreadId,
  readThreads,
  type StoredThread,
} from './thread-map.ts';

/** Who comments, as the guard knows them, and what they may do in the document. */
export interface Speaker {
  readonly author: CommentAuthor;
  readonly role: Role;
  /** Where they are; left out: nobody knows. */
  readonly remoteAddress?: string;
}

/** Names one thread, and who wants something of it. */
export interface ThreadCall {
  readonly document: DocumentName;
  readonly thread: string;
  readonly speaker: Speaker;
}

export interface CommentCall extends ThreadCall {
  readonly comment: string;
}

/**
 * Comments on documents. What is said, by whom and when is written by the server alone into the companion document, which
 * everybody who may read the document follows live; where it is said is a mark that the server sets in the text, the only
 * thing that somebody who may not edit brings about there.
 */
export interface Comments {
  /** Oldest first. */
  list(document: DocumentName): Promise<readonly Thread[]>;
  start(
    call: Omit<ThreadCall, 'thread'>,
    said: { readonly text: string; readonly anchor?: Anchor | undefined },
  ): Promise<Thread>;
  resolve(call: ThreadCall, resolved: boolean): Promise<Thread>;
  /** With its mark. For who began it, as long as nobody else has said anything in it, and for whoever may edit. */
  remove(call: ThreadCall): Promise<void>;
  /** Moves the mark of a thread. For who began it, and for whoever may edit. */
  anchor(call: ThreadCall, anchor: Anchor): Promise<Thread>;
  /** Takes its mark away; what it was on stays known by its quote. For the same people. */
  unanchor(call: ThreadCall): Promise<void>;
  reply(call: ThreadCall, text: string): Promise<Comment>;
  /** For who wrote it. */
  change(call: CommentCall, text: string): Promise<Comment>;
  /** For who wrote it, and for whoever may edit. With the last comment the thread goes. */
  withdraw(call: CommentCall): Promise<void>;
}

export function createComments(options: {
  readonly documents: {
    /** @throws {ApiError} where there is no such document */
    get(name: DocumentName): Promise<unknown>;
  };
  readonly live: Pick<Collaboration, 'confirm' | 'edit' | 'read'>;
  /** The same that deletions of documents take. */
  readonly takeTurn: TakeTurn;
  readonly now: () => number;
  /** For marks that could not be taken away again. */
  readonly retries: Pick<Retries, 'add'>;
  /** Places of a document that one person marks who may not edit it. */
  readonly maxAnchorsPerCommenter: number;
  /** Called where that limit refused somebody. */
  readonly onFull?: () => void;
  /** How fast they do. Left out: as fast as they like. */
  readonly anchorPace?: AnchorPace;
  /** Called where that was too fast. */
  readonly onTooFast?: () => void;
}): Comments {
  const { documents, live, takeTurn, now, retries, maxAnchorsPerCommenter, onFull = () => {} } = options;
  const { anchorPace, onTooFast = () => {} } = options;
  /** Each takes a copy of the document, or of its comments. */
  const waiting = new Seats(MAX_WAITING_CALLS);
  const timestamp = (): string => new Date(now()).toISOString();

  /** One after the other on each document: what was looked at still holds when something is done about it. */
  async function inTurn<T>(document: DocumentName, task: (storing: Storing) => Promise<T>): Promise<T> {
    if (!waiting.take(document))
      throw new ApiError('overloaded', 'Too much is being said about this document; try again');
    try {
      return await takeTurn(document, (onStored) =>
        acrossDeletion(async () => {
          await documents.get(document);
          return task({ onStored });
        }),
      );
    } finally {
      waiting.giveBack(document);
    }
  }

  function read<T>(document: DocumentName, look: (companion: Y.Doc) => T): Promise<T> {
    return live.read(companionOf(document, 'comments'), look);
  }

  /** @throws {ApiError} whatever `change` throws; then nothing is changed */
  async function write<T>(
    { document, speaker }: Pick<ThreadCall, 'document' | 'speaker'>,
    storing: Storing,
    change: (companion: Y.Doc) => T,
  ): Promise<T> {
    const outcome: T[] = [];
    const note = (companion: Y.Doc): void => void outcome.push(change(companion));
    await live.edit(companionOf(document, 'comments'), signatureOf(speaker), note, storing);
    return outcome[0] as T;
  }

  /** @throws {ApiError} `too-many-anchors`, `comments-full` */
  async function assertMayMark(
    document: DocumentName,
    { author, role, remoteAddress = '' }: Speaker,
    thread: string,
  ): Promise<void> {
    if (includesRole(role, 'editor')) return;
    if (anchorPace?.take(partyOf(author.id, remoteAddress)) === false) {
      onTooFast();
      const detail = `Places are marked too fast; try again in ${anchorPace.retryAfterSeconds} s, or comment without a place`;
      throw new ApiError('too-many-anchors', detail, undefined, anchorPace.retryAfterSeconds);
    }
    const count = await read(document, (companion) => countAnchorsBy(companion, author, thread));
    if (count < maxAnchorsPerCommenter) return;
    onFull();
    const most = `Whoever may not edit a document marks at most ${maxAnchorsPerCommenter} places in it`;
    throw new ApiError('comments-full', `${most}; remove some of your comments first, or comment without a place`);
  }

  /** The first of two edits. @returns what was marked, as a quote */
  async function mark(document: DocumentName, speaker: Speaker, thread: string, anchor: Anchor): Promise<string> {
    await assertMayMark(document, speaker, thread);
    // An edit takes a copy of the document: not for what is refused.
    await live.read(document, (text) => assertRange(text, anchor));
    let quote = '';
    const change = (copy: Y.Doc): void => {
      const parts = findTextRange(copy, anchor);
      quote = quoteOf(parts);
      unmarkThread(copy, thread);
      markThread(parts, thread);
    };
    const share = shareOf(speaker.role);
    await untilStored((storing) => live.edit(document, signatureOf(speaker), change, { ...storing, share }));
    return quote;
  }

  async function unmark({ document, speaker, thread }: ThreadCall, storing: Storing): Promise<void> {
    const isMarked = await live.read(document, (text) => hasMark(text, thread));
    // An edit would cost a copy for nothing; but the mark may be gone only here so far.
    if (!isMarked) await live.confirm(document, storing);
    else await live.edit(document, signatureOf(speaker), (copy) => unmarkThread(copy, thread), storing);
  }

  /** Until it is gone it leads to no thread, and is shown as nothing. */
  async function takeBackMark(call: ThreadCall): Promise<void> {
    const { document } = call;
    const attempt = () => inTurn(document, (storing) => unmark(call, storing)).catch(unlessOver);
    try {
      await unmark(call, {}).catch(unlessOver);
    } catch (error) {
      // A disk that refused the thread refuses this too.
      retries.add({ document, attempt }, error);
    }
  }

  function look(call: ThreadCall): Promise<Thread> {
    return read(call.document, (companion) => findThread(companion, call.thread).thread);
  }

  async function removeThread(call: ThreadCall, storing: Storing): Promise<void> {
    // The mark first: if this is as far as it gets, the thread is there to be removed again.
    await untilStored((first) => unmark(call, first));
    await write(call, storing, (companion) => dropThread(companion, call.thread));
  }

  return {
    list: (document) =>
      lookAcrossDeletion(
        () => documents.get(document),
        () => read(document, readThreads),
      ),

    start: ({ document, speaker }, { text, anchor }) =>
      inTurn(document, async (storing) => {
        const count = await read(document, countThreads);
        if (count >= MAX_THREADS) {
          throw new ApiError('comments-full', `A document has at most ${MAX_THREADS} threads; remove some first`);
        }
        const id = randomThreadId();
        // The mark first: if there is no such place, nobody sees a thread come and go.
        const quote = anchor === undefined ? '' : await mark(document, speaker, id, anchor);
        const { author } = speaker;
        const comment = createComment(author, text, timestamp());
        const thread: Thread = { id, author, created: comment.time, quote, resolved: null, comments: [comment] };
        try {
          await write({ document, speaker }, storing, (companion) => putThread(companion, thread));
        } catch (error) {
          if (anchor !== undefined && !(error instanceof Unconfirmed)) {
            await takeBackMark({ document, speaker, thread: id });
          }
          throw error;
        }
        return thread;
      }),

    resolve: ({ document, thread, speaker }, resolved) =>
      inTurn(document, (storing) =>
        write({ document, speaker }, storing, (companion) => {
          const stored = findThread(companion, thread);
          const wasResolved = stored.thread.resolved !== null;
          if (wasResolved === resolved) return stored.thread;
          const resolution = resolved ? { by: speaker.author, time: timestamp() } : null;
          stored.fields.set('resolved', resolution);
          return { ...stored.thread, resolved: resolution };
        }),
      ),

    remove: (call) =>
      inTurn(call.document, async (storing) => {
        const { author, comments } = await look(call);
        const isAlone = [author, ...comments.map((comment) => comment.author)].every(({ id }) => isSpeaker(call, id));
        if (!isAlone) assertEditor(call, 'others have spoken in this thread: only editors remove it');
        await removeThread(call, storing);
      }),

    anchor: (call, anchor) =>
      inTurn(call.document, async (storing) => {
        const { document, speaker, thread } = call;
        assertOwn(call, (await look(call)).author, 'somebody else began this thread: only they and editors move it');
        const quote = await mark(document, speaker, thread, anchor);
        return write(call, storing, (companion) => {
          const stored = findThread(companion, thread);
          stored.fields.set('quote', quote);
          return { ...stored.thread, quote };
        });
      }),

    unanchor: (call) =>
      inTurn(call.document, async (storing) => {
        assertOwn(call, (await look(call)).author, 'somebody else began this thread: only they and editors move it');
        await unmark(call, storing);
      }),

    reply: ({ document, thread, speaker }, text) =>
      inTurn(document, (storing) =>
        write({ document, speaker }, storing, (companion) => {
          const stored = findThread(companion, thread);
          if (stored.thread.comments.length >= MAX_COMMENTS_PER_THREAD) {
            throw new ApiError(
              'comments-full',
              `A thread has at most ${MAX_COMMENTS_PER_THREAD} comments; begin another`,
            );
          }
          const comment = createComment(speaker.author, text, timestamp());
          putComment(stored, comment);
          return comment;
        }),
      ),

    change: (call, text) =>
      inTurn(call.document, (storing) =>
        write(call, storing, (companion) => {
          const [stored, comment] = findCalled(companion, call);
          if (!isSpeaker(call, comment.author.id)) {
            throw new ApiError('forbidden', 'Somebody else wrote this comment: only they change what it says');
          }
          if (comment.text === text) return comment;
          const changed = { ...comment, text, edited: timestamp() };
          changeComment(stored, comment.id, { text: changed.text, edited: changed.edited });
          return changed;
        }),
      ),

    withdraw: (call) =>
      inTurn(call.document, async (storing) => {
        const { comments } = await read(call.document, (companion) => {
          const [{ thread }, comment] = findCalled(companion, call);
          assertOwn(call, comment.author, 'somebody else wrote this comment: only they and editors remove it');
          return thread;
        });
        if (comments.length === 1) await removeThread(call, storing);
        else await write(call, storing, (companion) => dropComment(findThread(companion, call.thread), call.comment));
      }),
  };
}

function createComment(author: CommentAuthor, text: string, time: string): Comment {
  return { id: randomThreadId(), author, time, edited: null, text };
}

function findCalled(companion: Y.Doc, { thread, comment }: CommentCall): readonly [StoredThread, Comment] {
  const stored = findThread(companion, thread);
  return [stored, findComment(stored, comment)];
}

/** @throws `error`, unless nothing is left to be taken away */
function unlessOver(error: unknown): void {
  // Done here, it goes on to the other nodes by itself; and with its document everything has gone.
  const isOver = error instanceof Unconfirmed || (error instanceof ApiError && error.code === 'unknown-document');
  if (!isOver) throw error;
}

/** As the author of their edits is written into history on a socket: of guests, what they call themselves. */
function signatureOf({ author: { id, name } }: Speaker): string {
  return id === '' && name !== '' ? `guest:${name}` : id;
}

/** Of guests nobody knows who is who, so what one of them has said belongs to them all. */
function isSpeaker({ speaker }: ThreadCall, id: string): boolean {
  return speaker.author.id === id;
}

function assertOwn(call: ThreadCall, { id }: CommentAuthor, why: string): void {
  if (!isSpeaker(call, id)) assertEditor(call, why);
}

/** @throws {ApiError} `forbidden` */
function assertEditor({ speaker }: ThreadCall, why: string): void {
  if (!includesRole(speaker.role, 'editor')) throw new ApiError('forbidden', `You may not do this: ${why}`);
}
