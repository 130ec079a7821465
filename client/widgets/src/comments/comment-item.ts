import { type Comment, MAX_COMMENT_LENGTH } from '@quire/client';
import { h } from '../base/h.ts';
import { createComposer } from '../parts/composer.ts';
import { formatMoment } from '../parts/moment.ts';
import type { Rights } from './threads.ts';
import type { commentsWords } from './words.ts';

export type Word = (key: keyof typeof commentsWords, values?: Readonly<Record<string, string>>) => string;

export interface CommentItemOptions {
  readonly word: Word;
  readonly locale: string | undefined;
  onChange(text: string): Promise<unknown>;
  onWithdraw(): void;
  explain(error: unknown): string;
}

export interface CommentItem {
  readonly element: HTMLLIElement;
  show(comment: Comment, rights: Rights): void;
}

/** One comment of a thread, and where its author changes it. */
export function createCommentItem({ word, locale, onChange, onWithdraw, explain }: CommentItemOptions): CommentItem {
  const element = h('li', { class: 'comment', part: 'comment' });
  let shown = '';
  let isChanging = false;
  let latest: (() => void) | null = null;

  const show = (comment: Comment, rights: Rights) => {
    latest = () => show(comment, rights);
    const look = JSON.stringify([comment, rights]);
    // What somebody is writing is not taken from under their hands.
    if (isChanging || shown === look) return;
    shown = look;
    const name = nameOf(comment.author.name, word);
    const edit =
      rights.mayChange &&
      h(
        'button',
        { class: 'small', type: 'button', 'aria-label': word('editBy'), onclick: () => change(comment) },
        word('edit'),
      );
    const label = word('deleteBy', { name });
    const remove =
      rights.mayWithdraw &&
      h('button', { class: 'small', type: 'button', 'aria-label': label, onclick: onWithdraw }, word('delete'));
    const moment = formatMoment(Date.parse(comment.time), Date.now(), locale);
    const time = h(
      'time',
      { class: 'time', datetime: comment.time },
      comment.edited === null ? moment : `${moment}, ${word('edited')}`,
    );
    element.replaceChildren(
      h('div', { class: 'comment-head' }, h('span', { class: 'author', part: 'author' }, name), time),
      h('p', { class: 'text', part: 'text' }, comment.text),
    );
    if (edit !== false || remove !== false) element.append(h('div', {}, edit, remove));
  };
  const end = () => {
    isChanging = false;
    shown = '';
    latest?.();
    element.querySelector('button')?.focus();
  };
  const change = (comment: Comment) => {
    isChanging = true;
    const { element: form, field } = createComposer({
      label: word('editBy'),
      submitLabel: word('save'),
      cancelLabel: word('cancel'),
      text: comment.text,
      maxLength: MAX_COMMENT_LENGTH,
      sendsOnEnter: false,
      explain,
      onCancel: end,
      async onSubmit(text) {
        await onChange(text);
        end();
      },
    });
    element.replaceChildren(form);
    field.focus();
  };
  return { element, show };
}

export function nameOf(name: string, word: Word): string {
  return name === '' ? word('guest') : name;
}
