import { type Comment, type Comments, MAX_COMMENT_LENGTH, type Speaker, type Thread } from '@quire/client';
import { h } from '../base/h.ts';
import { createComposer } from '../parts/composer.ts';
import { check, reopen } from '../parts/icons.ts';
import { createKeyedList } from '../parts/keyed-list.ts';
import { type CommentItem, createCommentItem, nameOf, type Word } from './comment-item.ts';
import { rightsOf } from './threads.ts';

/** What was done with a thread, for whoever made the page. */
export interface ThreadDeed {
  readonly action: 'start' | 'reply' | 'change' | 'delete' | 'resolve' | 'reopen';
  readonly thread: string;
}

export interface ThreadCardOptions {
  readonly thread: string;
  readonly comments: Comments;
  readonly word: Word;
  readonly locale: string | undefined;
  explain(error: unknown): string;
  /** Somebody wants to see what it is about. */
  onReveal(): void;
  onDone(deed: ThreadDeed): void;
  /** Of a button that has no place for words of its own. */
  onFailed(error: unknown): void;
}

export interface ThreadView {
  readonly thread: Thread;
  readonly speaker: Speaker | null;
  readonly mayComment: boolean;
  readonly isActive: boolean;
}

export interface ThreadCard {
  readonly element: HTMLLIElement;
  show(view: ThreadView): void;
}

/** A thread with its comments and where one replies. What is typed in it stays while others write. */
export function createThreadCard(options: ThreadCardOptions): ThreadCard {
  const { thread: id, comments, word, locale, explain, onReveal, onDone, onFailed } = options;
  const quote = h('button', {
    class: 'quote',
    part: 'quote',
    type: 'button',
    title: word('showText'),
    onclick: onReveal,
  });
  const settled = h('p', { class: 'settled' });
  const list = h('ol');
  const items = new WeakMap<Element, CommentItem>();
  let latest: ThreadView | null = null;

  const done = (action: ThreadDeed['action']) => onDone({ action, thread: id });
  const attempt = (deed: Promise<unknown>, action: ThreadDeed['action']) => {
    deed.then(() => done(action), onFailed);
  };
  const { element: reply } = createComposer({
    label: word('reply'),
    submitLabel: word('reply'),
    maxLength: MAX_COMMENT_LENGTH,
    sendsOnEnter: false,
    explain,
    async onSubmit(text) {
      await comments.reply(id, text);
      done('reply');
    },
  });
  const settle = h('button', {
    class: 'settle',
    part: 'settle',
    type: 'button',
    onclick: () => {
      const isResolved = latest?.thread.resolved !== null;
      attempt(isResolved ? comments.reopen(id) : comments.resolve(id), isResolved ? 'reopen' : 'resolve');
    },
  });
  const card = h('article', { class: 'thread', part: 'thread' }, quote, settled, list, reply, settle);
  const showComments = createKeyedList<Comment, HTMLLIElement>(list, {
    keyOf: (comment) => comment.id,
    create(comment) {
      const item = createCommentItem({
        word,
        locale,
        explain,
        async onChange(text) {
          await comments.change(id, comment.id, text);
          done('change');
        },
        onWithdraw: () => attempt(comments.withdraw(id, comment.id), 'delete'),
      });
      items.set(item.element, item);
      return item.element;
    },
    update(element, comment) {
      if (latest === null) return;
      items.get(element)?.show(comment, rightsOf(comment.author, latest.speaker, latest.mayComment));
    },
  });

  return {
    element: h('li', {}, card),
    show(view) {
      latest = view;
      const { thread, mayComment, isActive } = view;
      const { resolved } = thread;
      card.setAttribute('aria-label', word('threadBy', { name: nameOf(thread.author.name, word) }));
      card.classList.toggle('is-active', isActive);
      quote.hidden = thread.quote === '';
      quote.textContent = thread.quote;
      settled.hidden = resolved === null;
      settled.textContent = resolved === null ? '' : word('resolvedBy', { name: nameOf(resolved.by.name, word) });
      showComments(thread.comments);
      reply.hidden = !mayComment || resolved !== null;
      settle.hidden = !mayComment;
      const words = word(resolved === null ? 'resolve' : 'reopen');
      if (settle.textContent !== words) settle.replaceChildren(resolved === null ? check() : reopen(), words);
    },
  };
}
