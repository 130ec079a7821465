/** What somebody says of a price. */
export interface Quote {
  readonly symbol: string;
  readonly price: number;
  /** Since whatever its sender counts from; null where they do not say. */
  readonly change: number | null;
}

export interface QuoteRow extends Quote {
  readonly at: number;
  /** Against the price before. */
  readonly direction: 'up' | 'down' | 'same';
  /** Something was missed since: this may not be the latest price. */
  readonly isStale: boolean;
  /** How often it was told, so that one that is told again can be seen to be. */
  readonly ticks: number;
}

/** By symbol, in the order in which they were first heard of. */
export type Quotes = ReadonlyMap<string, QuoteRow>;

/** A sender can think of any number of symbols. */
export const MAX_SYMBOLS = 100;
const MAX_SYMBOL_LENGTH = 32;

/** Of one event, which holds a quote or a list of them; what is none is passed over. */
export function parseQuotes(data: unknown): readonly Quote[] {
  const all = Array.isArray(data) ? data.slice(0, MAX_SYMBOLS) : [data];
  return all.flatMap((each) => parseQuote(each) ?? []);
}

export function tick(quotes: Quotes, news: readonly Quote[], at: number): Quotes {
  const rows = new Map(quotes);
  for (const quote of news) {
    const before = rows.get(quote.symbol);
    const direction = compare(quote.price, before?.price ?? quote.price);
    const change = quote.change ?? null;
    rows.set(quote.symbol, { ...quote, change, at, direction, isStale: false, ticks: (before?.ticks ?? 0) + 1 });
  }
  return dropOldest(rows);
}

/** Something was missed, or may have been: nothing is known to be the latest until it is told again. */
export function doubt(quotes: Quotes): Quotes {
  return new Map([...quotes].map(([symbol, row]) => [symbol, { ...row, isStale: true }]));
}

/** Those who were silent for longest make room. */
function dropOldest(rows: Map<string, QuoteRow>): Quotes {
  if (rows.size <= MAX_SYMBOLS) return rows;
  const latest = [...rows.values()].sort((one, other) => other.at - one.at).slice(0, MAX_SYMBOLS);
  const kept = new Set(latest.map(({ symbol }) => symbol));
  return new Map([...rows].filter(([symbol]) => kept.has(symbol)));
}

function compare(price: number, before: number): QuoteRow['direction'] {
  if (price === before) return 'same';
  return price > before ? 'up' : 'down';
}

function parseQuote(value: unknown): Quote | null {
  if (typeof value !== 'object' || value === null) return null;
  const { symbol, price, change } = value as Readonly<Record<string, unknown>>;
  if (typeof symbol !== 'string' || symbol === '' || symbol.length > MAX_SYMBOL_LENGTH) return null;
  if (typeof price !== 'number' || !Number.isFinite(price)) return null;
  return { symbol, price, change: typeof change === 'number' && Number.isFinite(change) ? change : null };
}
