import { Buffer } from 'node:buffer';
import { PersistenceError } from '../errors.ts';
import { nameFault } from '../names.ts';
import type { DocumentPage, DocumentStat, ListQuery } from '../store.ts';
import type { Bytes, ReadView } from './database.ts';
import { allOf, documentInNameKey, KIND, nameKey, parseRecentKey, recentKey, rowsOf } from './keys.ts';
import { statOfRecord } from './reading.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;
// How many records are looked at in one read: deleted documents and other prefixes are passed over.
const STRIDE = 256;

export async function listDocuments(view: ReadView, query: ListQuery): Promise<DocumentPage> {
  const limit = Math.min(Math.max(1, Math.floor(query.limit ?? DEFAULT_LIMIT)), MAX_LIMIT);
  const prefix = query.prefix ?? '';
  const fault = prefix === '' ? null : nameFault(prefix);
  if (fault !== null) throw new PersistenceError('BAD_NAME', `The prefix ${fault}`);
  const pages = query.order === 'recent' ? byRecency(view, prefix, query) : byName(view, prefix, query);
  const documents: DocumentStat[] = [];
  let last: string | null = null;
  for await (const { stat, cursor } of pages) {
    if (documents.length === limit) return { documents, next: last };
    documents.push(stat);
    last = cursor;
  }
  return { documents, next: null };
}

interface Listed {
  readonly stat: DocumentStat;
  readonly cursor: string;
}

async function* byName(view: ReadView, prefix: string, { after, except }: ListQuery): AsyncGenerator<Listed> {
  const range = rowsOf(prefix);
  let from: Bytes | null = after === undefined ? null : nameKey(KIND.row, after);
  for (;;) {
    const rows = await view.range({ ...(from === null ? range : { gt: from, lt: range.lt }), limit: STRIDE });
    let leap: Bytes | null = null;
    for (const [key, record] of rows) {
      const document = documentInNameKey(key);
      if (except !== undefined && document.startsWith(except)) {
        // They are neighbours, and may be as many as all the rest: gone past at once.
        leap = rowsOf(except).lt;
        break;
      }
      const stat = statOfRecord(document, key, record);
      if (stat.state !== 'deleted') yield { stat, cursor: document };
    }
    if (leap === null && rows.length < STRIDE) return;
    from = leap ?? rows.at(-1)?.[0] ?? null;
    // Nothing lies behind what was gone past, where the prefix is within it.
    if (leap !== null && Buffer.compare(leap, range.lt) >= 0) return;
  }
}

async function* byRecency(view: ReadView, prefix: string, { after, except }: ListQuery): AsyncGenerator<Listed> {
  const range = allOf(KIND.recent);
  let from: Bytes | null = after === undefined ? null : keyOfCursor(after);
  for (;;) {
    const keys = await view.keys({ ...(from === null ? range : { gt: from, lt: range.lt }), limit: STRIDE });
    for (const key of keys) {
      const { document, edited } = parseRecentKey(key);
      if (!document.startsWith(prefix)) continue;
      if (except !== undefined && document.startsWith(except)) continue;
      const rowKey = nameKey(KIND.row, document);
      const record = await view.get(rowKey);
      if (record === undefined) continue;
      yield { stat: statOfRecord(document, rowKey, record), cursor: `${edited}:${document}` };
    }
    if (keys.length < STRIDE) return;
    from = keys.at(-1) ?? null;
  }
}

function keyOfCursor(cursor: string): Bytes {
  const [, edited, document] = /^(\d{1,16}):(.+)$/su.exec(cursor) ?? [];
  if (edited === undefined || document === undefined || !Number.isSafeInteger(Number(edited))) {
    throw new PersistenceError('BAD_CURSOR', 'The cursor is not one that a page in this order gave');
  }
  return recentKey(Number(edited), document);
}
