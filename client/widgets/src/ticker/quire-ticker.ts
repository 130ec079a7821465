import type { EventGap, Room, RoomStatus, SentEvent } from '@quire/client';
import { h } from '../base/h.ts';
import { follow, type Held } from '../base/held.ts';
import { QuireElement, reflect } from '../base/quire-element.ts';
import { formatMoment } from '../parts/moment.ts';
import { createBookTable } from './book-table.ts';
import { applyChange, concerns, doubtBook, type OrderBook, parseBookChange, unknownBook } from './order-book.ts';
import { doubt, parseQuotes, type Quotes, tick } from './quotes.ts';
import { createQuotesTable, type NumberFormats } from './quotes-table.ts';
import { tickerStyles } from './styles.ts';
import { tickerWords } from './words.ts';

export type TickerKind = 'quotes' | 'book';

const DEFAULT_DEPTH = 8;
const MAX_DEPTH = 50;
const DEFAULT_DIGITS = 2;
const MAX_DIGITS = 8;
/** A quote that waits longer than this is another's news. */
const QUOTE_LASTS_MS = 1_000;
const away: ReadonlySet<RoomStatus['state']> = new Set(['connecting', 'offline', 'reconnecting', 'gone']);

/** What was heard under one name in one room; it lasts while the element shows them. */
interface Stream {
  readonly room: Room;
  readonly channel: string;
  readonly symbol: string | null;
  quotes: Quotes;
  book: OrderBook;
  /** What can't be had any more, until everything that it may be about has come anew. */
  gap: EventGap | null;
  /** When the connection was lost; null while there is one, and before the first. */
  cutOffAt: number | null;
}

/** A stream of events, as what follows from them now: prices, or an order book. */
export class QuireTicker extends QuireElement {
  static override readonly tag = 'quire-ticker';
  static override readonly styles = tickerStyles;
  static override readonly words = tickerWords;
  static override readonly properties: readonly string[] = [
    ...QuireElement.properties,
    'kind',
    'channel',
    'symbol',
    'depth',
    'digits',
  ];
  #stream: Stream | null = null;
  #render: () => void = () => {};

  static override get observedAttributes(): readonly string[] {
    return [...QuireElement.observedAttributes, 'kind', 'channel', 'symbol', 'depth', 'digits'];
  }

  get kind(): TickerKind {
    return this.getAttribute('kind') === 'book' ? 'book' : 'quotes';
  }

  set kind(value: TickerKind | null | undefined) {
    reflect(this, 'kind', value);
  }

  /** The name of the events; left out, `quote` or `book`. */
  get channel(): string {
    return this.getAttribute('channel')?.trim() || (this.kind === 'book' ? 'book' : 'quote');
  }

  set channel(value: string | null | undefined) {
    reflect(this, 'channel', value);
  }

  /** Of several books under one name the one that is shown. */
  get symbol(): string | null {
    return this.getAttribute('symbol');
  }

  set symbol(value: string | null | undefined) {
    reflect(this, 'symbol', value);
  }

  /** How many levels of each side of a book are shown. */
  get depth(): number {
    return readCount(this.getAttribute('depth'), DEFAULT_DEPTH, 1, MAX_DEPTH);
  }

  set depth(value: number | string | null | undefined) {
    reflect(this, 'depth', value);
  }

  /** How many digits stand behind the point. */
  get digits(): number {
    return readCount(this.getAttribute('digits'), DEFAULT_DIGITS, 0, MAX_DIGITS);
  }

  set digits(value: number | string | null | undefined) {
    reflect(this, 'digits', value);
  }

  /** Says something under this ticker's name, to everybody; what is not taken within a second is not said any more. */
  async send(data: unknown): Promise<SentEvent> {
    const { room } = this;
    if (room === null) throw new Error('Something was given to <quire-ticker> to send before it was in a room.');
    return room.events.send(this.channel, data, { signal: AbortSignal.timeout(QUOTE_LASTS_MS) });
  }

  protected override changed(): void {
    this.showAgain();
  }

  protected override show({ room, root, signal }: Held): () => void {
    const { channel, digits, kind, symbol } = this;
    const stream = this.#streamOf(room, channel, symbol);
    const notice = h('p', { class: 'notice', part: 'notice', role: 'status', hidden: true });
    const empty = h('p', { class: 'empty', part: 'empty' });
    const show = kind === 'book' ? this.#bookIn(stream, digits) : this.#quotesIn(stream, digits);
    const box = h(
      'div',
      { class: 'box', part: 'box', tabindex: 0, role: 'region', 'aria-label': this.word(kind) },
      show.element,
      empty,
    );
    root.append(notice, box);

    let frame: number | null = null;
    const render = () => {
      frame = null;
      const isEmpty = !show.render();
      empty.hidden = !isEmpty;
      empty.textContent = this.word(kind === 'book' ? 'noBook' : 'empty');
      const words = this.#saysOf(stream, kind);
      notice.hidden = words === '';
      // A line that says the same again is read out again.
      if (notice.textContent !== words) notice.textContent = words;
    };
    // Hundreds of events in a second are drawn as often as the screen is.
    this.#render = () => {
      frame ??= requestAnimationFrame(render);
    };
    room.events.onGap((gap) => this.#missed(stream, gap), { signal });
    room.events.on(channel, ({ data, at }) => this.#hear(stream, data, at), { signal });
    follow(room.status, signal, (status) => this.#follow(stream, status));
    render();

    return () => {
      this.#render = () => {};
      if (frame !== null) cancelAnimationFrame(frame);
    };
  }

  /** The same events in other words, or otherwise shown, are not begun anew. */
  #streamOf(room: Room, channel: string, symbol: string | null): Stream {
    const known = this.#stream;
    if (known !== null && known.room === room && known.channel === channel && known.symbol === symbol) return known;
    const stream: Stream = { room, channel, symbol, quotes: new Map(), book: unknownBook, gap: null, cutOffAt: null };
    this.#stream = stream;
    return stream;
  }

  #quotesIn(stream: Stream, digits: number): { readonly element: HTMLElement; render(): boolean } {
    const table = createQuotesTable((key) => this.word(key), this.#formats(digits));
    return {
      element: table.element,
      render() {
        table.show(stream.quotes);
        table.element.hidden = stream.quotes.size === 0;
        return stream.quotes.size > 0;
      },
    };
  }

  #bookIn(stream: Stream, digits: number): { readonly element: HTMLElement; render(): boolean } {
    const table = createBookTable((key, values) => this.word(key, values), this.#formats(digits));
    const { depth } = this;
    return {
      element: table.element,
      render() {
        const { book } = stream;
        const isKnown = book !== unknownBook;
        table.element.hidden = !isKnown;
        table.show(book, depth);
        return isKnown;
      },
    };
  }

  #formats(digits: number): NumberFormats {
    const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    return {
      price: new Intl.NumberFormat(this.locale, options),
      change: new Intl.NumberFormat(this.locale, { ...options, signDisplay: 'exceptZero' }),
    };
  }

  #hear(stream: Stream, data: unknown, at: number): void {
    if (this.kind === 'book') {
      const change = parseBookChange(data);
      if (change === null || (stream.symbol !== null && change.symbol !== stream.symbol)) return;
      if (!concerns(stream.book, change)) return;
      stream.book = applyChange(stream.book, change, this.depth);
    } else {
      const quotes = parseQuotes(data).filter(({ symbol }) => stream.symbol === null || symbol === stream.symbol);
      if (quotes.length === 0) return;
      stream.quotes = tick(stream.quotes, quotes, at);
    }
    if (stream.gap !== null && this.#isFresh(stream)) stream.gap = null;
    this.#render();
    this.tell('tick', { data, at });
  }

  #missed(stream: Stream, gap: EventGap): void {
    stream.gap = gap;
    stream.quotes = doubt(stream.quotes);
    stream.book = stream.book === unknownBook ? unknownBook : doubtBook(stream.book);
    this.#render();
    this.tell('gap', { gap });
  }

  #isFresh({ book, quotes }: Stream): boolean {
    return this.kind === 'book' ? book.isWhole : ![...quotes.values()].some(({ isStale }) => isStale);
  }

  #follow(stream: Stream, { state, loaded }: RoomStatus): void {
    const isAway = away.has(state) && (loaded || state !== 'connecting');
    if (isAway) stream.cutOffAt ??= Date.now();
    else stream.cutOffAt = null;
    this.#render();
  }

  #saysOf({ cutOffAt, gap, book }: Stream, kind: TickerKind): string {
    if (cutOffAt !== null) return this.word('cutOff', { time: formatMoment(cutOffAt, Date.now(), this.locale) });
    if (kind === 'book') return book === unknownBook || book.isWhole ? '' : this.word('oldBook');
    return gap === null ? '' : this.word(gap);
  }
}

function readCount(value: string | null, otherwise: number, least: number, most: number): number {
  const number = Number.parseInt(value ?? '', 10);
  return number >= least ? Math.min(number, most) : otherwise;
}
