import { type Comments, MAX_COMMENT_LENGTH, QuireError, type Room, type Thread } from '@quire/client';
import { h } from '../base/h.ts';
import { follow, type Held } from '../base/held.ts';
import { QuireElement, reflect } from '../base/quire-element.ts';
import { isSameText, type SelectedText } from '../document/comments/selected-text.ts';
import { createComposer } from '../parts/composer.ts';
import { cross } from '../parts/icons.ts';
import { createKeyedList } from '../parts/keyed-list.ts';
import { findEditor, type MarkedEditor } from './marked-editor.ts';
import { type SpeakerWatch, watchSpeaker } from './speaker.ts';
import { commentsStyles } from './styles.ts';
import { createThreadCard, type ThreadCard } from './thread-card.ts';
import { filters, filterThreads, readFilter, type ThreadFilter } from './threads.ts';
import { commentsWords } from './words.ts';

interface ShownComments {
  readonly comments: Comments;
  readonly speaker: SpeakerWatch;
  readonly field: HTMLTextAreaElement;
  readonly cards: WeakMap<Element, ThreadCard>;
  readonly list: HTMLElement;
  readonly render: () => void;
  readonly renderNew: () => void;
  readonly say: (words: string) => void;
}

/** The threads of a document, beside whatever shows its text. */
export class QuireComments extends QuireElement {
  static override readonly tag = 'quire-comments';
  static override readonly styles = commentsStyles;
  static override readonly words = commentsWords;
  static override readonly properties: readonly string[] = [...QuireElement.properties, 'filter', 'htmlFor'];
  #shown: ShownComments | null = null;
  /** What is chosen was chosen there. */
  #room: Room | null = null;
  #active: string | null = null;
  /** What the next comment is about; null: the whole document. */
  #about: SelectedText | null = null;

  static override get observedAttributes(): readonly string[] {
    return [...QuireElement.observedAttributes, 'for', 'filter'];
  }

  /** The id of the editor whose text is commented on. */
  get htmlFor(): string | null {
    return this.getAttribute('for');
  }

  set htmlFor(value: string | null | undefined) {
    reflect(this, 'for', value);
  }

  get filter(): ThreadFilter {
    return readFilter(this.getAttribute('filter'));
  }

  set filter(value: ThreadFilter | null | undefined) {
    reflect(this, 'filter', value);
  }

  /** As everybody sees them, the oldest first. */
  get threads(): readonly Thread[] {
    return this.#shown?.comments.threads.get() ?? [];
  }

  /** Puts the focus where a comment is begun, about what is selected in the editor now. */
  override focus(options?: FocusOptions): void {
    this.#takeSelection();
    this.#shown?.field.focus(options);
  }

  protected override changed(): void {
    this.#shown?.render();
    this.#shown?.renderNew();
  }

  protected override show({ room, root, signal }: Held): () => void {
    if (this.#room !== room) {
      this.#room = room;
      this.#about = null;
      this.#active = null;
    }
    const { comments } = room;
    const word = (key: keyof typeof commentsWords, values?: Readonly<Record<string, string>>) => this.word(key, values);
    const filterButtons = filters.map((filter) =>
      h('button', { type: 'button', 'data-filter': filter, onclick: () => this.#choose(filter) }),
    );
    const quote = h('blockquote', { class: 'quote' });
    const forget = h(
      'button',
      { type: 'button', 'aria-label': word('wholeDocument'), title: word('wholeDocument') },
      cross(),
    );
    const about = h('div', { class: 'about' }, quote, forget);
    const { element: composer, field } = createComposer({
      label: word('newAboutAll'),
      submitLabel: word('comment'),
      maxLength: MAX_COMMENT_LENGTH,
      sendsOnEnter: false,
      explain: (error) => this.#explain(error),
      onSubmit: (text) => this.#start(comments, text),
    });
    const newThread = h('section', { class: 'new', part: 'new', 'aria-label': word('comment') }, about, composer);
    const said = h('p', { class: 'said', part: 'notice', role: 'status' });
    const empty = h('p', { class: 'empty', part: 'empty' });
    const list = h('ol', { part: 'threads', 'aria-label': word('threads') });
    const filterBox = h(
      'div',
      { class: 'filters', part: 'filters', role: 'group', 'aria-label': word('filter') },
      ...filterButtons,
    );
    root.append(
      h('div', { class: 'head', part: 'head' }, h('h2', {}, word('title')), filterBox),
      newThread,
      said,
      empty,
      list,
    );

    const cards = new WeakMap<Element, ThreadCard>();
    const speaker = watchSpeaker(comments, signal, () => render());
    const say = (words: string) => {
      said.textContent = words;
    };
    const showThreads = createKeyedList<Thread, HTMLLIElement>(list, {
      keyOf: ({ id }) => id,
      create: ({ id }) => this.#createCard(id, comments, cards, say),
      update: (element, thread) => {
        // Hidden, but there: somebody may have begun a reply, and what they wrote is theirs whatever others do with the thread.
        element.hidden = filterThreads([thread], this.filter).length === 0;
        const isActive = thread.id === this.#active;
        cards
          .get(element)
          ?.show({ thread, speaker: speaker.speaker, mayComment: comments.status.get().canEdit, isActive });
      },
    });
    const render = () => {
      const threads = comments.threads.get();
      const { filter } = this;
      const shown = filterThreads(threads, filter);
      for (const [at, each] of filters.entries()) {
        const button = filterButtons[at];
        if (button === undefined) continue;
        button.setAttribute('aria-pressed', String(each === filter));
        button.textContent = `${word(each)} (${filterThreads(threads, each).length})`;
      }
      showThreads(threads);
      empty.hidden = shown.length > 0;
      const { error, loaded } = comments.status.get();
      if (!loaded) empty.textContent = error?.message ?? word('loading');
      else empty.textContent = word(filter === 'resolved' ? 'emptyResolved' : 'empty');
      this.#editor?.showThreads?.({
        threads: new Set(filterThreads(threads, 'open').map(({ id }) => id)),
        active: this.#active,
      });
    };
    const renderNew = () => {
      newThread.hidden = !comments.status.get().canEdit;
      about.hidden = this.#about === null;
      quote.textContent = this.#about?.quote ?? '';
      const label = word(this.#about === null ? 'newAboutAll' : 'newAbout');
      field.setAttribute('aria-label', label);
      field.placeholder = label;
    };
    this.#shown = { comments, speaker, field, cards, list, render, renderNew, say };

    forget.addEventListener('click', () => {
      this.#about = null;
      renderNew();
      field.focus();
    });
    field.addEventListener('focus', () => this.#takeSelection());
    // Selecting text says what one would comment on; who has begun to write goes on about what they began with.
    document.addEventListener('selectionchange', () => this.#takeSelection(), { signal });
    this.#listenToEditor(signal);
    follow(comments.threads, signal, () => {
      speaker.nudge();
      render();
    });
    follow(comments.status, signal, () => {
      render();
      renderNew();
    });

    return () => {
      this.#shown = null;
      this.#editor?.showThreads?.({ threads: new Set(), active: null });
    };
  }

  get #editor(): MarkedEditor | null {
    return findEditor(this, this.htmlFor);
  }

  #listenToEditor(signal: AbortSignal): void {
    // In the tree that both are in: the editor may come later, or become another.
    const tree = this.getRootNode();
    const isOurs = (event: Event) => event.target !== null && event.target === this.#editor;
    tree.addEventListener('quire-ready', (event) => isOurs(event) && this.#shown?.render(), { signal });
    tree.addEventListener(
      'quire-thread',
      (event) => {
        const { thread } = (event as CustomEvent<{ readonly thread: string }>).detail;
        if (isOurs(event)) this.#activate(thread);
      },
      { signal },
    );
  }

  #takeSelection(): void {
    const shown = this.#shown;
    if (shown === null || shown.field.value.trim() !== '') return;
    const selected = this.#editor?.readSelection() ?? null;
    // The caret alone is about nothing; a text that is already chosen stays so until another one is.
    if (selected === null || isSameText(selected, this.#about)) return;
    this.#about = selected;
    shown.renderNew();
  }

  #choose(filter: ThreadFilter): void {
    this.filter = filter;
  }

  async #start(comments: Comments, text: string): Promise<void> {
    const about = this.#about;
    const { id } = await comments.start(text, about?.range);
    // Another document may be shown by now, or another text be chosen.
    if (this.#shown?.comments === comments) {
      if (this.#about === about) this.#about = null;
      this.#active = id;
      this.#shown.renderNew();
      this.#shown.render();
    }
    this.tell('comment', { action: 'start', thread: id });
  }

  #createCard(
    id: string,
    comments: Comments,
    cards: WeakMap<Element, ThreadCard>,
    say: (words: string) => void,
  ): HTMLLIElement {
    const card = createThreadCard({
      thread: id,
      comments,
      word: (key, values) => this.word(key, values),
      locale: this.locale,
      explain: (error) => this.#explain(error),
      onReveal: () => this.#reveal(id, say),
      onDone: (deed) => {
        say('');
        this.tell('comment', deed);
      },
      onFailed: (error) => {
        say(this.#explain(error));
        this.fail(error);
      },
    });
    cards.set(card.element, card);
    return card.element;
  }

  #reveal(thread: string, say: (words: string) => void): void {
    this.#activate(thread);
    say(this.#editor?.revealThread?.(thread) === false ? this.word('gone') : '');
  }

  /** The thread that is read, here and in the text. */
  #activate(thread: string): void {
    const shown = this.#shown;
    if (shown === null) return;
    this.#active = thread;
    const isHidden = !filterThreads(this.threads, this.filter).some(({ id }) => id === thread);
    if (isHidden) this.filter = 'all';
    shown.render();
    shown.list.querySelector('.is-active')?.scrollIntoView({ block: 'nearest' });
  }

  #explain(error: unknown): string {
    return error instanceof QuireError ? error.message : this.word('failed');
  }
}
