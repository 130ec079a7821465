import type { EntryId, Epoch } from '../store.ts';
import type { Bytes, RangeQuery, ReadView } from './database.ts';
import { peekTime } from './entry-record.ts';
import { entryKey, KIND, keysUnder, lifeKey } from './keys.ts';
import { readJournal } from './reading.ts';

type Records = [Bytes, Bytes][];

const PAGE = 2_000;

/**
 * What may be folded of a journal in which the entries of one incarnation beyond `id` have to stay: its earlier ones, and what
 * others wrote before the first of those. What they wrote since may build on what stays. In a snapshot without it that
 * would be pending, and be gone through again for each entry by whoever opens the document [R3]. Clocks that differ let
 * some of it slip in, which costs time and no more.
 */
export async function readFoldable(
  view: ReadView,
  document: string,
  epoch: Epoch,
  { incarnation, sequence }: EntryId,
  limit: number,
): Promise<Records> {
  const life = lifeKey(KIND.entry, document, epoch);
  const { gte, lt } = keysUnder(life);
  const at = (number: number) => entryKey(life, { incarnation, sequence: number });
  const [begin, next, end] = [at(0), at(sequence + 1), at(Number.MAX_SAFE_INTEGER)];
  const [first] = await view.range({ gte: next, lt: end, limit: 1 });
  if (first === undefined) return readJournal(view, document, epoch, limit);
  const until = peekTime(first[1]);
  const records = await view.range({ gte: begin, lt: next, limit });
  for (const others of [
    { gte, lt: begin },
    { gt: end, lt },
  ]) {
    if (records.length < limit) records.push(...(await readBefore(view, others, until, limit - records.length)));
  }
  return records;
}

async function readBefore(view: ReadView, range: RangeQuery, until: number, limit: number): Promise<Records> {
  const found: Records = [];
  for (let rest = range; ; ) {
    const page = await view.range({ ...rest, limit: PAGE });
    for (const record of page) {
      if (peekTime(record[1]) < until) found.push(record);
      if (found.length === limit) return found;
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return found;
    rest = { gt: last[0], lt: range.lt };
  }
}
