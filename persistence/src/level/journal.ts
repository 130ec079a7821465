import type { Entry, EntryDraft, EntryId } from '../store.ts';
import type { BatchWriter, Write, WriteOp } from './batch-writer.ts';
import type { DocumentHead } from './document-heads.ts';
import { writeRow } from './document-heads.ts';
import { encodeEntryIndex } from './document-records.ts';
import { encodeEntry } from './entry-record.ts';
import type { EntryVectors } from './entry-vectors.ts';
import { entryKey, idKey } from './keys.ts';
import type { RowPace } from './row-pace.ts';

/** A write that also says whose rows it makes stale. */
export interface JournalWrite extends Write {
  readonly heads: readonly DocumentHead[];
  /** `now`: the row must be in the same batch. `due`: at the pace of rows. */
  readonly rows: 'now' | 'due';
  /** Those of its entries that this store has numbered. */
  readonly own: readonly Entry[];
}

export interface JournalOptions {
  readonly writer: BatchWriter<JournalWrite>;
  readonly vectors: EntryVectors;
}

/** Hands writes to the writer, and keeps the heads they are about in memory until they are on disk. */
export class Journal {
  readonly #writer: BatchWriter<JournalWrite>;
  readonly #vectors: EntryVectors;

  constructor(options: JournalOptions) {
    this.#writer = options.writer;
    this.#vectors = options.vectors;
  }

  submit(write: Partial<JournalWrite>): Promise<void> {
    const { ops = [], ids = [], heads = [], rows = 'due', own = [] } = write;
    for (const id of ids) this.#vectors.accept(id);
    for (const head of heads) head.pins += 1;
    return this.#writer.submit({ ops, ids, heads, rows, own, bytes: weighOps(ops) });
  }

  /** Resolves when everything submitted so far is on disk. */
  barrier(): Promise<void> {
    return this.submit({});
  }
}

/** The records of an entry that belongs to the current life, counted in its head. */
export function storeEntry(head: DocumentHead, id: EntryId, body: EntryDraft): WriteOp[] {
  if (body.title !== undefined) entitle(head, body.title, body.time);
  return recordEntry(head, id, body);
}

/** As `storeEntry`, of another node: its entries come in any order, and an old title must not take the place of a newer one. */
export function storeForeignEntry(head: DocumentHead, { id, ...body }: Entry): WriteOp[] {
  if (body.title !== undefined && body.time >= head.titledAt) entitle(head, body.title, body.time);
  return recordEntry(head, id, body);
}

function entitle(head: DocumentHead, title: string, time: number): void {
  if (title !== head.title) head.isTitleStale = true;
  head.title = title;
  head.titledAt = time;
}

function recordEntry(head: DocumentHead, id: EntryId, body: EntryDraft): WriteOp[] {
  const key = entryKey(head.entryPrefix, id);
  const value = encodeEntry(key, body);
  if (body.updates.length > 0 && head.state === 'deleted') {
    head.state = 'live';
    head.created = body.time;
    head.edited = body.time;
  }
  head.edited = Math.max(head.edited, body.time);
  head.entries += 1;
  head.journalBytes += value.byteLength;
  head.rowStale = true;
  return [{ type: 'put', key, value }, indexEntry(head, id)];
}

function indexEntry(head: DocumentHead, id: EntryId): WriteOp {
  const key = idKey(id);
  const value = encodeEntryIndex(key, { document: head.document, epoch: head.epoch, place: { in: 'journal' } });
  return { type: 'put', key, value };
}

/** The rows that go along with a batch. They are always written from the head, in batch order, so the last one is right. */
export function rowsOfBatch(writes: readonly JournalWrite[], now: number, pace: RowPace): WriteOp[] {
  const due = new Set<DocumentHead>();
  for (const { heads, rows } of writes) {
    for (const head of heads) {
      if (!due.has(head) && (rows === 'now' ? head.rowStale : pace.isDue(head, now))) due.add(head);
    }
  }
  return [...due].flatMap((head) => writeRow(head, now));
}

/** What an entry weighs in the queue before it is encoded. */
export function weighDraft(draft: EntryDraft | Entry): number {
  let bytes = 64 + draft.document.length;
  for (const { author, update } of draft.updates) bytes += author.length + update.byteLength + 8;
  return bytes;
}

function weighOps(ops: readonly WriteOp[]): number {
  let bytes = 0;
  for (const op of ops) bytes += op.key.byteLength + (op.type === 'put' ? op.value.byteLength : 0);
  return bytes;
}
