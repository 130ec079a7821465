import type { EventGap, ReceivedEvent, Room } from '@quire/client';
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

/** What one person is told in one room. */
interface Kept {
  readonly room: Room;
  readonly channel: string;
  /** As the page names them; empty: as the server does. */
  readonly named: string;
  /** Null until it is known whose they are: until then no device keeps them, for the next person there would find them. */
  store: NoticeStore | null;
  notices: Notices;
  gap: EventGap | null;
}

/** What somebody is told: at once at the edge of the page, and in a list for later. */
export class QuireNotifications extends QuireElement {
  static override readonly tag = 'quire-notifications';
  static override readonly hasStatusLine = false;
  static override readonly styles = notificationStyles;
  static override readonly words = notificationWords;
  static override readonly properties: readonly string[] = [
    ...QuireElement.properties,
    'channel',
    'person',
    'noToasts',
  ];
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

  /** Whose list this is on this device; null: whom the server takes them for. */
  get person(): string | null {
    return this.getAttribute('person');
  }

  set person(value: string | null | undefined) {
    reflect(this, 'person', value);
  }

  /** Only the list, nothing at the edge of the page. */
  get noToasts(): boolean {
    return this.hasAttribute('no-toasts');
  }

  set noToasts(value: boolean | null | undefined) {
    this.toggleAttribute('no-toasts', value ?? false);
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

  protected override show({ room, root, signal }: Held): () => void {
    const { channel } = this;
    const toasts = createToasts({ render: (notice, dismiss) => this.#toast(notice, dismiss) });
    const panel = this.#createPanel(signal);
    root.append(h('div', { class: 'anchor' }, panel.button, panel.element), toasts.element);
    const kept = this.#keepFor(room);
    this.#shown = { toasts, render: panel.render };
    panel.render();
    const stop = room.userId.subscribe(() => {
      // Somebody else has signed in: of what the one before was told nothing stays on the screen.
      if (this.#keepFor(room) !== kept) this.showAgain();
    });
    room.events.onGap((gap) => this.#missed(kept, gap), { signal });
    room.events.on(channel, (event) => this.#hear(event), { signal });
    window.addEventListener('storage', ({ key }) => this.#readAgain(key), { signal });

    return () => {
      stop();
      toasts.close();
      this.#shown = null;
    };
  }

  /** The same list as before, unless it is another's, or of another place: then nobody is shown what the one before was told. */
  #keepFor(room: Room): Kept {
    const { channel } = this;
    const named = this.person?.trim() ?? '';
    const key = this.#findKey(room, named);
    const known = this.#kept;
    const isSamePlace = known?.room === room && known.channel === channel && known.named === named;
    const isSame = isSamePlace && (known.store === null || known.store.key === key);
    const kept: Kept = isSame ? known : { room, channel, named, store: null, notices: [], gap: null };
    const before = this.unread;
    this.#kept = kept;
    this.#tellUnread(before);
    if (kept.store === null && key !== null) {
      kept.store = openNoticeStore(findStorage(), key, document.baseURI);
      this.#change(mergeNotices(kept.notices, kept.store.load()));
    }
    return kept;
  }

  /**
   * What this device keeps it under; null while the server has yet to say who this is. It says so when it lets somebody in, be there
   * a document or not.
   */
  #findKey({ name, userId }: Room, named: string): string | null {
    const person = named === '' ? userId.get() : named;
    if (person === null) return null;
    const server = this.settings.server ?? location.origin;
    return `${noticesKey({ server, document: name, person })} ${this.channel}`;
  }

  /** Another tab of this person was told more, or something was read there. */
  #readAgain(key: string | null): void {
    const kept = this.#kept;
    if (kept === null || kept.store === null || kept.store.key !== key) return;
    this.#show(kept, mergeNotices(kept.notices, kept.store.load()));
  }

  #hear({ id, at, data }: ReceivedEvent): void {
    const notice = parseNotice(data, { id, at }, document.baseURI);
    const kept = this.#kept;
    if (notice === null || kept === null) return;
    const notices = addNotice(kept.notices, notice);
    if (notices === kept.notices) return;
    this.#change(notices);
    if (!this.noToasts) this.#shown?.toasts.show(notice);
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
