import { h } from '../base/h.ts';
import { createKeyedList } from '../parts/keyed-list.ts';
import type { QuoteRow, Quotes } from './quotes.ts';
import type { tickerWords } from './words.ts';

export type Word = (key: keyof typeof tickerWords, values?: Readonly<Record<string, string>>) => string;

/** Numbers as the page's language writes them. */
export interface NumberFormats {
  readonly price: Intl.NumberFormat;
  readonly change: Intl.NumberFormat;
}

export interface QuotesTable {
  readonly element: HTMLElement;
  show(quotes: Quotes): void;
}

export function createQuotesTable(word: Word, formats: NumberFormats): QuotesTable {
  const body = h('tbody');
  const head = h(
    'tr',
    {},
    ...(['symbol', 'price', 'change'] as const).map((key) => h('th', { scope: 'col' }, word(key))),
  );
  const element = h(
    'table',
    { class: 'quotes', part: 'quotes' },
    h('caption', {}, word('quotes')),
    h('thead', {}, head),
    body,
  );
  const show = createKeyedList<QuoteRow, HTMLTableRowElement>(body, {
    keyOf: ({ symbol }) => symbol,
    create: ({ symbol }) =>
      h(
        'tr',
        { part: 'row' },
        h('th', { scope: 'row', part: 'symbol' }, symbol),
        h('td', { part: 'price' }),
        h('td', { part: 'change' }),
      ),
    update: (row, quote) => update(row, quote, word, formats),
  });
  return { element, show: (quotes) => show([...quotes.values()]) };
}

function update(row: HTMLTableRowElement, quote: QuoteRow, word: Word, formats: NumberFormats): void {
  const look = `${quote.ticks} ${quote.isStale}`;
  if (row.dataset.look === look) return;
  row.dataset.look = look;
  row.className = quote.isStale ? 'stale' : '';
  const [, price, change] = row.cells;
  if (price === undefined || change === undefined) return;
  const isTick = !quote.isStale && quote.direction !== 'same';
  // An arrow beside the colour: not everybody tells green from red.
  const arrow = isTick && h('span', { 'aria-hidden': 'true' }, quote.direction === 'up' ? '▲ ' : '▼ ');
  const unseen = quote.isStale ? word('stale') : isTick && word(quote.direction === 'up' ? 'up' : 'down');
  price.className = isTick ? `${quote.direction} flash-${quote.ticks % 2 === 0 ? 'a' : 'b'}` : '';
  fill(
    price,
    arrow,
    formats.price.format(quote.price),
    unseen !== false && h('span', { class: 'unseen' }, ` ${unseen}`),
  );
  change.className = quote.isStale ? '' : directionOf(quote.change);
  fill(change, quote.change === null ? '–' : formats.change.format(quote.change));
}

function directionOf(change: number | null): string {
  if (change === null || change === 0) return '';
  return change > 0 ? 'up' : 'down';
}

function fill(cell: Element, ...children: readonly (Node | string | false)[]): void {
  cell.replaceChildren(...children.filter((child) => child !== false));
}
