import * as Y from 'yjs';
import { assertAdoptable, assertDraft } from './check-entry.ts';
import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import { compareEntries } from './entry-order.ts';
import { compareEpochs, nextEpoch } from './epoch.ts';
import { PersistenceError } from './errors.ts';
import { FoldingLine, UNFOLDED_BYTES, UNFOLDED_ENTRIES, UNFOLDED_MS } from './folding-line.ts';
import { HeldEntries } from './held-entries.ts';
import { assertDocumentName } from './names.ts';
import { NoticeBoard } from './notice-board.ts';
import { randomHexId } from './random-id.ts';
import type { StateVector } from './state-vectors.ts';
import { coverStateVector, coverUpdate, encodeTombstone } from './state-vectors.ts';
import type {
  CompactionReport,
  DocumentPage,
  DocumentStore,
  Entry,
  EntryDraft,
  EntryId,
  EntryRange,
  Epoch,
  Holdings,
  ListQuery,
  LoadedDocument,
  SoundDocumentStat,
  StoreStatus,
} from './store.ts';

interface Life {
  readonly epoch: Epoch;
  snapshot: Uint8Array | null;
  folded: Entry[];
  live: Entry[];
}

interface MemoryDocument {
  life: Life;
  /** Lives that lost against a concurrent epoch of the same count. */
  rivals: Life[];
  tombstone: StateVector | null;
  title: string;
  titledAt: number;
  created: number;
  edited: number;
}

interface HeldWrite {
  readonly entries: number;
  readonly bytes: number;
  /** Gives its entry its number; false where that can't be told before it runs. */
  begin(): boolean;
  run(): void;
  reject(error: PersistenceError): void;
}

export interface MemoryStoreOptions {
  readonly clock?: Clock;
  /** `manual`: nothing counts as durable until `flush()`. Default: at once. */
  readonly flushing?: 'immediate' | 'manual';
  /** What `keepUnfolded` keeps is folded all the same when it weighs more in one document. */
  readonly unfoldedBytes?: number;
  /** What listeners throw. */
  onUpkeepError?(error: unknown): void;
}

/** A `DocumentStore` without a disk: for tests, and as the model that the LevelDB store is compared with. */
export class MemoryStore implements DocumentStore {
  readonly incarnation = randomHexId();
  readonly #clock: Clock;
  readonly #manual: boolean;
  readonly #documents = new Map<string, MemoryDocument>();
  readonly #byId = new Map<string, Map<number, Entry>>();
  readonly #held = new HeldEntries();
  readonly #waiting: HeldWrite[] = [];
  readonly #board: NoticeBoard<StoreStatus>;
  readonly #writing: NoticeBoard<readonly Entry[]>;
  readonly #stored: NoticeBoard<readonly Entry[]>;
  readonly #line: FoldingLine;
  readonly #unfoldedBytes: number;
  #sequence = 0;
  #pendingFolds = 0;
  #pendingDeletions = 0;
  #status: StoreStatus = { state: 'ready' };

  constructor(options: MemoryStoreOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#manual = options.flushing === 'manual';
    this.#unfoldedBytes = options.unfoldedBytes ?? UNFOLDED_BYTES;
    this.#line = new FoldingLine({ clock: this.#clock, longestMs: UNFOLDED_MS });
    const tell =
      <T>(listener: (notice: T) => void) =>
      (notice: T): void => {
        try {
          listener(notice);
        } catch (error) {
          options.onUpkeepError?.(error);
        }
      };
    this.#board = new NoticeBoard<StoreStatus>(tell);
    this.#writing = new NoticeBoard<readonly Entry[]>(tell);
    this.#stored = new NoticeBoard<readonly Entry[]>(tell);
  }

  get status(): StoreStatus {
    return this.#status;
  }

  onStatus(listener: (status: StoreStatus) => void): () => void {
    return this.#board.subscribe(listener);
  }

  onWriting(listener: (entries: readonly Entry[]) => void): () => void {
    return this.#writing.subscribe(listener);
  }

  onStored(listener: (entries: readonly Entry[]) => void): () => void {
    return this.#stored.subscribe(listener);
  }

  get queue(): { readonly entries: number; readonly bytes: number } {
    let entries = 0;
    let bytes = 0;
    for (const write of this.#waiting) {
      entries += write.entries;
      bytes += write.bytes;
    }
    return { entries, bytes };
  }

  get pendingFolds(): number {
    return this.#pendingFolds;
  }

  get pendingDeletions(): number {
    return this.#pendingDeletions;
  }

  /** What ends is forgotten at once. */
  get pendingReclaims(): number {
    return 0;
  }

  /** What waits is on its way to the disk, up to the first that is no append: the power may go before a `flush()`. */
  begin(): void {
    this.#waiting.every((write) => write.begin());
  }

  /** Makes everything that waits durable, in order. */
  flush(): void {
    for (const write of this.#waiting.splice(0)) write.run();
  }

  /** Behaves as a store whose disk refuses writes, until `recover()`. */
  refuse(cause: unknown = new Error('refused on request')): void {
    const error = new PersistenceError('REFUSED', 'The store refuses writes', { cause });
    this.#become({ state: 'refusing', error, since: this.#clock.now() });
  }

  recover(): void {
    this.#become({ state: 'ready' });
    if (!this.#manual) this.flush();
  }

  async append(draft: EntryDraft): Promise<EntryId> {
    this.#assertOpen();
    assertDraft(draft);
    if (this.#status.state === 'refusing') throw this.#status.error;
    const body: EntryDraft = { ...draft, updates: [...draft.updates] };
    let entry: Entry | null = null;
    const begin = (): boolean => {
      if (entry === null && this.#isInEpoch(body)) entry = this.#number(body);
      return entry !== null;
    };
    const run = (): EntryId => {
      begin();
      if (entry === null) {
        throw new PersistenceError('EPOCH_MOVED', 'The document is in another epoch', { document: draft.document });
      }
      this.#storeOwn(entry);
      return entry.id;
    };
    return this.#write([body], run, begin);
  }

  async adopt(entries: readonly Entry[]): Promise<void> {
    this.#assertOpen();
    for (const entry of entries) {
      assertAdoptable(entry);
      if (entry.id.incarnation === this.incarnation && entry.id.sequence > this.#sequence) {
        throw new PersistenceError('BAD_ENTRY', 'An entry bears a number that this store has not given out', {
          document: entry.document,
        });
      }
    }
    if (this.#status.state === 'refusing') throw this.#status.error;
    await this.#write(entries, () => {
      for (const entry of entries) {
        if (!this.#held.has(entry.id)) this.#store(entry);
        else if (entry.buried !== undefined) this.#learn(entry);
      }
    });
  }

  async load(name: string): Promise<LoadedDocument | null> {
    this.#assertOpen();
    assertDocumentName(name);
    const document = this.#documents.get(name);
    if (document === undefined) return null;
    return {
      epoch: document.life.epoch,
      state: stateOf(document),
      snapshot: document.life.snapshot,
      entries: [...document.life.live].sort(compareEntries),
      tombstone: document.tombstone === null ? null : encodeTombstone(document.tombstone),
    };
  }

  async compact(name: string): Promise<CompactionReport> {
    this.#assertOpen();
    assertDocumentName(name);
    const document = this.#documents.get(name);
    if (document === undefined) {
      throw new PersistenceError('UNKNOWN_DOCUMENT', 'No such document', { document: name });
    }
    if (this.#status.state === 'refusing') throw this.#status.error;
    this.#pendingFolds += 1;
    try {
      return await this.#write([], () => this.#fold(name, document.life));
    } finally {
      this.#pendingFolds -= 1;
    }
  }

  async delete(name: string, to?: Epoch): Promise<Epoch> {
    this.#assertOpen();
    assertDocumentName(name);
    if (this.#status.state === 'refusing') throw this.#status.error;
    this.#pendingDeletions += 1;
    try {
      return await this.#write([], () => this.#end(name, to));
    } finally {
      this.#pendingDeletions -= 1;
    }
  }

  keepUnfolded(after: number | null): void {
    this.#line.keep(after);
  }

  async list(query: ListQuery = {}): Promise<DocumentPage> {
    this.#assertOpen();
    const { prefix = '', except } = query;
    const limit = query.limit ?? 100;
    const stats = [...this.#documents]
      .filter(([name, document]) => name.startsWith(prefix) && stateOf(document) === 'live')
      .filter(([name]) => except === undefined || !name.startsWith(except))
      .map(([name, document]) => statOf(name, document));
    const byName = (a: SoundDocumentStat, b: SoundDocumentStat) =>
      Buffer.compare(Buffer.from(a.document), Buffer.from(b.document));
    if (query.order === 'recent') stats.sort((a, b) => b.edited - a.edited || byName(a, b));
    else stats.sort(byName);
    const cursorOf = (stat: SoundDocumentStat) => `${stat.edited}:${stat.document}`;
    const start = query.after === undefined ? 0 : stats.findIndex((stat) => cursorOf(stat) === query.after) + 1;
    const documents = stats.slice(start, start + limit);
    const last = documents.at(-1);
    return { documents, next: last !== undefined && start + limit < stats.length ? cursorOf(last) : null };
  }

  async stat(name: string): Promise<SoundDocumentStat | null> {
    this.#assertOpen();
    assertDocumentName(name);
    const document = this.#documents.get(name);
    return document === undefined ? null : statOf(name, document);
  }

  async entries(range: EntryRange): Promise<readonly Entry[]> {
    this.#assertOpen();
    const { after, upTo = Number.POSITIVE_INFINITY } = range;
    const buried = new Set<string>();
    const found = [...(this.#byId.get(range.incarnation) ?? [])]
      .filter(([sequence]) => sequence > after && sequence <= upTo)
      .sort(([a], [b]) => a - b)
      .slice(0, range.limit)
      .map(([, entry]) => this.#present(entry, buried));
    let bytes = 0;
    const fitting = found.findIndex((entry) => {
      bytes += bytesOf([entry]) + (entry.buried?.tombstone.byteLength ?? 0);
      return bytes > (range.maxBytes ?? Number.POSITIVE_INFINITY);
    });
    return fitting < 0 ? found : found.slice(0, Math.max(1, fitting));
  }

  holdings(): Holdings {
    return this.#held.holdings;
  }

  async *history(name: string, epoch?: Epoch): AsyncIterable<Entry> {
    this.#assertOpen();
    assertDocumentName(name);
    const document = this.#documents.get(name);
    if (document === undefined) return;
    const wanted = epoch ?? document.life.epoch;
    const life = [document.life, ...document.rivals].find((each) => compareEpochs(each.epoch, wanted) === 0);
    if (life !== undefined) yield* [...life.folded, ...[...life.live].sort(compareEntries)];
  }

  async close(): Promise<void> {
    if (this.#status.state === 'closed') return;
    if (this.#status.state === 'refusing') {
      const closed = new PersistenceError('CLOSED', 'Closed while the store refused writes');
      for (const write of this.#waiting.splice(0)) write.reject(closed);
    }
    this.flush();
    this.#become({ state: 'closed' });
  }

  #become(status: StoreStatus): void {
    this.#status = status;
    this.#board.post(status);
  }

  #assertOpen(): void {
    if (this.#status.state === 'closed') throw new PersistenceError('CLOSED', 'The store is closed');
  }

  #isInEpoch({ document, epoch }: EntryDraft): boolean {
    const known = this.#documents.get(document);
    return known === undefined || compareEpochs(known.life.epoch, epoch) === 0;
  }

  #write<T>(entries: readonly EntryDraft[], run: () => T, begin = (): boolean => false): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const attempt = () => {
        try {
          resolve(run());
        } catch (error) {
          reject(error);
        }
      };
      this.#waiting.push({ entries: entries.length, bytes: bytesOf(entries), begin, run: attempt, reject });
      if (!this.#manual && this.#status.state === 'ready') this.flush();
    });
  }

  /** It has the next number from here on. */
  #number(draft: EntryDraft): Entry {
    this.#sequence += 1;
    const entry: Entry = { ...draft, id: { incarnation: this.incarnation, sequence: this.#sequence } };
    this.#writing.post([entry]);
    return entry;
  }

  #storeOwn(entry: Entry): void {
    this.#store(entry);
    this.#line.pass([entry]);
    this.#stored.post([entry]);
  }

  #store(entry: Entry): void {
    const kept = this.#keep(this.#learn(entry), entry);
    this.#held.add(entry.id);
    const { incarnation, sequence } = entry.id;
    const byId = this.#byId.get(incarnation) ?? new Map<number, Entry>();
    this.#byId.set(incarnation, byId);
    byId.set(sequence, kept);
  }

  /** As a store with a disk would give it that has reclaimed what has ended. */
  #present(entry: Entry, buried: Set<string>): Entry {
    const document = this.#documents.get(entry.document);
    if (document === undefined || document.life.epoch.count <= entry.epoch.count) return entry;
    const { id, document: name, epoch, time } = entry;
    const standIn: Entry = { id, document: name, epoch, time, updates: [] };
    if (buried.has(name)) return standIn;
    buried.add(name);
    const tombstone = encodeTombstone(document.tombstone ?? new Map());
    return { ...standIn, buried: { by: document.life.epoch, tombstone } };
  }

  #end(name: string, to?: Epoch): Epoch {
    const document = this.#documents.get(name);
    if (document === undefined) {
      if (to !== undefined) return to;
      throw new PersistenceError('UNKNOWN_DOCUMENT', 'No such document', { document: name });
    }
    const isThere = to === undefined ? stateOf(document) === 'deleted' : compareEpochs(to, document.life.epoch) <= 0;
    if (isThere) return document.life.epoch;
    const epoch = to ?? nextEpoch(document.life.epoch);
    this.#storeOwn(this.#number({ document: name, epoch, time: this.#clock.now(), updates: [] }));
    return epoch;
  }

  #fold(document: string, life: Life): CompactionReport {
    const { kept } = this.#line;
    const isOwn = (entry: Entry) => entry.id.incarnation === this.incarnation;
    const stays = life.live.filter((entry) => kept !== null && isOwn(entry) && entry.id.sequence > kept);
    const [first] = stays.sort((a, b) => a.id.sequence - b.id.sequence);
    // What others have written since may build on it.
    if (first !== undefined) stays.push(...life.live.filter((entry) => !isOwn(entry) && entry.time >= first.time));
    const tooMuch = stays.length > UNFOLDED_ENTRIES || bytesOf(stays) > this.#unfoldedBytes;
    return foldLife(document, life, tooMuch ? new Set() : new Set(stays));
  }

  /** What an entry tells of its document besides its content: which life it is in, and what earlier ones had. */
  #learn(entry: Entry): MemoryDocument {
    const document = this.#documents.get(entry.document) ?? this.#create(entry);
    const { buried, epoch, time } = entry;
    if (compareEpochs(epoch, document.life.epoch) > 0) beginLife(document, epoch, time);
    if (buried === undefined) return document;
    if (compareEpochs(buried.by, document.life.epoch) > 0) beginLife(document, buried.by, time);
    const covered = document.tombstone ?? new Map();
    if (coverStateVector(covered, buried.tombstone)) document.tombstone = covered;
    return document;
  }

  #create(entry: Entry): MemoryDocument {
    const document: MemoryDocument = {
      life: bornIn(entry.epoch),
      rivals: [],
      tombstone: null,
      title: '',
      titledAt: Number.NEGATIVE_INFINITY,
      created: entry.time,
      edited: entry.time,
    };
    this.#documents.set(entry.document, document);
    return document;
  }

  #keep(document: MemoryDocument, entry: Entry): Entry {
    if (compareEpochs(entry.epoch, document.life.epoch) === 0) {
      if (entry.updates.length > 0 && stateOf(document) === 'deleted') {
        document.created = entry.time;
        document.edited = entry.time;
      }
      document.life.live.push(entry);
      document.edited = Math.max(document.edited, entry.time);
      // Other nodes' entries come in any order: of their titles the latest counts.
      const isTitled = entry.id.incarnation === this.incarnation || entry.time >= document.titledAt;
      if (entry.title !== undefined && isTitled) {
        document.title = entry.title;
        document.titledAt = entry.time;
      }
      return entry;
    }
    const covered: StateVector = document.tombstone ?? new Map();
    for (const { update } of entry.updates) if (coverUpdate(covered, update)) document.tombstone = covered;
    if (entry.epoch.count < document.life.epoch.count) return { ...entry, updates: [] };
    let rival = document.rivals.find((life) => compareEpochs(life.epoch, entry.epoch) === 0);
    if (rival === undefined) {
      rival = bornIn(entry.epoch);
      document.rivals.push(rival);
    }
    rival.live.push(entry);
    return entry;
  }
}

function bornIn(epoch: Epoch): Life {
  return { epoch, snapshot: null, folded: [], live: [] };
}

function beginLife(document: MemoryDocument, epoch: Epoch, time: number): void {
  const ended = document.life;
  const covered: StateVector = document.tombstone ?? new Map();
  if (ended.snapshot !== null) coverUpdate(covered, ended.snapshot);
  for (const entry of ended.live) for (const { update } of entry.updates) coverUpdate(covered, update);
  document.tombstone = covered.size === 0 ? null : covered;
  document.rivals = [...document.rivals, ended].filter((life) => life.epoch.count === epoch.count);
  document.life = bornIn(epoch);
  document.title = '';
  document.titledAt = Number.NEGATIVE_INFINITY;
  document.created = time;
  document.edited = time;
}

function foldLife(document: string, life: Life, staying: ReadonlySet<Entry>): CompactionReport {
  const folded = life.live.filter((entry) => !staying.has(entry)).sort(compareEntries);
  if (folded.length > 0) {
    const doc = new Y.Doc();
    doc.transact(() => {
      if (life.snapshot !== null) Y.applyUpdate(doc, life.snapshot);
      for (const entry of folded) for (const { update } of entry.updates) Y.applyUpdate(doc, update);
    });
    life.snapshot = Y.encodeStateAsUpdate(doc);
    doc.destroy();
    life.folded.push(...folded);
    life.live = [...staying];
  }
  return {
    document,
    entries: folded.length,
    journalBytes: bytesOf(folded),
    snapshotBytes: life.snapshot?.byteLength ?? 0,
    segmentBytes: bytesOf(folded),
  };
}

function stateOf(document: MemoryDocument): 'live' | 'deleted' {
  const { life } = document;
  const alive = [life.folded, life.live].some((entries) => entries.some((entry) => entry.updates.length > 0));
  return alive ? 'live' : 'deleted';
}

function statOf(name: string, document: MemoryDocument): SoundDocumentStat {
  const { life } = document;
  return {
    document: name,
    state: stateOf(document),
    title: document.title,
    created: document.created,
    edited: document.edited,
    epoch: life.epoch,
    entries: life.live.length,
    journalBytes: bytesOf(life.live),
    snapshotBytes: life.snapshot?.byteLength ?? 0,
    historyBytes: bytesOf(life.folded),
  };
}

function bytesOf(entries: readonly EntryDraft[]): number {
  let bytes = 0;
  for (const entry of entries) for (const { update } of entry.updates) bytes += update.byteLength;
  return bytes;
}
