import { type EventGap, QuireError, type ReceivedEvent, type Room } from '@quire/client';
import { h } from '../base/h.ts';
import type { Held } from '../base/held.ts';
import { initialsOf } from '../base/initials.ts';
import { colorFor, safeColor } from '../base/presence-colors.ts';
import { QuireElement, reflect } from '../base/quire-element.ts';
import { createComposer } from '../parts/composer.ts';
import { check, down } from '../parts/icons.ts';
import { createKeyedList } from '../parts/keyed-list.ts';
import { formatMoment } from '../parts/moment.ts';
import { type Attention, watchAttention } from './attention.ts';
import {
  type Author,
  begin,
  type Conversation,
  discard,
  hear,
  type Message,
  noteFailed,
  noteGap,
  noteSent,
  nothingSaid,
  retry,
} from './conversation.ts';
import { type LogRow, layOutLog } from './lay-out-log.ts';
import { MAX_TEXT_LENGTH, parseSaid } from './said.ts';
import { chatStyles } from './styles.ts';
import { watchTyping } from './typing.ts';
import { arrive, nothingUnread, see, type Unread } from './unread.ts';
import { chatWords } from './words.ts';

const DEFAULT_CHANNEL = 'chat';

/** What is shown of one room. */
interface ShownChat {
  readonly room: Room;
  readonly channel: string;
  readonly field: HTMLTextAreaElement;
  readonly newer: HTMLButtonElement;
  readonly attention: Attention;
  readonly showRows: (rows: readonly LogRow[]) => void;
}

/** A conversation of those who are in the room. */
export class QuireChat extends QuireElement {
  static override readonly tag = 'quire-chat';
  static override readonly styles = chatStyles;
  static override readonly words = chatWords;
  static override readonly properties: readonly string[] = [...QuireElement.properties, 'channel'];
  #shown: ShownChat | null = null;
  #conversation: Conversation = nothingSaid;
  #unread: Unread = nothingUnread;
  /** Whose words are in the log: the same room in other words, or another one. */
  #heardIn: { readonly room: Room; readonly channel: string } | null = null;
  #refs = 0;

  static override get observedAttributes(): readonly string[] {
    return [...QuireElement.observedAttributes, 'channel'];
  }

  /** The name of the events that the messages are. */
  get channel(): string {
    return this.getAttribute('channel')?.trim() || DEFAULT_CHANNEL;
  }

  set channel(value: string | null | undefined) {
    reflect(this, 'channel', value);
  }

  /** How many messages of others nobody has looked at. */
  get unread(): number {
    return this.#unread.count;
  }

  /** Puts the focus where one writes. */
  override focus(options?: FocusOptions): void {
    this.#shown?.field.focus(options);
  }

  /**
   * Resolves once the server has taken the message; what fails is also shown in the log, and can be tried again there.
   *
   * @throws {RangeError} where the text is longer than others would be shown of it
   * @throws {QuireError} whatever sending it is refused for
   */
  async send(text: string): Promise<void> {
    const shown = this.#shown;
    if (shown === null) throw new Error('A message was given to <quire-chat> before it was in a room.');
    const said = text.trim();
    if (said.length > MAX_TEXT_LENGTH) {
      throw new RangeError(
        `A message in <quire-chat> has at most ${MAX_TEXT_LENGTH} characters, and this one ${said.length}: send it in parts.`,
      );
    }
    if (said !== '') await this.#say(shown, said);
  }

  protected override changed(): void {
    this.showAgain();
  }

  protected override show({ room, root, signal }: Held): () => void {
    const { channel } = this;
    if (this.#heardIn?.room !== room || this.#heardIn.channel !== channel) {
      this.#heardIn = { room, channel };
      this.#conversation = nothingSaid;
      this.#changeUnread(nothingUnread);
    }

    const empty = h('p', { class: 'empty', part: 'empty' }, this.word('empty'));
    const rows = h('ol');
    const log = h(
      'div',
      { class: 'log', part: 'log', role: 'log', tabindex: 0, 'aria-label': this.word('log') },
      empty,
      rows,
    );
    const newer = h('button', { class: 'newer', part: 'newer', type: 'button', hidden: true });
    const typing = h('p', { class: 'typing', part: 'typing' });
    const watch = watchTyping(room.presence, channel, (names) => {
      typing.textContent = this.#sayTyping(names);
    });
    const { element: composer, field } = createComposer({
      label: this.word('write'),
      submitLabel: this.word('send'),
      maxLength: MAX_TEXT_LENGTH,
      sendsOnEnter: true,
      onSubmit: (text) => {
        // Shown in the log at once, as not sent yet, and there if it fails: the field is free for the next message.
        this.send(text).catch(() => {});
        return undefined;
      },
      onInput: (text) => watch.noteInput(text),
    });
    root.append(h('div', { class: 'log-box' }, log, newer), typing, composer);

    const list = createKeyedList<LogRow, HTMLLIElement>(rows, {
      keyOf: ({ key }) => key,
      create: (row) => this.#createRow(row),
      update: (element, row) => this.#updateRow(element, row),
    });
    const attention = watchAttention(log, () => this.#look());
    const showRows = (all: readonly LogRow[]) => {
      empty.hidden = all.length > 0;
      list(all);
    };
    this.#shown = { room, channel, field, newer, attention, showRows };
    newer.addEventListener('click', () => {
      attention.scrollToEnd();
      this.#look();
      field.focus();
    });
    room.events.onGap((gap) => this.#missed(gap), { signal });
    room.events.on(channel, (event) => this.#hear(event), { signal });
    this.#render();
    attention.scrollToEnd();

    return () => {
      this.#shown = null;
      watch.close();
      attention.close();
    };
  }

  #hear({ id, at, data, from, isMine }: ReceivedEvent): void {
    const said = parseSaid(data);
    if (said === null) return;
    this.#conversation = hear(this.#conversation, { ...said, id, at, isMine, author: from });
    const key = isMine && said.ref !== null ? said.ref : id;
    this.#changeUnread(arrive(this.#unread, { key, isMine }, this.#shown?.attention.isOnEnd === true));
    this.#render();
    this.tell('message', { id, at, text: said.text, from, isMine });
  }

  #missed(gap: EventGap): void {
    this.#conversation = noteGap(this.#conversation, gap);
    this.#render();
    this.tell('gap', { gap });
  }

  async #say(shown: ShownChat, text: string): Promise<void> {
    this.#refs += 1;
    const ref = `${shown.room.awareness.clientID.toString(36)}-${Date.now().toString(36)}-${this.#refs}`;
    const me = shown.room.presence.people.get().find(({ isMe }) => isMe);
    const author: Author = { id: '', name: me?.name ?? '', clientId: shown.room.awareness.clientID };
    this.#conversation = begin(this.#conversation, { ref, text, author, at: Date.now() });
    this.#changeUnread(nothingUnread);
    this.#render();
    shown.attention.scrollToEnd();
    await this.#deliver(shown, ref, text);
  }

  async #deliver({ room, channel }: ShownChat, ref: string, text: string): Promise<void> {
    // Whose log this is may change while the server is asked.
    const isHere = () => this.#heardIn?.room === room && this.#heardIn.channel === channel;
    const sent = await room.events.send(channel, { text, ref }).catch((error: unknown) => {
      if (isHere()) {
        this.#conversation = noteFailed(this.#conversation, ref, this.#explain(error));
        this.#render();
        this.fail(error);
      }
      throw error;
    });
    if (!isHere()) return;
    this.#conversation = noteSent(this.#conversation, ref, sent);
    this.#render();
  }

  #explain(error: unknown): { readonly reason: string; readonly canRetry: boolean } {
    const notSent = (reason: string) => this.word('failed', { reason });
    if (!(error instanceof QuireError)) return { reason: notSent(String(error)), canRetry: true };
    if (error.code === 'unconfirmed') return { reason: this.word('unconfirmed'), canRetry: true };
    if (error.problem === 'forbidden') return { reason: notSent(this.word('forbidden')), canRetry: true };
    const isForGood =
      error.problem === 'event-too-large' || error.problem === 'bad-event' || error.code === 'room-closed';
    return { reason: notSent(error.message), canRetry: !isForGood };
  }

  /** Somebody may be looking. */
  #look(): void {
    if (this.#shown?.attention.isOnEnd === true) this.#changeUnread(see(this.#unread));
    this.#showNewer();
  }

  #changeUnread(unread: Unread): void {
    const before = this.#unread;
    this.#unread = unread;
    if (before.count === unread.count) return;
    reflect(this, 'unread', unread.count === 0 ? null : String(unread.count));
    this.tell('unread', { count: unread.count });
  }

  #render(): void {
    const shown = this.#shown;
    if (shown === null) return;
    // Who reads further up is not taken away from there; who was at the end stays there.
    const { attention } = shown;
    const wasAtEnd = attention.isAtEnd;
    shown.showRows(layOutLog(this.#conversation, this.#unread.first));
    if (wasAtEnd) attention.scrollToEnd();
    this.#showNewer();
  }

  #showNewer(): void {
    const shown = this.#shown;
    if (shown === null) return;
    const { count } = this.#unread;
    shown.newer.hidden = count === 0 || shown.attention.isAtEnd;
    const words = count === 1 ? this.word('newMessage') : this.word('newMessages', { count });
    shown.newer.replaceChildren(down(), words);
  }

  #sayTyping([name, other, ...more]: readonly string[]): string {
    if (name === undefined) return '';
    if (other === undefined) return this.word('typing', { name });
    return more.length === 0 ? this.word('typingTwo', { name, other }) : this.word('typingMany');
  }

  #createRow(row: LogRow): HTMLLIElement {
    switch (row.kind) {
      case 'cut':
        return h('li', { class: 'cut', part: 'cut' }, this.word('cut'));
      case 'gap':
        return h('li', { class: 'gap', part: 'gap' }, this.word(row.gap));
      case 'unread':
        return h('li', { class: 'divider', part: 'divider' }, this.word('new'));
      case 'message':
        return h('li', { class: 'message', part: 'message' });
      default:
        return row satisfies never;
    }
  }

  #updateRow(element: HTMLLIElement, row: LogRow): void {
    if (row.kind === 'gap') element.textContent = this.word(row.gap);
    if (row.kind !== 'message') return;
    const { message, startsGroup } = row;
    const { delivery } = message;
    // A line is written once for each way in which it can look: it is not read out again because another one came.
    const look = JSON.stringify([startsGroup, delivery, message.at, message.author.name]);
    if (element.dataset.look === look) return;
    element.dataset.look = look;
    element.dataset.state = delivery.state;
    element.classList.toggle('starts', startsGroup);
    element.setAttribute('part', message.isMine ? 'message mine' : 'message');
    const text = element.querySelector('.text') ?? h('p', { class: 'text', part: 'text' }, message.text);
    element.replaceChildren(...(startsGroup ? this.#head(message) : []), text, ...this.#sayDelivery(message));
  }

  #head({ author, at, isMine }: Message): HTMLElement[] {
    const person = this.#shown?.room.presence.people.get().find(({ clientId }) => clientId === author.clientId);
    const name = author.name === '' ? (person?.name ?? this.word('guest')) : author.name;
    const avatar = h('span', { class: 'avatar', part: 'avatar', 'aria-hidden': 'true' }, initialsOf(name));
    avatar.style.setProperty(
      '--person',
      person === undefined ? colorFor(author.clientId ?? 0) : safeColor(person.color),
    );
    const moment = h(
      'time',
      { class: 'time', datetime: new Date(at).toISOString() },
      formatMoment(at, Date.now(), this.locale),
    );
    const shownName = isMine ? this.word('you', { name }) : name;
    return [avatar, h('div', { class: 'head' }, h('span', { class: 'author', part: 'author' }, shownName), moment)];
  }

  #sayDelivery({ key, text, isMine, delivery }: Message): HTMLElement[] {
    if (!isMine) return [];
    const line = (...children: (Node | string)[]) => [h('div', { class: 'delivery', part: 'delivery' }, ...children)];
    switch (delivery.state) {
      case 'sent':
        return line(check(), h('span', { class: 'unseen' }, this.word('sent')));
      case 'sending':
        return line(this.word('sending'));
      case 'failed': {
        const again = h('button', { type: 'button', onclick: () => this.#tryAgain(key, text) }, this.word('retry'));
        const away = h('button', { type: 'button', onclick: () => this.#throwAway(key) }, this.word('discard'));
        return line(delivery.reason, ...(delivery.canRetry ? [again] : []), away);
      }
      default:
        return delivery satisfies never;
    }
  }

  #tryAgain(ref: string, text: string): void {
    const shown = this.#shown;
    if (shown === null) return;
    this.#conversation = retry(this.#conversation, ref);
    this.#render();
    // Said in the log.
    this.#deliver(shown, ref, text).catch(() => {});
  }

  #throwAway(ref: string): void {
    this.#conversation = discard(this.#conversation, ref);
    this.#render();
    this.focus();
  }
}
