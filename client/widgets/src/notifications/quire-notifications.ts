import type { Client, EventGap, ReceivedEvent, Room } from '@quire/client';
import { h } from '../base/h.ts';
import type { Held } from '../base/held.ts';
import { QuireElement, reflect } from '../base/quire-element.ts';
import { bell, check, cross } from '../parts/icons.ts';
import { createKeyedList } from '../parts/keyed-list.ts';
import { formatMoment } from '../parts/moment.ts';
import { type NoticeStore, noticesKey, openNoticeStore } from './notice-store.ts';
import {
  addNotice,
  countUnread,
  markAllRead,
  markRead,
  mergeNotices,
  type Notice,
  type Notices,
  parseNotice,
} from './notices.ts';
import { notificationStyles } from './styles.ts';
import { createToasts, type Toasts } from './toasts.ts';
import { notificationWords } from './words.ts';

const DEFAULT_CHANNEL = 'notification';
/** Between the list and the edge of the page. */
const MARGIN_PX = 8;

interface ShownNotices {
  readonly toasts: Toasts;
  readonly render: () => void;
}

/** Where the notices of one room are kept, once it is known whose they are. */
interface Kept {
  readonly room: Room;
  readonly channel: string;
  /** As the page names them; empty: as the server does. */
  readonly person: string;
  notices: Notices;
  gap: EventGap | null;
  store: NoticeStore | null;
}

/** What somebody is told: at once at the edge of the page, and in a list for later. */
export class QuireNotifications extends QuireElement {
  static override readonly tag = 'quire-notifications';
  static override readonly hasStatusLine = false;
  static override readonly styles = notificationStyles;
  static override readonly words = notificationWords;
  static override readonly properties: readonly string[] = [...QuireElement.properties, 'channel'];
  #kept: Kept | null = null;
  #shown: ShownNotices | null = null;

  static override get observedAttributes(): readonly string[] {
    return [...QuireElement.observedAttributes, 'channel', 'person'];
  }

  /** The name of the events. */
  get channel(): string {
    return this.getAttribute('channel')?.trim() || DEFAULT_CHANNEL;
  }

  set channel(value: string | null | undefined) {
    reflect(this, 'channel', value);
  }

  /** The newest first. */
  get notices(): Notices {
    return this.#kept?.notices ?? [];
  }

  get unread(): number {
    return countUnread(this.notices);
  }

  markAllRead(): void {
    this.#change(markAllRead(this.notices));
  }

  markRead(id: string): void {
    this.#change(markRead(this.notices, id));
  }

  protected override changed(): void {
    this.showAgain();
  }

  protected override show({ room, root, client, signal }: Held): () => void {
    const { channel } = this;
    const kept = this.#keepFor(room);
    const toasts = createToasts({ render: (notice, dismiss) => this.#toast(notice, dismiss) });
    const panel = this.#createPanel(signal);
    root.append(h('div', { class: 'anchor' }, panel.button, panel.element), toasts.element);
    this.#shown = { toasts, render: panel.render };
    panel.render();
    room.events.onGap((gap) => this.#missed(kept, gap), { signal });
    room.events.on(channel, (event) => this.#hear(event), { signal });
    void this.#remember(kept, client, signal);

    return () => {
      toasts.close();
      this.#shown = null;
    };
  }

  /** The same list as before, unless it is another's, or of another place: then nobody is shown what the one before was told. */
  #keepFor(room: Room): Kept {
    const { channel } = this;
    const person = this.getAttribute('person')?.trim() ?? '';
    const known = this.#kept;
    if (known?.room === room && known.channel === channel && known.person === person) return known;
    const before = this.unread;
    const kept: Kept = { room, channel, person, notices: [], gap: null, store: null };
    this.#kept = kept;
    this.#tellUnread(before);
    return kept;
  }

  /** What this device knows of before, and what another tab of this person reads. */
  async #remember(kept: Kept, client: Client, signal: AbortSignal): Promise<void> {
    const person = await this.#findPerson(client, kept, signal);
    if (signal.aborted) return;
    const key = noticesKey({ server: this.settings.server ?? location.origin, document: kept.room.name, person });
    const store = openNoticeStore(findStorage(), `${key} ${kept.channel}`, document.baseURI);
    kept.store = store;
    this.#change(mergeNotices(kept.notices, store.load()));
    const follow = (event: StorageEvent) => {
      if (event.key === `${key} ${kept.channel}`) this.#show(kept, mergeNotices(kept.notices, store.load()));
    };
    window.addEventListener('storage', follow, { signal });
  }

  /** Whom the server knows them as. It is asked once; guests, and those whom it does not answer, are one person to this device. */
  async #findPerson(client: Client, { room, person }: Kept, signal: AbortSignal): Promise<string> {
    if (person !== '') return person;
    const whenIn = Promise.withResolvers<void>();
    const stop = room.status.subscribe(({ admissions }) => {
      if (admissions > 0) whenIn.resolve();
    });
    if (room.status.get().admissions > 0) whenIn.resolve();
    signal.addEventListener('abort', () => whenIn.resolve(), { once: true });
    await whenIn.promise;
    stop();
    if (signal.aborted) return '';
    // Not by `client.api`: its schemas are many times what asks here, and try to make code from text, which a strict policy reports.
    const comments = client.openComments(room.name);
    try {
      return (await comments.you()).id;
    } catch {
      return '';
    } finally {
      comments.leave();
    }
  }

  #hear({ id, at, data }: ReceivedEvent): void {
    const notice = parseNotice(data, { id, at }, document.baseURI);
    const kept = this.#kept;
    if (notice === null || kept === null) return;
    const notices = addNotice(kept.notices, notice);
    if (notices === kept.notices) return;
    this.#change(notices);
    if (!this.hasAttribute('no-toasts')) this.#shown?.toasts.show(notice);
    this.tell('notification', { notice });
  }

  #missed(kept: Kept, gap: EventGap): void {
    kept.gap = gap;
    this.#shown?.render();
    this.tell('gap', { gap });
  }

  #change(notices: Notices): void {
    const kept = this.#kept;
    if (kept === null) return;
    this.#show(kept, notices);
    kept.store?.save(mergeNotices(notices, kept.store.load()));
  }

  #show(kept: Kept, notices: Notices): void {
    const before = countUnread(kept.notices);
    kept.notices = notices;
    for (const { id, isRead } of notices) if (isRead) this.#shown?.toasts.dismiss(id);
    this.#shown?.render();
    this.#tellUnread(before);
  }

  #tellUnread(before: number): void {
    const now = this.unread;
    if (now === before) return;
    reflect(this, 'unread', now === 0 ? null : String(now));
    this.tell('unread', { count: now });
  }

  #createPanel(signal: AbortSignal): { readonly button: HTMLElement; readonly element: HTMLElement; render(): void } {
    const count = h('span', { class: 'count', part: 'count', 'aria-hidden': 'true' });
    const button = h(
      'button',
      { class: 'bell', part: 'bell', type: 'button', 'aria-expanded': 'false', 'aria-controls': 'panel' },
      bell(),
      count,
    );
    const all = h(
      'button',
      {
        type: 'button',
        part: 'read-all',
        onclick: () => {
          this.markAllRead();
          // The button that was pressed is gone: the keyboard goes on in the list.
          scroll.focus();
        },
      },
      this.word('readAll'),
    );
    const gap = h('p', { class: 'gap', part: 'gap', role: 'status', hidden: true });
    const empty = h('p', { class: 'empty', part: 'empty' }, this.word('empty'));
    const list = h('ol', { class: 'list', part: 'list' });
    const head = h('div', { class: 'panel-head' }, h('h2', { id: 'title' }, this.word('title')), all);
    const scroll = h(
      'div',
      { class: 'scroll', tabindex: 0, role: 'group', 'aria-labelledby': 'title' },
      gap,
      empty,
      list,
    );
    const element = h(
      'section',
      { id: 'panel', class: 'panel', part: 'panel', 'aria-labelledby': 'title', hidden: true },
      head,
      scroll,
    );

    const open = (isOpen: boolean) => {
      element.hidden = !isOpen;
      button.setAttribute('aria-expanded', String(isOpen));
      if (isOpen) keepInView(element, button);
    };
    button.addEventListener('click', () => open(element.hidden !== false));
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || element.hidden !== false) return;
      event.stopPropagation();
      open(false);
      button.focus();
    };
    this.addEventListener('keydown', onKey, { signal });
    const onElsewhere = (event: Event) => {
      if (!event.composedPath().includes(this)) open(false);
    };
    document.addEventListener('pointerdown', onElsewhere, { signal });

    const showList = createKeyedList<Notice, HTMLLIElement>(list, {
      keyOf: ({ id }) => id,
      create: () => h('li', { class: 'notice', part: 'notice' }),
      update: (item, notice) => this.#describe(item, notice),
    });
    const render = () => {
      const { notices, unread } = this;
      count.dataset.count = String(unread);
      count.hidden = unread === 0;
      button.setAttribute('aria-label', this.#nameOf(unread));
      all.hidden = unread === 0;
      empty.hidden = notices.length > 0;
      const missed = this.#kept?.gap ?? null;
      gap.hidden = missed === null;
      gap.textContent = missed === null ? '' : this.word(missed);
      showList(notices);
    };
    return { button, element, render };
  }

  #nameOf(unread: number): string {
    if (unread === 0) return this.word('open');
    return unread === 1 ? this.word('openOne') : this.word('openMany', { count: unread });
  }

  #describe(item: HTMLElement, notice: Notice): void {
    const look = String(notice.isRead);
    if (item.dataset.look === look) return;
    item.dataset.look = look;
    item.dataset.severity = notice.severity;
    item.classList.toggle('unread', !notice.isRead);
    const read = () => {
      this.markRead(notice.id);
      item.closest<HTMLElement>('.scroll')?.focus();
    };
    const label = this.word('read', { title: notice.title });
    const button = h('button', { type: 'button', 'aria-label': label, title: label, onclick: read }, check());
    item.replaceChildren(h('span', { class: 'mark' }), this.#words(notice, read), ...(notice.isRead ? [] : [button]));
  }

  #words({ title, body, href, severity, at, isRead }: Notice, onRead: () => void): HTMLElement {
    const link =
      href !== null && h('a', { href, target: '_blank', rel: 'noopener noreferrer', onclick: onRead }, title);
    return h(
      'div',
      { class: 'words' },
      !isRead && h('span', { class: 'unseen' }, this.word('unread')),
      severity !== 'info' && h('p', { class: 'headline severity' }, this.word(severity)),
      h('p', { class: 'headline', part: 'title' }, link || title),
      body !== '' && h('p', { class: 'body', part: 'body' }, body),
      h('time', { class: 'time', datetime: new Date(at).toISOString() }, formatMoment(at, Date.now(), this.locale)),
    );
  }

  #toast(notice: Notice, dismiss: () => void): readonly Node[] {
    const label = this.word('dismiss', { title: notice.title });
    // Who dismisses it has read it; who lets it pass has not.
    const read = () => {
      dismiss();
      this.markRead(notice.id);
    };
    const close = h('button', { type: 'button', 'aria-label': label, title: label, onclick: read }, cross());
    return [h('span', { class: 'mark' }), this.#words(notice, read), close];
  }
}

/** Lined up with the end of the bell, but never beyond the edges of the page. */
function keepInView(panel: HTMLElement, bell: HTMLElement): void {
  const { left, right } = bell.getBoundingClientRect();
  const furthest = document.documentElement.clientWidth - panel.offsetWidth - MARGIN_PX;
  const wanted = Math.max(MARGIN_PX, Math.min(right - panel.offsetWidth, furthest));
  panel.style.setProperty('--shift', `${wanted - left}px`);
}

/** A browser that keeps nothing for a page throws already when it is asked for the place. */
function findStorage(): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}
