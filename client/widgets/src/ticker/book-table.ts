import { h } from '../base/h.ts';
import { createKeyedList } from '../parts/keyed-list.ts';
import type { Level, OrderBook } from './order-book.ts';
import type { NumberFormats, Word } from './quotes-table.ts';

export interface BookTable {
  readonly element: HTMLElement;
  show(book: OrderBook, depth: number): void;
}

interface SideTable {
  readonly element: HTMLElement;
  show(levels: readonly Level[], largest: number): void;
}

export function createBookTable(word: Word, formats: NumberFormats): BookTable {
  const bids = createSide('bids', word('bid'), word, formats);
  const asks = createSide('asks', word('ask'), word, formats);
  const title = h('p', { class: 'title', part: 'symbol' });
  const element = h(
    'div',
    { class: 'book', part: 'book', role: 'group' },
    title,
    h('div', { class: 'sides' }, bids.element, asks.element),
  );
  return {
    element,
    show(book, depth) {
      const symbol = book.symbol ?? '';
      element.classList.toggle('stale', !book.isWhole);
      element.setAttribute('aria-label', symbol === '' ? word('book') : word('bookOf', { symbol }));
      title.hidden = symbol === '';
      title.textContent = symbol;
      const [bidLevels, askLevels] = [book.bids.levels.slice(0, depth), book.asks.levels.slice(0, depth)];
      // One measure for both sides: a bar twice as long is twice as much.
      const largest = Math.max(0, ...[...bidLevels, ...askLevels].map(({ size }) => size));
      bids.show(bidLevels, largest);
      asks.show(askLevels, largest);
    },
  };
}

function createSide(name: 'bids' | 'asks', caption: string, word: Word, formats: NumberFormats): SideTable {
  const body = h('tbody');
  const head = h('tr', {}, h('th', { scope: 'col' }, word('price')), h('th', { scope: 'col' }, word('size')));
  const element = h('table', { class: name, part: name }, h('caption', {}, caption), h('thead', {}, head), body);
  let largest = 0;
  const showLevels = createKeyedList<Level, HTMLTableRowElement>(body, {
    keyOf: ({ price }) => String(price),
    create: ({ price }) =>
      h(
        'tr',
        { part: 'row' },
        h('td', { class: 'price', part: 'price' }, formats.price.format(price)),
        h('td', { class: 'bar', part: 'size' }, h('span')),
      ),
    update(row, { size }) {
      const [, cell] = row.cells;
      cell?.style.setProperty('--depth', `${largest === 0 ? 0 : (size / largest) * 100}%`);
      const text = cell?.firstElementChild;
      if (text) text.textContent = formats.price.format(size);
    },
  });
  return {
    element,
    show(levels, of) {
      largest = of;
      showLevels(levels);
    },
  };
}
