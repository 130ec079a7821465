import { dirname, join, resolve } from 'node:path';
import type { Clock } from '../clock.ts';
import { systemClock } from '../clock.ts';
import { PersistenceError } from '../errors.ts';
import { FoldingLine, UNFOLDED_BYTES, UNFOLDED_ENTRIES, UNFOLDED_MS } from '../folding-line.ts';
import { NoticeBoard } from '../notice-board.ts';
import { randomHexId } from '../random-id.ts';
import type { DocumentStore, Entry, EntryId, StoreStatus } from '../store.ts';
import type { BatchReport } from './batch-writer.ts';
import { BatchWriter } from './batch-writer.ts';
import type { CompactionEvent } from './compactor.ts';
import { Compactor } from './compactor.ts';
import type { Level, OpenDb } from './database.ts';
import { classicLevel, Database, errorCode } from './database.ts';
import { claimFormat } from './directory-format.ts';
import { DocumentHeads } from './document-heads.ts';
import { DocumentLocks } from './document-locks.ts';
import { EntryVectors } from './entry-vectors.ts';
import { EpochMover } from './epoch-mover.ts';
import { FoldThread } from './fold-thread.ts';
import type { JournalWrite } from './journal.ts';
import { Journal, rowsOfBatch } from './journal.ts';
import { LevelStore } from './level-store.ts';
import { makeDirectory } from './make-directory.ts';
import { lockedBy, removeOwner, writeOwner } from './owner-file.ts';
import { Reclaimer } from './reclaimer.ts';
import { ReserveFile } from './reserve-file.ts';
import { restoreVectors } from './restore-vectors.ts';
import { RowPace } from './row-pace.ts';
import { RowSweeper } from './row-sweeper.ts';
import { syncDirectory } from './sync-directory.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

export interface LevelStoreOptions {
  /** Holds `journal/` (LevelDB), `owner.json` and `reserve`. Created when absent. */
  readonly directory: string;
  readonly clock?: Clock;
  /** Replaces LevelDB, for tests that need it to fail. Gets the path of `journal/`. */
  readonly openDb?: OpenDb;
  /** Where this process can be reached, for the error that a second opener gets. */
  readonly address?: string;
  /** Size of LevelDB's log before it becomes a table. Up to two are in memory and on disk. */
  readonly writeBufferBytes?: number;
  readonly cacheBytes?: number;
  /** Kept free to get going again after the disk was full: two logs that become tables, and a little. */
  readonly reserveBytes?: number;
  /** More than this waiting for the disk gets `QUEUE_FULL`. */
  readonly queueBytes?: number;
  readonly batchEntries?: number;
  /**
   * The most, in ms, that lies between the beginnings of two batches, so that entries share one; default 0. It is reached
   * at 2,000 writes a second over all documents (smoothed over 100 ms), and shrinks to nothing at 1,300.
   */
  readonly batchIntervalMs?: number;
  readonly batchBytes?: number;
  /** A document's index row is written at most this often. */
  readonly rowIntervalMs?: number;
  /** A fold is due at so many entries or bytes, and more in proportion to a large snapshot. */
  readonly compactEntries?: number;
  readonly compactBytes?: number;
  readonly foldEntries?: number;
  /** What `keepUnfolded` keeps is folded all the same when it is so old, or so much in one document. */
  readonly unfoldedMs?: number;
  readonly unfoldedBytes?: number;
  readonly unfoldedEntries?: number;
  readonly maxHeads?: number;
  /** How long a read waits for a disk that is being recovered. */
  readonly readWaitMs?: number;
  readonly retryMinMs?: number;
  readonly retryMaxMs?: number;
  readonly reclaimSliceRecords?: number;
  onBatch?(report: BatchReport): void;
  onCompaction?(event: CompactionEvent): void;
  /** What failed without harm to any document: upkeep, and callbacks such as these. */
  onUpkeepError?(error: unknown): void;
}

const DEFAULTS = {
  writeBufferBytes: 4 * MIB,
  cacheBytes: 16 * MIB,
  queueBytes: 64 * MIB,
  batchEntries: 1000,
  batchBytes: MIB,
  batchIntervalMs: 0,
  rowIntervalMs: 1000,
  compactEntries: 500,
  compactBytes: 256 * KIB,
  foldEntries: 2000,
  unfoldedMs: UNFOLDED_MS,
  unfoldedBytes: UNFOLDED_BYTES,
  unfoldedEntries: UNFOLDED_ENTRIES,
  maxHeads: 10_000,
  readWaitMs: 2000,
  retryMinMs: 50,
  retryMaxMs: 2000,
  reclaimSliceRecords: 500,
} as const satisfies Partial<LevelStoreOptions>;

/**
 * Opens the store in `directory`, which one process at a time may hold.
 *
 * @example
 * const store = await openLevelStore({ directory: 'data' });
 * await store.append({ document: 'notes', epoch: FIRST_EPOCH, time: Date.now(), updates: [{ author: 'ada', update }] });
 */
export async function openLevelStore(options: LevelStoreOptions): Promise<DocumentStore> {
  const settings = { ...DEFAULTS, ...options };
  const { batchBytes, batchEntries, rowIntervalMs } = settings;
  const directory = resolve(options.directory);
  const clock = options.clock ?? systemClock;
  const paths = { journal: join(directory, 'journal'), owner: join(directory, 'owner.json') };
  const reserveBytes = options.reserveBytes ?? 2 * settings.writeBufferBytes + MIB;
  const reserve = new ReserveFile(join(directory, 'reserve'), reserveBytes);
  const openDb = options.openDb ?? classicLevel(settings);
  const onUpkeepError = (error: unknown) => options.onUpkeepError?.(error);
  /** What a callback of somebody else's throws is told of, and costs neither an entry nor those who wait for it. */
  const tell =
    <T>(callback: (value: T) => void) =>
    (value: T): void => {
      try {
        callback(value);
      } catch (error) {
        onUpkeepError(error);
      }
    };

  await makeDirectory(directory);
  const db = await openLocked(openDb, paths, directory, reserve);
  const vectors = new EntryVectors();
  const database = new Database(db, { open: openDb, directory: paths.journal, clock, waitMs: settings.readWaitMs });
  try {
    await claimFormat(db, directory);
    // LevelDB syncs its files and its own directory; the way there is ours.
    for (const path of [directory, dirname(directory)]) await syncDirectory(path);
    await database.read((view) => restoreVectors(view, vectors));
  } catch (error) {
    await database.close();
    throw toOpenFailure(error, `The journal in ${directory} can not be opened`);
  }
  // For people only, so a disk without room for it is no reason not to open.
  await writeOwner(paths.owner, options.address, clock.now()).catch(onUpkeepError);

  const incarnation = randomHexId();
  let sequence = 0;
  const drawId = (): EntryId => {
    sequence += 1;
    return { incarnation, sequence };
  };
  const board = new NoticeBoard<StoreStatus>(tell);
  const writing = new NoticeBoard<readonly Entry[]>(tell);
  const stored = new NoticeBoard<readonly Entry[]>(tell);
  const heads = new DocumentHeads({ database, clock, maxHeads: settings.maxHeads });
  const rowPace = new RowPace(rowIntervalMs);
  const writer = new BatchWriter<JournalWrite>({
    database,
    clock,
    batchBytes,
    batchEntries,
    batchIntervalMs: settings.batchIntervalMs,
    retryMinMs: settings.retryMinMs,
    retryMaxMs: settings.retryMaxMs,
    complete: (writes) => [
      ...vectors.write(writes.flatMap((write) => write.ids)),
      ...rowsOfBatch(writes, clock.now(), rowPace),
    ],
    writing: (writes) => {
      const own = writes.flatMap((write) => write.own);
      if (own.length > 0) writing.post(own);
    },
    committed: (writes) => {
      vectors.commit(writes.flatMap((write) => write.ids));
      settleHeads(writes, compactor, sweeper);
      const own = writes.flatMap((write) => write.own);
      if (own.length === 0) return;
      line.pass(own);
      stored.post(own);
    },
    freeReserve: () => reserve.free(),
    ensureReserve: () => reserve.ensure(),
    onStatus: (status) => board.post(status),
    onBatch: tell((report) => options.onBatch?.(report)),
  });
  const journal = new Journal({ writer, vectors });
  const thread = new FoldThread(clock);
  const locks = new DocumentLocks();
  const sweeper = new RowSweeper({ clock, heads, journal, writer, pace: rowPace, rowIntervalMs });
  const line = new FoldingLine({ clock, longestMs: settings.unfoldedMs });
  const compactor = new Compactor({
    ...settings,
    clock,
    database,
    heads,
    journal,
    line,
    locks,
    thread,
    incarnation,
    onCompaction: tell((event) => options.onCompaction?.(event)),
  });
  const reclaimer = new Reclaimer({
    database,
    journal,
    sliceRecords: settings.reclaimSliceRecords,
    onError: onUpkeepError,
  });
  const mover = new EpochMover({ clock, database, heads, journal, locks, reclaimer, thread, vectors, drawId });

  await reserve.ensure().catch((error: unknown) => writer.awaitReserve(error));
  await reclaimer.resume();
  return new LevelStore({
    incarnation,
    clock,
    database,
    writer,
    journal,
    heads,
    vectors,
    mover,
    compactor,
    reclaimer,
    sweeper,
    thread,
    board,
    writing,
    stored,
    drawId,
    queueBytes: settings.queueBytes,
    batchEntries,
    release: () => removeOwner(paths.owner),
  });
}

async function openLocked(
  openDb: OpenDb,
  paths: { journal: string; owner: string },
  directory: string,
  reserve: ReserveFile,
): Promise<Level> {
  try {
    return await openDb(paths.journal);
  } catch (error) {
    if (isLocked(error)) throw await lockedBy(paths.owner, directory, error);
  }
  try {
    // The lock is free, so the reserve is ours to spend: a full disk is the likeliest reason.
    await reserve.free();
    return await openDb(paths.journal);
  } catch (error) {
    if (isLocked(error)) throw await lockedBy(paths.owner, directory, error);
    throw toOpenFailure(error, `The journal in ${directory} can not be opened`);
  }
}

/** Whatever the file system or LevelDB say while a directory is opened; what is known better stays as it is. */
function toOpenFailure(error: unknown, message: string): PersistenceError {
  return error instanceof PersistenceError ? error : new PersistenceError('OPEN_FAILED', message, { cause: error });
}

function isLocked(error: unknown): boolean {
  if (errorCode(error) === 'LEVEL_LOCKED') return true;
  return error instanceof Error && errorCode(error.cause) === 'LEVEL_LOCKED';
}

/** After a batch: its heads may be forgotten again, folded, or have their rows brought up to date later. */
function settleHeads(writes: readonly JournalWrite[], compactor: Compactor, sweeper: RowSweeper): void {
  for (const { heads } of writes) {
    for (const head of heads) {
      head.pins -= 1;
      compactor.consider(head.document, head);
      if (head.rowStale) sweeper.wake();
    }
  }
}
