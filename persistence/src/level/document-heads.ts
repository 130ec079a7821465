import type { Clock } from '../clock.ts';
import { FIRST_EPOCH } from '../epoch.ts';
import type { Epoch } from '../store.ts';
import type { WriteOp } from './batch-writer.ts';
import type { Bytes, Database } from './database.ts';
import type { Row } from './document-records.ts';
import { decodeRow, encodeRow } from './document-records.ts';
import { KIND, lifeKey, nameKey, recentKey } from './keys.ts';

type Mutable<T> = { -readonly [Field in keyof T]: T[Field] };

/** What is known in memory of a document that is being written: its row, ahead of the one on disk. */
export interface DocumentHead extends Mutable<Row> {
  readonly document: string;
  readonly rowKey: Bytes;
  /** False while the name has no row, on disk or on its way there. */
  born: boolean;
  entryPrefix: Bytes;
  /** When the title was given, as far as is known since the head was read: of other nodes' titles the latest counts. */
  titledAt: number;
  /** The time under which the recency index lists the document, as of the last batch put together. */
  indexedEdited: number | null;
  rowWrittenAt: number;
  rowStale: boolean;
  /** The row on disk has another title. */
  isTitleStale: boolean;
  /** Writes on their way, and folds: a head in use is not forgotten. */
  pins: number;
}

type Task = (head: DocumentHead) => void;

type Slot =
  | { readonly state: 'loading'; readonly waiting: Waiting[] }
  | { readonly state: 'open'; readonly head: DocumentHead }
  | { readonly state: 'held'; readonly head: DocumentHead; readonly waiting: Waiting[] };

interface Waiting {
  readonly run: Task;
  readonly fail: (error: unknown) => void;
}

export interface DocumentHeadsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly maxHeads: number;
}

// Each new head looks at this many old ones, so that forgetting keeps pace without ever scanning them all.
const EVICTION_LOOKS = 4;

/** The heads of recently used documents, and the order in which calls for one document are served. */
export class DocumentHeads {
  readonly #options: DocumentHeadsOptions;
  readonly #slots = new Map<string, Slot>();
  readonly #idleListeners = new Set<() => void>();
  #busy = 0;

  constructor(options: DocumentHeadsOptions) {
    this.#options = options;
  }

  /** Runs `task` at once when the head is at hand, otherwise in the order of the calls once it is. */
  use<T>(document: string, task: (head: DocumentHead) => T | Promise<T>): Promise<T> {
    const slot = this.#slots.get(document);
    if (slot?.state === 'open') {
      this.#slots.delete(document);
      this.#slots.set(document, slot);
      try {
        return Promise.resolve(task(slot.head));
      } catch (error) {
        return Promise.reject(error);
      }
    }
    return new Promise<T>((resolve, reject) => {
      const run = (head: DocumentHead) => {
        try {
          resolve(task(head));
        } catch (error) {
          reject(error);
        }
      };
      const waiting = { run, fail: reject };
      if (slot === undefined) this.#load(document, waiting);
      else slot.waiting.push(waiting);
    });
  }

  /** Reads those heads that are not in memory, of as many as can be read, so that what is done next with all of them is done at once. */
  async warm(documents: readonly string[]): Promise<void> {
    const cold = documents.filter((document) => !this.#slots.has(document));
    // One that can't be read says so to whoever uses it.
    if (cold.length > 0) await Promise.allSettled(cold.map((document) => this.use(document, () => {})));
  }

  /** Makes every other call for the document wait until the returned function is called. */
  hold(document: string): Promise<{ readonly head: DocumentHead; release(): void }> {
    return this.use(document, (head) => {
      const held: Slot = { state: 'held', head, waiting: [] };
      this.#slots.set(document, held);
      this.#busy += 1;
      const release = () => {
        if (this.#slots.get(document) === held) this.#openSlot(head, held.waiting);
      };
      return { head, release };
    });
  }

  /** The head if it happens to be in memory. */
  peek(document: string): DocumentHead | null {
    const slot = this.#slots.get(document);
    return slot === undefined || slot.state === 'loading' || !slot.head.born ? null : slot.head;
  }

  stale(): DocumentHead[] {
    const heads: DocumentHead[] = [];
    for (const slot of this.#slots.values()) {
      if (slot.state !== 'loading' && slot.head.rowStale) heads.push(slot.head);
    }
    return heads;
  }

  /** Resolves when no call waits for a head. */
  idle(): Promise<void> {
    if (this.#busy === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const settle = () => {
        this.#idleListeners.delete(settle);
        resolve();
      };
      this.#idleListeners.add(settle);
    });
  }

  #load(document: string, first: Waiting): void {
    const slot: Slot = { state: 'loading', waiting: [first] };
    this.#slots.set(document, slot);
    this.#busy += 1;
    readHead(this.#options.database, document).then(
      (head) => {
        this.#openSlot(head, slot.waiting);
        this.#evict();
      },
      (error: unknown) => {
        this.#slots.delete(document);
        for (const waiting of slot.waiting) waiting.fail(error);
        this.#calm();
      },
    );
  }

  #openSlot(head: DocumentHead, waiting: Waiting[]): void {
    this.#slots.set(head.document, { state: 'open', head });
    while (waiting.length > 0) {
      const slot = this.#slots.get(head.document);
      if (slot?.state === 'held') {
        // One of those who waited holds the document now; the rest wait for it in turn.
        slot.waiting.unshift(...waiting.splice(0));
        break;
      }
      waiting.shift()?.run(head);
    }
    this.#calm();
  }

  #calm(): void {
    this.#busy -= 1;
    if (this.#busy === 0) for (const settle of [...this.#idleListeners]) settle();
  }

  #evict(): void {
    if (this.#slots.size <= this.#options.maxHeads) return;
    let looks = EVICTION_LOOKS;
    for (const [document, slot] of this.#slots) {
      if (slot.state === 'open' && slot.head.pins === 0 && !slot.head.rowStale) this.#slots.delete(document);
      looks -= 1;
      if (looks === 0 || this.#slots.size <= this.#options.maxHeads) return;
    }
  }
}

/** Starts the life `epoch` in the head of its document, empty. */
export function beginLife(head: DocumentHead, epoch: Epoch, time: number): void {
  head.born = true;
  head.epoch = epoch;
  head.entryPrefix = lifeKey(KIND.entry, head.document, epoch);
  head.state = 'deleted';
  head.title = '';
  head.titledAt = Number.NEGATIVE_INFINITY;
  head.created = time;
  head.edited = time;
  head.entries = 0;
  head.journalBytes = 0;
  head.snapshotBytes = 0;
  head.historyBytes = 0;
  head.segments = 0;
  head.rowStale = true;
}

/** The row as the head knows it, with the recency index moved along in the same batch. */
export function writeRow(head: DocumentHead, now: number): WriteOp[] {
  const ops: WriteOp[] = [{ type: 'put', key: head.rowKey, value: encodeRow(head.rowKey, head) }];
  const edited = head.state === 'live' ? head.edited : null;
  if (edited !== head.indexedEdited) {
    if (head.indexedEdited !== null) ops.push({ type: 'del', key: recentKey(head.indexedEdited, head.document) });
    if (edited !== null) ops.push({ type: 'put', key: recentKey(edited, head.document), value: NOTHING });
    head.indexedEdited = edited;
  }
  head.rowWrittenAt = now;
  head.rowStale = false;
  head.isTitleStale = false;
  return ops;
}

const NOTHING = new Uint8Array(0);

async function readHead(database: Database, document: string): Promise<DocumentHead> {
  const rowKey = nameKey(KIND.row, document);
  const record = await database.read((view) => view.get(rowKey));
  const row = record === undefined ? null : decodeRow({ key: rowKey, document }, record);
  const epoch = row?.epoch ?? FIRST_EPOCH;
  return {
    ...(row ?? UNBORN),
    epoch,
    document,
    rowKey,
    born: row !== null,
    entryPrefix: lifeKey(KIND.entry, document, epoch),
    titledAt: Number.NEGATIVE_INFINITY,
    indexedEdited: row?.state === 'live' ? row.edited : null,
    rowWrittenAt: Number.NEGATIVE_INFINITY,
    rowStale: false,
    isTitleStale: false,
    pins: 0,
  };
}

const UNBORN: Row = {
  epoch: FIRST_EPOCH,
  state: 'deleted',
  title: '',
  created: 0,
  edited: 0,
  entries: 0,
  journalBytes: 0,
  snapshotBytes: 0,
  historyBytes: 0,
  segments: 0,
};
