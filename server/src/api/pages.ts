import { ApiError } from '../problems.ts';

/** Where something stands in a list: by its time, and of those of one time by its id. */
export interface Place {
  /** Milliseconds since 1970; 0 where time says nothing. */
  readonly time: number;
  readonly id: string;
}

export interface ListOrder<T> {
  readonly first: 'oldest' | 'latest';
  placeOf(item: T): Place;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export interface PageQuery {
  readonly after?: string | undefined;
  readonly limit: number;
}

/**
 * A page of a list that is in memory as a whole. It goes on behind a place, whether what stood there is still there or not: things
 * come and go between two pages, and none that stays is passed over or given twice.
 *
 * @throws {ApiError} `bad-request` for an `after` that no page gave
 */
export function pageOf<T>(items: readonly T[], order: ListOrder<T>, { after, limit }: PageQuery): Page<T> {
  const sorted = [...items].sort((one, other) => compare(order.placeOf(one), order.placeOf(other), order.first));
  const from = after === undefined ? null : readPlace(after);
  const rest = from === null ? sorted : sorted.filter((item) => compare(order.placeOf(item), from, order.first) > 0);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const isLast = last === undefined || page.length === rest.length;
  return { items: page, next: isLast ? null : writePlace(order.placeOf(last)) };
}

function compare(one: Place, other: Place, first: 'oldest' | 'latest'): number {
  if (one.time !== other.time) return first === 'oldest' ? one.time - other.time : other.time - one.time;
  if (one.id === other.id) return 0;
  return one.id < other.id ? -1 : 1;
}

function writePlace({ id, time }: Place): string {
  return Buffer.from(`${time}:${id}`, 'utf8').toString('base64url');
}

function readPlace(after: string): Place {
  const [, time, id] = /^(\d{1,16}):(.+)$/su.exec(Buffer.from(after, 'base64url').toString('utf8')) ?? [];
  if (time === undefined || id === undefined) {
    throw new ApiError('bad-request', 'after: this is no place in the list; begin anew');
  }
  return { time: Number(time), id };
}
