import { type Clock, elapsedMs } from '../clock.ts';
import { compareEpochs } from '../epoch.ts';
import { PersistenceError } from '../errors.ts';
import type { FoldingLine } from '../folding-line.ts';
import type { CompactionReport, Epoch } from '../store.ts';
import type { WriteOp } from './batch-writer.ts';
import type { Bytes, Database } from './database.ts';
import type { DocumentHead, DocumentHeads } from './document-heads.ts';
import type { DocumentLocks } from './document-locks.ts';
import { encodeEntryIndex } from './document-records.ts';
import type { FoldResult } from './fold-jobs.ts';
import type { FoldThread } from './fold-thread.ts';
import { readFoldable } from './foldable-entries.ts';
import type { Journal } from './journal.ts';
import { idKey, KIND, lifeKey, parseEntryKey, segmentKey } from './keys.ts';
import { packRecords } from './packed-records.ts';
import { readJournal, readRow, readSnapshot } from './reading.ts';

export type CompactionEvent =
  | ({ readonly outcome: 'folded'; readonly durationMs: number } & CompactionReport)
  | {
      readonly outcome: 'failed';
      readonly document: string;
      readonly error: PersistenceError;
      readonly retryInMs: number;
    };

type FoldableSizes = Pick<CompactionReport, 'entries' | 'journalBytes' | 'snapshotBytes'>;

export interface CompactorOptions {
  readonly clock: Clock;
  readonly database: Database;
  readonly heads: DocumentHeads;
  readonly journal: Journal;
  readonly locks: DocumentLocks;
  readonly thread: FoldThread;
  readonly incarnation: string;
  readonly line: FoldingLine;
  /** A document in which more than this waits to be folded is folded whole. */
  readonly unfoldedBytes: number;
  readonly unfoldedEntries: number;
  readonly compactEntries: number;
  readonly compactBytes: number;
  /** Entries in one fold: its batch is put together on the event loop. */
  readonly foldEntries: number;
  onCompaction(event: CompactionEvent): void;
}

// A fold rewrites the snapshot, so it waits for a journal in proportion to it: the cost per edit stays flat in document size.
const SNAPSHOT_BYTES_PER_ENTRY = 1024;
const SNAPSHOT_BYTES_PER_JOURNAL_BYTE = 2;

/** Whoever opens a document waits for the disk and a core now; its journal has waited since it was last open. */
const REST_AFTER_LOAD_MS = 5_000;

/** How often it is looked whether entries that folding has left have become old enough to be folded all the same. */
const AGEING_MS = 60_000;

const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 600_000;

export function shouldCompact(
  sizes: FoldableSizes,
  limits: { readonly compactEntries: number; readonly compactBytes: number },
): boolean {
  const { entries, journalBytes, snapshotBytes } = sizes;
  return (
    entries >= Math.max(limits.compactEntries, snapshotBytes / SNAPSHOT_BYTES_PER_ENTRY) ||
    journalBytes >= Math.max(limits.compactBytes, snapshotBytes / SNAPSHOT_BYTES_PER_JOURNAL_BYTE)
  );
}

/** What a fold has left in a journal, since not every node has it. */
interface Left {
  readonly entries: number;
  readonly journalBytes: number;
  /** No own entry among them has a higher number. */
  readonly upTo: number;
}

interface Fold {
  readonly epoch: Epoch;
  readonly segment: number;
  readonly records: readonly [Bytes, Bytes][];
  readonly result: FoldResult;
}

/** Folds journals into snapshots. Each fold is one atomic batch, which deletes exactly the keys that it read. */
export class Compactor {
  readonly #options: CompactorOptions;
  readonly #wanted = new Set<string>();
  /** Documents that were just loaded, and what ends their rest. */
  readonly #resting = new Map<string, () => void>();
  /** Documents whose last fold failed, and how often in a row. */
  readonly #failures = new Map<string, { count: number; notBefore: number }>();
  /** Documents in which a fold has left something: it is not due for the same entries again before they may be folded. */
  readonly #left = new Map<string, Left>();
  #cancelAgeing: (() => void) | null = null;
  /** Folds that somebody asked for, and that are not done. */
  #asked = 0;
  #running: Promise<void> | null = null;
  #stopped = false;

  constructor(options: CompactorOptions) {
    this.#options = options;
  }

  /** Folds that are due or under way. */
  get pending(): number {
    return this.#wanted.size + this.#asked;
  }

  /** Called with what was just written: cheap, and does nothing most of the time. */
  consider(document: string, sizes: FoldableSizes): void {
    if (this.#stopped || this.#wanted.has(document) || this.#resting.has(document)) return;
    if (!this.#isDue(document, sizes)) return;
    const failed = this.#failures.get(document);
    if (failed !== undefined && this.#options.clock.now() < failed.notBefore) return;
    this.#wanted.add(document);
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
  }

  /** See `DocumentStore.keepUnfolded`. */
  keepUnfolded(after: number | null): void {
    this.#options.line.keep(after);
    this.#reconsider();
  }

  /** Called with what was just read: a fold that is due begins once whoever opens the document has it. */
  considerAfterLoad(document: string, sizes: FoldableSizes): void {
    if (this.#stopped || this.#resting.has(document) || !shouldCompact(sizes, this.#options)) return;
    const { clock, heads } = this.#options;
    const cancel = clock.after(REST_AFTER_LOAD_MS, () => {
      this.#resting.delete(document);
      this.consider(document, heads.peek(document) ?? sizes);
    });
    this.#resting.set(document, cancel);
  }

  async compact(document: string): Promise<CompactionReport> {
    this.#asked += 1;
    try {
      return await this.#fold(document);
    } finally {
      this.#asked -= 1;
    }
  }

  async #fold(document: string): Promise<CompactionReport> {
    const { clock, locks } = this.#options;
    const beganAt = elapsedMs(clock);
    const report = await locks.hold(document, () => this.#foldAll(document));
    this.#failures.delete(document);
    if (report.entries > 0) {
      this.#options.onCompaction({ outcome: 'folded', durationMs: elapsedMs(clock) - beganAt, ...report });
    }
    return report;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wanted.clear();
    for (const cancel of this.#resting.values()) cancel();
    this.#resting.clear();
    this.#cancelAgeing?.();
    this.#cancelAgeing = null;
    await this.#running;
  }

  #isDue(document: string, sizes: FoldableSizes): boolean {
    const left = this.#left.get(document);
    if (left === undefined) return shouldCompact(sizes, this.#options);
    // A life that has begun since has none of it.
    if (sizes.entries < left.entries) {
      this.#left.delete(document);
      return shouldCompact(sizes, this.#options);
    }
    const entries = sizes.entries - left.entries;
    const journalBytes = sizes.journalBytes - left.journalBytes;
    return this.#isTooMuch(sizes) || shouldCompact({ ...sizes, entries, journalBytes }, this.#options);
  }

  /** Of what is left unfolded: whoever opens the document has to go through it. */
  #isTooMuch({ entries, journalBytes }: FoldableSizes): boolean {
    return entries > this.#options.unfoldedEntries || journalBytes > this.#options.unfoldedBytes;
  }

  /** What folds have left may be due by now. */
  #reconsider(): void {
    if (this.#left.size === 0) return;
    const { heads, line } = this.#options;
    const { kept } = line;
    for (const [document, { upTo }] of this.#left) {
      if (kept !== null && kept < upTo) continue;
      this.#left.delete(document);
      // One that nobody has used lately is considered when it is used again.
      const head = heads.peek(document);
      if (head !== null) this.consider(document, head);
    }
  }

  #noteLeft(head: DocumentHead, kept: number | null): void {
    const { document, entries, journalBytes } = head;
    if (kept === null || entries === 0) {
      this.#left.delete(document);
      return;
    }
    this.#left.set(document, { entries, journalBytes, upTo: this.#options.line.passed });
    this.#watchAgeing();
  }

  #watchAgeing(): void {
    if (this.#stopped) return;
    this.#cancelAgeing ??= this.#options.clock.after(AGEING_MS, () => {
      this.#cancelAgeing = null;
      this.#reconsider();
      if (this.#left.size > 0) this.#watchAgeing();
    });
  }

  async #run(): Promise<void> {
    // Lets the caller finish its turn before the first read.
    await Promise.resolve();
    for (const document of this.#wanted) {
      if (this.#stopped) return;
      try {
        await this.#fold(document);
      } catch (error) {
        if (!this.#stopped) this.#postpone(document, error);
      }
      this.#wanted.delete(document);
      // Enough may have come in meanwhile, from somebody who has fallen silent since.
      const head = this.#options.heads.peek(document);
      if (head !== null) this.consider(document, head);
    }
  }

  #postpone(document: string, cause: unknown): void {
    const count = (this.#failures.get(document)?.count ?? 0) + 1;
    const retryInMs = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** Math.min(count - 1, 20));
    this.#failures.set(document, { count, notBefore: this.#options.clock.now() + retryInMs });
    const error =
      cause instanceof PersistenceError
        ? cause
        : new PersistenceError('FOLD_FAILED', 'The document could not be folded', { document, cause });
    this.#options.onCompaction({ outcome: 'failed', document, error, retryInMs });
  }

  async #foldAll(document: string): Promise<CompactionReport> {
    const total = { document, entries: 0, journalBytes: 0, snapshotBytes: 0, segmentBytes: 0 };
    const { foldEntries, heads, line } = this.#options;
    const head = await heads.use(document, (found) => {
      if (!found.born) throw new PersistenceError('UNKNOWN_DOCUMENT', 'There is no such document', { document });
      found.pins += 1;
      return found;
    });
    try {
      let { kept } = line;
      for (;;) {
        const fold = await this.#prepare(document, kept);
        if (fold !== null) {
          const journalBytes = weigh(fold.records);
          if (!(await this.#write(head, fold, journalBytes))) return total;
          total.entries += fold.records.length;
          total.journalBytes += journalBytes;
          total.segmentBytes += fold.result.segment.byteLength;
          if (fold.records.length === foldEntries) continue;
        }
        if (kept === null || !this.#isTooMuch(head)) break;
        kept = null;
      }
      this.#noteLeft(head, kept);
      return { ...total, snapshotBytes: head.snapshotBytes };
    } finally {
      head.pins -= 1;
    }
  }

  /** Reads one snapshot of the document and folds it in the thread. Changes nothing. */
  async #prepare(document: string, kept: number | null): Promise<Fold | null> {
    const { database, foldEntries, incarnation, thread } = this.#options;
    const read = await database.read(async (view) => {
      const row = await readRow(view, document);
      if (row === null) return null;
      const { epoch } = row;
      const records = await (kept === null
        ? readJournal(view, document, epoch, foldEntries)
        : readFoldable(view, document, epoch, { incarnation, sequence: kept }, foldEntries));
      if (records.length === 0) return null;
      return { row, records, snapshot: (await readSnapshot(view, document, epoch)) ?? null };
    });
    if (read === null) return null;
    const { records, row, snapshot } = read;
    const segment = row.segments + 1;
    const result = await thread.run({
      kind: 'fold',
      document,
      snapshotKey: lifeKey(KIND.snapshot, document, row.epoch),
      segmentKey: segmentKey(document, row.epoch, segment),
      snapshot,
      entries: packRecords(records),
    });
    return { epoch: row.epoch, segment, records, result };
  }

  /** False when the epoch has moved since the read: the fold is of a life that has ended. */
  async #write(head: DocumentHead, fold: Fold, journalBytes: number): Promise<boolean> {
    const { document } = head;
    const { epoch, records, result, segment } = fold;
    if (compareEpochs(head.epoch, epoch) !== 0) return false;
    const ops: WriteOp[] = [
      { type: 'put', key: lifeKey(KIND.snapshot, document, epoch), value: result.snapshot },
      { type: 'put', key: segmentKey(document, epoch, segment), value: result.segment },
    ];
    for (const [key] of records) {
      const at = idKey(parseEntryKey(key).id);
      ops.push({ type: 'del', key });
      ops.push({
        type: 'put',
        key: at,
        value: encodeEntryIndex(at, { document, epoch, place: { in: 'segment', segment } }),
      });
    }
    head.segments = segment;
    head.snapshotBytes = result.snapshot.byteLength;
    head.historyBytes += result.segment.byteLength;
    head.entries = Math.max(0, head.entries - records.length);
    head.journalBytes = Math.max(0, head.journalBytes - journalBytes);
    head.rowStale = true;
    await this.#options.journal.submit({ ops, heads: [head], rows: 'now' });
    return true;
  }
}

function weigh(records: readonly (readonly [Bytes, Bytes])[]): number {
  let bytes = 0;
  for (const [, record] of records) bytes += record.byteLength;
  return bytes;
}
