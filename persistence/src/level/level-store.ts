import { assertAdoptable, assertDraft } from '../check-entry.ts';
import type { Clock } from '../clock.ts';
import { compareEpochs } from '../epoch.ts';
import { PersistenceError } from '../errors.ts';
import { assertDocumentName } from '../names.ts';
import type { NoticeBoard } from '../notice-board.ts';
import type {
  Burial,
  CompactionReport,
  DocumentPage,
  DocumentStat,
  DocumentStore,
  Entry,
  EntryDraft,
  EntryId,
  EntryRange,
  Epoch,
  Holdings,
  ListQuery,
  LoadedDocument,
  StoreStatus,
} from '../store.ts';
import type { BatchWriter, WriteOp } from './batch-writer.ts';
import type { Compactor } from './compactor.ts';
import type { Database } from './database.ts';
import type { DocumentHead, DocumentHeads } from './document-heads.ts';
import { beginLife } from './document-heads.ts';
import { readEntries, readHistory } from './entry-reading.ts';
import type { EntryVectors } from './entry-vectors.ts';
import type { EpochMover } from './epoch-mover.ts';
import type { FoldThread } from './fold-thread.ts';
import type { Journal, JournalWrite } from './journal.ts';
import { storeEntry, storeForeignEntry, weighDraft } from './journal.ts';
import { KIND, nameKey } from './keys.ts';
import { listDocuments } from './listing.ts';
import { loadDocument, statOfRecord, statOfRow } from './reading.ts';
import type { Reclaimer } from './reclaimer.ts';
import type { RowSweeper } from './row-sweeper.ts';

export interface LevelStoreParts {
  readonly incarnation: string;
  readonly clock: Clock;
  readonly database: Database;
  readonly writer: BatchWriter<JournalWrite>;
  readonly journal: Journal;
  readonly heads: DocumentHeads;
  readonly vectors: EntryVectors;
  readonly mover: EpochMover;
  readonly compactor: Compactor;
  readonly reclaimer: Reclaimer;
  readonly sweeper: RowSweeper;
  readonly thread: FoldThread;
  readonly board: NoticeBoard<StoreStatus>;
  readonly writing: NoticeBoard<readonly Entry[]>;
  readonly stored: NoticeBoard<readonly Entry[]>;
  readonly queueBytes: number;
  readonly batchEntries: number;
  drawId(): EntryId;
  /** Before the database is closed: takes back what opening left in the directory. */
  release(): Promise<void>;
}

export class LevelStore implements DocumentStore {
  readonly incarnation: string;
  readonly #parts: LevelStoreParts;
  /** Accepted, but waiting for the head of their document. */
  #waiting = { entries: 0, bytes: 0 };
  #closing: Promise<void> | null = null;

  constructor(parts: LevelStoreParts) {
    this.incarnation = parts.incarnation;
    this.#parts = parts;
  }

  get status(): StoreStatus {
    return this.#parts.writer.status;
  }

  onStatus(listener: (status: StoreStatus) => void): () => void {
    return this.#parts.board.subscribe(listener);
  }

  get queue(): { readonly entries: number; readonly bytes: number } {
    const { bytes, entries } = this.#parts.writer.queue;
    return { entries: entries + this.#waiting.entries, bytes: bytes + this.#waiting.bytes };
  }

  get pendingFolds(): number {
    return this.#parts.compactor.pending;
  }

  get pendingDeletions(): number {
    return this.#parts.mover.pending;
  }

  get pendingReclaims(): number {
    return this.#parts.reclaimer.pending;
  }

  async append(draft: EntryDraft): Promise<EntryId> {
    assertDraft(draft);
    const { document } = draft;
    return this.#admitted([draft], document, async (head) => {
      if (!head.born) beginLife(head, draft.epoch, draft.time);
      else if (compareEpochs(head.epoch, draft.epoch) !== 0) {
        throw new PersistenceError('EPOCH_MOVED', 'The document is in another epoch', { document });
      }
      const rows = head.state === 'live' ? 'due' : 'now';
      const id = this.#parts.drawId();
      const ops = storeEntry(head, id, draft);
      await this.#parts.journal.submit({ ops, ids: [id], heads: [head], rows, own: [{ ...draft, id }] });
      return id;
    });
  }

  async adopt(entries: readonly Entry[]): Promise<void> {
    for (const entry of entries) this.#assertForeign(entry);
    this.#assertWritable();
    const groups = Map.groupBy(entries, (entry) => entry.document);
    // With their heads at hand, all documents are written in the same turn, and so in one batch.
    if (groups.size > 1) await this.#parts.heads.warm([...groups.keys()]);
    await Promise.all([...groups].map(([document, group]) => this.#adoptInto(document, group)));
  }

  async load(document: string): Promise<LoadedDocument | null> {
    this.#assertOpen();
    assertDocumentName(document);
    const loaded = await this.#parts.database.read((view) => loadDocument(view, document));
    if (loaded !== null) this.#parts.compactor.considerAfterLoad(document, sizesOf(loaded));
    return loaded;
  }

  onWriting(listener: (entries: readonly Entry[]) => void): () => void {
    return this.#parts.writing.subscribe(listener);
  }

  onStored(listener: (entries: readonly Entry[]) => void): () => void {
    return this.#parts.stored.subscribe(listener);
  }

  async compact(document: string): Promise<CompactionReport> {
    this.#assertWritable();
    assertDocumentName(document);
    await this.#parts.journal.barrier();
    return this.#parts.compactor.compact(document);
  }

  keepUnfolded(after: number | null): void {
    this.#parts.compactor.keepUnfolded(after);
  }

  async delete(document: string, to?: Epoch): Promise<Epoch> {
    this.#assertWritable();
    assertDocumentName(document);
    return this.#parts.mover.delete(document, to);
  }

  async list(query: ListQuery = {}): Promise<DocumentPage> {
    this.#assertOpen();
    const page = await this.#parts.database.read((view) => listDocuments(view, query));
    return { ...page, documents: page.documents.map((stat) => this.#refresh(stat)) };
  }

  async stat(document: string): Promise<DocumentStat | null> {
    this.#assertOpen();
    assertDocumentName(document);
    const key = nameKey(KIND.row, document);
    const record = await this.#parts.database.read((view) => view.get(key));
    return record === undefined ? null : this.#refresh(statOfRecord(document, key, record));
  }

  async entries(range: EntryRange): Promise<readonly Entry[]> {
    this.#assertOpen();
    const held = this.#parts.vectors.durableOf(range.incarnation);
    return this.#parts.database.read((view) => readEntries(view, range, held));
  }

  holdings(): Holdings {
    return this.#parts.vectors.holdings;
  }

  async *history(document: string, epoch?: Epoch): AsyncIterable<Entry> {
    this.#assertOpen();
    assertDocumentName(document);
    yield* readHistory(this.#parts.database, document, epoch);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { compactor, database, heads, reclaimer, release, sweeper, thread, writer } = this.#parts;
    const upkeep = Promise.all([compactor.stop(), reclaimer.stop()]);
    // Calls that were accepted get their turn, unless the disk keeps them from it.
    await this.#unlessRefusing(heads.idle());
    await thread.close();
    sweeper.stop();
    await writer.close();
    await upkeep;
    await release(); // while the lock is held: afterwards the card may be the next holder's
    await database.close();
  }

  async #unlessRefusing(done: Promise<void>): Promise<void> {
    if (this.status.state === 'refusing') return;
    let unsubscribe = () => {};
    const refused = new Promise<void>((resolve) => {
      unsubscribe = this.onStatus((status) => {
        if (status.state === 'refusing') resolve();
      });
    });
    await Promise.race([done, refused]);
    unsubscribe();
  }

  async #adoptInto(document: string, offered: readonly Entry[]): Promise<void> {
    const { journal, mover, vectors } = this.#parts;
    const entries = offered.filter((entry) => !vectors.isAccepted(entry.id));
    // Nothing new, but the first copy may still be on its way to the disk.
    if (entries.length === 0) return journal.barrier();
    const burials = offered.flatMap(({ buried }) => buried ?? []);
    const { epoch, time } = latestLife(entries, burials);
    for (;;) {
      const late = await this.#admitted(entries, document, async (head) => {
        if (!head.born) beginLife(head, epoch, time);
        else if (compareEpochs(epoch, head.epoch) > 0) return null;
        const ended = entries.filter((entry) => compareEpochs(entry.epoch, head.epoch) < 0);
        await this.#storeForeign(
          head,
          entries.filter((entry) => compareEpochs(entry.epoch, head.epoch) === 0),
        );
        return ended;
      });
      if (late?.length === 0) return;
      if (late !== null) return mover.admitLate(document, late, burials);
      await mover.raise(document, epoch, time, burials);
    }
  }

  async #storeForeign(head: DocumentHead, entries: readonly Entry[]): Promise<void> {
    const { batchEntries, journal, vectors } = this.#parts;
    const rows = head.state === 'live' ? 'due' : 'now';
    // A life that began with a burial alone has a row as well: what is stored about its past must not stand without one.
    if (entries.length === 0) return head.rowStale ? journal.submit({ heads: [head], rows: 'now' }) : undefined;
    const writes: Promise<void>[] = [];
    for (let start = 0; start < entries.length; start += batchEntries) {
      const ids: EntryId[] = [];
      const ops: WriteOp[] = [];
      for (const entry of entries.slice(start, start + batchEntries)) {
        if (vectors.isAccepted(entry.id)) continue;
        ops.push(...storeForeignEntry(head, entry));
        ids.push(entry.id);
        // At once: a second copy in the same call must not be stored twice. Nothing below can fail any more.
        vectors.accept(entry.id);
      }
      writes.push(journal.submit({ ops, ids, heads: [head], rows }));
    }
    // With nothing fresh this still waits its turn: the first copy may be on its way to the disk only.
    await Promise.all(writes);
  }

  /** Counts the entries against the queue's limit while they wait for the head of their document. */
  async #admitted<T>(
    entries: readonly EntryDraft[],
    document: string,
    task: (head: DocumentHead) => Promise<T>,
  ): Promise<T> {
    this.#assertWritable();
    let bytes = 0;
    for (const entry of entries) bytes += weighDraft(entry);
    const queued = this.queue.bytes;
    // A single entry larger than the limit passes when it is alone: otherwise it never would.
    if (queued > 0 && queued + bytes > this.#parts.queueBytes) {
      throw new PersistenceError('QUEUE_FULL', 'Too much waits for the disk', { document });
    }
    this.#waiting.entries += entries.length;
    this.#waiting.bytes += bytes;
    let counted = true;
    const uncount = () => {
      if (!counted) return;
      counted = false;
      this.#waiting.entries -= entries.length;
      this.#waiting.bytes -= bytes;
    };
    try {
      return await this.#parts.heads.use(document, (head) => {
        uncount();
        if (this.status.state === 'refusing') throw this.status.error;
        return task(head);
      });
    } finally {
      uncount();
    }
  }

  #assertOpen(): void {
    if (this.#closing !== null) throw new PersistenceError('CLOSED', 'The store is closed');
  }

  #assertWritable(): void {
    this.#assertOpen();
    const { status } = this;
    if (status.state === 'refusing') throw status.error;
  }

  #assertForeign(entry: Entry): void {
    assertAdoptable(entry);
    if (entry.id.incarnation === this.incarnation && !this.#parts.vectors.isAccepted(entry.id)) {
      throw new PersistenceError('BAD_ENTRY', 'An entry bears a number that this store has not given out', {
        document: entry.document,
      });
    }
  }

  /** Rows on disk are a little behind; a head in memory is not. */
  #refresh(stat: DocumentStat): DocumentStat {
    const head = stat.state === 'damaged' ? null : this.#parts.heads.peek(stat.document);
    return head === null ? stat : statOfRow(stat.document, head);
  }
}

/** The highest life that entries of one document tell of, and when it began as far as they know. */
function latestLife(entries: readonly Entry[], burials: readonly Burial[]): { epoch: Epoch; time: number } {
  const lives = [
    ...entries.map(({ epoch, time }) => ({ epoch, time })),
    ...burials.map(({ by }) => ({ epoch: by, time: 0 })),
  ];
  return lives.reduce((a, b) => (compareEpochs(a.epoch, b.epoch) >= 0 ? a : b));
}

function sizesOf(loaded: LoadedDocument): { entries: number; journalBytes: number; snapshotBytes: number } {
  let journalBytes = 0;
  for (const entry of loaded.entries) journalBytes += weighDraft(entry);
  return { entries: loaded.entries.length, journalBytes, snapshotBytes: loaded.snapshot?.byteLength ?? 0 };
}
