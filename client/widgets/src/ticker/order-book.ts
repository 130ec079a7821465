export interface Level {
  readonly price: number;
  readonly size: number;
}

/** What somebody says of a book: all of it, or what has changed in it since. A size of 0 takes a level away. */
export interface BookChange {
  readonly symbol: string | null;
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
  /** This is the book; nothing of before counts. */
  readonly isWhole: boolean;
  /** One more than that of the change before; null where they are not numbered. */
  readonly seq: number | null;
}

interface Side {
  /** The best first. */
  readonly levels: readonly Level[];
  /** Levels beyond the last one were dropped, so nobody knows what comes after it. */
  readonly isCut: boolean;
}

export interface OrderBook {
  /** Of what it is; null where its sender does not say. */
  readonly symbol: string | null;
  readonly bids: Side;
  readonly asks: Side;
  /**
   * Every change since the last whole book is in it. If not, it is shown as what it was: changes to a book of which some are
   * missing make one that never was.
   */
  readonly isWhole: boolean;
  readonly seq: number | null;
}

/** Of one side. Nobody shows so many. */
export const MAX_LEVELS = 200;

const nothing: Side = { levels: [], isCut: false };
export const unknownBook: OrderBook = { symbol: null, bids: nothing, asks: nothing, isWhole: false, seq: null };

/** Before the first whole book it may be about any; from then on only about the same: of two books there is no one book to show. */
export function concerns(book: OrderBook, change: BookChange): boolean {
  return book === unknownBook || change.symbol === book.symbol;
}

/** @param depth how many levels of a side are shown: a book that no longer knows so many is not whole */
export function applyChange(book: OrderBook, change: BookChange, depth: number): OrderBook {
  if (!concerns(book, change)) return book;
  const { symbol } = change;
  if (change.isWhole) {
    const bids = applyLevels(nothing, change.bids, higherFirst);
    const asks = applyLevels(nothing, change.asks, lowerFirst);
    return { symbol, bids, asks, isWhole: true, seq: change.seq };
  }
  if (!book.isWhole) return book;
  if (book.seq !== null && change.seq !== null && change.seq !== book.seq + 1) return doubtBook(book);
  const bids = applyLevels(book.bids, change.bids, higherFirst);
  const asks = applyLevels(book.asks, change.asks, lowerFirst);
  const isWhole = isDeep(bids, depth) && isDeep(asks, depth);
  return { symbol, bids, asks, isWhole, seq: change.seq ?? book.seq };
}

/** A change was missed, or may have been: it takes a whole book to go on. */
export function doubtBook(book: OrderBook): OrderBook {
  return { ...book, isWhole: false };
}

export function parseBookChange(data: unknown): BookChange | null {
  if (typeof data !== 'object' || data === null) return null;
  const { symbol, bids, asks, whole, seq } = data as Readonly<Record<string, unknown>>;
  if (!Array.isArray(bids) && !Array.isArray(asks)) return null;
  return {
    symbol: typeof symbol === 'string' ? symbol : null,
    bids: parseLevels(bids),
    asks: parseLevels(asks),
    isWhole: whole === true,
    seq: Number.isSafeInteger(seq) ? (seq as number) : null,
  };
}

type Order = (one: Level, other: Level) => number;
const higherFirst: Order = (one, other) => other.price - one.price;
const lowerFirst: Order = (one, other) => one.price - other.price;

function applyLevels(side: Side, changes: readonly Level[], order: Order): Side {
  const last = side.levels.at(-1);
  const byPrice = new Map(side.levels.map((level) => [level.price, level]));
  for (const level of changes) {
    // Beyond what is known there may be levels in between: this one would pass for the next.
    const isBeyond = side.isCut && (last === undefined || order(last, level) < 0);
    if (isBeyond) continue;
    if (level.size === 0) byPrice.delete(level.price);
    else byPrice.set(level.price, level);
  }
  const levels = [...byPrice.values()].sort(order);
  return { levels: levels.slice(0, MAX_LEVELS), isCut: side.isCut || levels.length > MAX_LEVELS };
}

function isDeep({ levels, isCut }: Side, depth: number): boolean {
  return !isCut || levels.length >= depth;
}

/** `[price, size]`, as books are mostly written. */
function parseLevels(value: unknown): readonly Level[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((each) => {
    if (!Array.isArray(each)) return [];
    const [price, size]: unknown[] = each;
    return isAmount(price) && isAmount(size) && size >= 0 ? [{ price, size }] : [];
  });
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
