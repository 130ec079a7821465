import type { Clock } from '../clock.ts';
import { compareEpochs, nextEpoch } from '../epoch.ts';
import { PersistenceError } from '../errors.ts';
import type { StateVector } from '../state-vectors.ts';
import { coverStateVector, coverUpdate, encodeTombstone } from '../state-vectors.ts';
import type { Burial, Entry, EntryId, Epoch } from '../store.ts';
import type { WriteOp } from './batch-writer.ts';
import type { Bytes, Database } from './database.ts';
import type { DocumentHead, DocumentHeads } from './document-heads.ts';
import { beginLife } from './document-heads.ts';
import type { DocumentLocks } from './document-locks.ts';
import { decodeBlob, encodeBlob, encodeEntryIndex } from './document-records.ts';
import { encodeEntry } from './entry-record.ts';
import type { EntryVectors } from './entry-vectors.ts';
import type { FoldThread } from './fold-thread.ts';
import type { Journal, JournalWrite } from './journal.ts';
import { storeEntry } from './journal.ts';
import { entryKey, idKey, KIND, lifeKey, nameKey } from './keys.ts';
import { packRecords } from './packed-records.ts';
import { readJournal, readSnapshot } from './reading.ts';
import type { Reclaimer } from './reclaimer.ts';

export interface EpochMoverOptions {
  readonly clock: Clock;
  readonly database: Database;
  readonly heads: DocumentHeads;
  readonly journal: Journal;
  readonly locks: DocumentLocks;
  readonly reclaimer: Reclaimer;
  readonly thread: FoldThread;
  readonly vectors: EntryVectors;
  drawId(): EntryId;
}

/**
 * [R14] Ends lives. Calls for the document wait meanwhile, so that the tombstone covers everything that the old life
 * ever accepted, and nothing is accepted into it afterwards.
 */
export class EpochMover {
  readonly #options: EpochMoverOptions;
  #pending = 0;

  constructor(options: EpochMoverOptions) {
    this.#options = options;
  }

  /** Calls that wait, or are under way. */
  get pending(): number {
    return this.#pending;
  }

  delete(document: string, to?: Epoch): Promise<Epoch> {
    const { clock, drawId } = this.#options;
    return this.#alone(document, async (head, release) => {
      if (!head.born) {
        if (to !== undefined) return to;
        throw new PersistenceError('UNKNOWN_DOCUMENT', 'There is no such document', { document });
      }
      const isThere = to === undefined ? head.state === 'deleted' : compareEpochs(to, head.epoch) <= 0;
      if (isThere) return head.epoch;
      const time = clock.now();
      const epoch = to ?? nextEpoch(head.epoch);
      const tombstone = await this.#bury(head);
      const done = this.#begin(head, epoch, time, tombstone, () => {
        const entry = { id: drawId(), document, epoch, time, updates: [] };
        return { ids: [entry.id], own: [entry], ops: storeEntry(head, entry.id, entry) };
      });
      release();
      await done;
      return epoch;
    });
  }

  /**
   * Makes `epoch` the current one if it is higher, as an entry from another node told. What it told of lives before that
   * one, those that this store has never seen too, goes into the tombstone in the same batch.
   */
  raise(document: string, epoch: Epoch, time: number, burials: readonly Burial[]): Promise<void> {
    return this.#alone(document, async (head) => {
      if (!head.born || compareEpochs(epoch, head.epoch) <= 0) return;
      const buried = await this.#bury(head);
      const tombstone = cover(document, buried, (covered) => coverBurials(covered, burials)) ?? buried;
      await this.#begin(head, epoch, time, tombstone, () => ({}));
    });
  }

  /** Entries of lives that have ended: the tombstone learns their structs, and only a concurrent life keeps its content. */
  admitLate(document: string, entries: readonly Entry[], burials: readonly Burial[]): Promise<void> {
    const { database, journal, vectors } = this.#options;
    return this.#alone(document, async (head) => {
      const late = entries.filter((entry) => !vectors.isAccepted(entry.id));
      const ops: WriteOp[] = late.flatMap((entry) => lateRecords(head, entry));
      if (burials.length > 0 || late.some((entry) => entry.updates.length > 0)) {
        const key = nameKey(KIND.tombstone, document);
        const stored = await database.read((view) => view.get(key));
        const tombstone = cover(document, stored ?? null, (covered) => {
          const told = coverBurials(covered, burials);
          return late.reduce((raised, entry) => coverContent(covered, entry) || raised, told);
        });
        if (tombstone !== null) ops.push({ type: 'put', key, value: tombstone });
      }
      await journal.submit({ ops, ids: late.map((entry) => entry.id) });
    });
  }

  async #alone<T>(document: string, task: (head: DocumentHead, release: () => void) => Promise<T>): Promise<T> {
    const { heads, journal, locks } = this.#options;
    this.#pending += 1;
    try {
      return await locks.hold(document, async () => {
        const { head, release } = await heads.hold(document);
        try {
          await journal.barrier();
          return await task(head, release);
        } finally {
          release();
        }
      });
    } finally {
      this.#pending -= 1;
    }
  }

  #begin(
    head: DocumentHead,
    epoch: Epoch,
    time: number,
    tombstone: Bytes | null,
    mark: () => Pick<Partial<JournalWrite>, 'ids' | 'ops' | 'own'>,
  ): Promise<void> {
    const { journal, reclaimer } = this.#options;
    beginLife(head, epoch, time);
    const marker = mark();
    const ops = [...(marker.ops ?? [])];
    if (tombstone !== null) {
      ops.push({ type: 'put', key: nameKey(KIND.tombstone, head.document), value: tombstone });
    }
    ops.push(reclaimer.schedule(head.document, epoch.count));
    return journal.submit({ ...marker, ops, heads: [head], rows: 'now' }).then(() => reclaimer.start());
  }

  /** The tombstone's record after the current life of `head`. Computed off the event loop: the life may be large. */
  async #bury(head: DocumentHead): Promise<Bytes | null> {
    const { database, thread } = this.#options;
    const { document, epoch } = head;
    const tombstoneKey = nameKey(KIND.tombstone, document);
    const { entries, snapshot, tombstone } = await database.read(async (view) => ({
      snapshot: (await readSnapshot(view, document, epoch)) ?? null,
      tombstone: (await view.get(tombstoneKey)) ?? null,
      entries: await readJournal(view, document, epoch),
    }));
    const result = await thread.run({
      kind: 'bury',
      document,
      snapshotKey: lifeKey(KIND.snapshot, document, epoch),
      tombstoneKey,
      snapshot,
      tombstone,
      entries: packRecords(entries),
    });
    return result.tombstone;
  }
}

/** The record of a tombstone that covers more than `stored`; null when it doesn't. */
function cover(document: string, stored: Bytes | null, teach: (covered: StateVector) => boolean): Bytes | null {
  const key = nameKey(KIND.tombstone, document);
  const covered: StateVector = new Map();
  if (stored !== null) coverStateVector(covered, decodeBlob({ key, document }, stored));
  return teach(covered) ? encodeBlob(key, encodeTombstone(covered)) : null;
}

function coverBurials(covered: StateVector, burials: readonly Burial[]): boolean {
  return burials.reduce((raised, { tombstone }) => coverStateVector(covered, tombstone) || raised, false);
}

function coverContent(covered: StateVector, entry: Entry): boolean {
  return entry.updates.reduce((raised, { update }) => coverUpdate(covered, update) || raised, false);
}

function lateRecords(head: DocumentHead, entry: Entry): WriteOp[] {
  const { document, epoch, id } = entry;
  const key = idKey(id);
  if (epoch.count < head.epoch.count) {
    const value = encodeEntryIndex(key, { document, epoch, place: { in: 'nowhere', time: entry.time } });
    return [{ type: 'put', key, value }];
  }
  const at = entryKey(lifeKey(KIND.entry, document, epoch), id);
  return [
    { type: 'put', key: at, value: encodeEntry(at, entry) },
    { type: 'put', key, value: encodeEntryIndex(key, { document, epoch, place: { in: 'journal' } }) },
  ];
}
