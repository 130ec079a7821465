import type { ElementDeclaration } from '../base/declaration.ts';
import { tickerWords } from './words.ts';

export const declaration: ElementDeclaration = {
  tag: 'quire-ticker',
  className: 'QuireTicker',
  module: 'ticker/quire-ticker.ts',
  summary:
    'A stream of events as what follows from them now: quotes, or an order book. It says since when it is cut off, and what may not be the latest.',
  attributes: [
    {
      name: 'kind',
      type: "'quotes' | 'book'",
      default: 'quotes',
      description:
        '`quotes`: each event is `{ symbol, price, change? }`, or a list of these. `book`: each is `{ bids, asks, whole?, symbol?, seq? }` with levels `[price, size]`; the first, and the first after a gap, must be `whole`. Of several books under one name that of `symbol` is shown, or else the first whole one, with its symbol above it.',
    },
    { name: 'channel', description: 'The name of the events; left out, `quote` or `book`.' },
    { name: 'symbol', description: 'Of several under one name the only one that is shown.' },
    {
      name: 'depth',
      type: 'number',
      default: '8',
      description: 'How many levels of each side of a book are shown, up to 50.',
    },
    { name: 'digits', type: 'number', default: '2', description: 'How many digits stand behind the point.' },
  ],
  properties: [
    { name: 'kind', type: "'quotes' | 'book'", description: 'As the attribute.' },
    { name: 'channel', type: 'string', description: 'As the attribute.' },
    { name: 'symbol', type: 'string | null', description: 'As the attribute.' },
    { name: 'depth', type: 'number', description: 'As the attribute.' },
    { name: 'digits', type: 'number', description: 'As the attribute.' },
  ],
  methods: [
    {
      name: 'send',
      type: '(data: unknown) => Promise<SentEvent>',
      description:
        'Says something under this name, to everybody, for who may at least comment. Backends use `POST /v1/documents/{name}/events`.',
    },
  ],
  events: [
    { name: 'quire-tick', detail: '{ data: unknown; at: number }', description: 'An event came that this shows.' },
    {
      name: 'quire-gap',
      detail: "{ gap: 'lost' | 'unknown' }",
      description:
        'Events were missed, or may have been, that can’t be had any more: have your backend send everything anew.',
    },
  ],
  parts: [
    { name: 'box', description: 'What scrolls, where there is too much.' },
    { name: 'notice', description: 'What was missed, or since when it is cut off.' },
    { name: 'empty', description: 'What is shown before anything has come.' },
    { name: 'quotes', description: 'The table of quotes.' },
    { name: 'book', description: 'The order book.' },
    { name: 'bids', description: 'One side of it.' },
    { name: 'asks', description: 'The other.' },
    { name: 'row', description: 'Each line of these.' },
    { name: 'symbol', description: 'What is quoted, or of what the book is.' },
    { name: 'price', description: 'Its price, or that of a level.' },
    { name: 'change', description: 'How much the price has changed, as its sender counts.' },
    { name: 'size', description: 'How much there is at a level.' },
  ],
  words: tickerWords,
  example: `<quire-room server="https://quire.example.com" document="market/today">
  <quire-ticker kind="quotes"></quire-ticker>
  <quire-ticker kind="book" symbol="ACME" depth="5"></quire-ticker>
</quire-room>`,
};
