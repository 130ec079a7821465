import type { PersistenceError } from './errors.ts';

/** Which life of a document name this is. Epochs are totally ordered by (count, id); see `compareEpochs`. */
export interface Epoch {
  readonly count: number;
  /** 16 lower-case hexadecimal digits. */
  readonly id: string;
}

/** The name of an entry, the same on every node that holds a copy of it. */
export interface EntryId {
  /** 16 lower-case hexadecimal digits, drawn anew at each opening of a store, so that a restored backup never reuses a number. */
  readonly incarnation: string;
  /** Counts from 1 without gaps within its incarnation. */
  readonly sequence: number;
}

export interface AuthoredUpdate {
  /** Empty when nobody is known to have written it. */
  readonly author: string;
  /** An encoded Yjs v1 update. */
  readonly update: Uint8Array;
}

/** What arrived for one document in one flush: many updates, each with its author, in one record. */
export interface EntryDraft {
  readonly document: string;
  readonly epoch: Epoch;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly updates: readonly AuthoredUpdate[];
  /** The document's title after this entry, when it may have changed. */
  readonly title?: string;
}

/**
 * An entry without updates carries no content: it marks the start of an epoch (a delete), or stands for an entry of a
 * life that was deleted and reclaimed, so that sequences stay without gaps.
 */
export interface Entry extends EntryDraft {
  readonly id: EntryId;
  /** Only with an entry that stands for another one: what a store that takes it must know of the life that has ended. */
  readonly buried?: Burial;
}

/** That lives of a document have ended, and what they had. */
export interface Burial {
  /** The life that had begun by then. */
  readonly by: Epoch;
  /** State vector of all lives before it, see `LoadedDocument.tombstone`; empty when they had no content. */
  readonly tombstone: Uint8Array;
}

export interface LoadedDocument {
  readonly epoch: Epoch;
  /** `deleted` until an entry with updates arrives in `epoch`. */
  readonly state: 'live' | 'deleted';
  readonly snapshot: Uint8Array | null;
  /** What is not in the snapshot yet, oldest first. */
  readonly entries: readonly Entry[];
  /** State vector of all earlier lives of this name, merged by maximum: structs below it belong to the dead. */
  readonly tombstone: Uint8Array | null;
}

export type StoreStatus =
  | { readonly state: 'ready' }
  /** The disk refuses writes. The store retries by itself until it is `ready` again or closed. */
  | { readonly state: 'refusing'; readonly error: PersistenceError; readonly since: number }
  | { readonly state: 'closed' };

export interface SoundDocumentStat {
  readonly document: string;
  readonly state: 'live' | 'deleted';
  readonly title: string;
  readonly created: number;
  readonly edited: number;
  readonly epoch: Epoch;
  /**
   * Entries not folded into the snapshot yet. Counts and sizes are approximations: exact at a fold, up to a second behind
   * otherwise, and more where very many documents are busy.
   */
  readonly entries: number;
  readonly journalBytes: number;
  readonly snapshotBytes: number;
  readonly historyBytes: number;
}

/** `damaged`: the index row of this document can't be read. The others are unaffected. */
export type DocumentStat =
  | SoundDocumentStat
  | { readonly document: string; readonly state: 'damaged'; readonly error: PersistenceError };

export interface ListQuery {
  readonly prefix?: string;
  /** The `next` of an earlier page with the same prefix and order. */
  readonly after?: string;
  readonly limit?: number;
  /** Names that begin so are passed over: documents that a server keeps for itself. */
  readonly except?: string;
  /** `name` (default): by UTF-8 bytes. `recent`: last edited first. */
  readonly order?: 'name' | 'recent';
}

export interface DocumentPage {
  readonly documents: readonly DocumentStat[];
  /** Opaque; null on the last page. */
  readonly next: string | null;
}

export interface CompactionReport {
  readonly document: string;
  /** Entries folded; 0 when there was nothing to do. */
  readonly entries: number;
  readonly journalBytes: number;
  readonly snapshotBytes: number;
  readonly segmentBytes: number;
}

/** Consecutive numbers of one incarnation, both ends among them. */
export interface SequenceSpan {
  readonly first: number;
  readonly last: number;
}

/** What is held of each incarnation: spans in ascending order that neither overlap nor touch. */
export type Holdings = ReadonlyMap<string, readonly SequenceSpan[]>;

export interface EntryRange {
  readonly incarnation: string;
  /** Exclusive. */
  readonly after: number;
  /** Inclusive; left out: as far as there is something. */
  readonly upTo?: number;
  readonly limit: number;
  /** Stop early, but never before the first entry, once the updates weigh this much. */
  readonly maxBytes?: number;
}

export interface DocumentStore {
  readonly incarnation: string;
  readonly status: StoreStatus;
  onStatus(listener: (status: StoreStatus) => void): () => void;

  /**
   * Resolves only once the entry is fsynced. The first entry of a name creates the document, in the epoch that the
   * draft names (`FIRST_EPOCH` unless there is a reason); later ones must name its current epoch, or get `EPOCH_MOVED`.
   * While the disk refuses writes the promises of accepted entries stay pending, and new ones are rejected at once.
   */
  append(draft: EntryDraft): Promise<EntryId>;

  /**
   * Stores entries of other nodes under their own ids. Idempotent; gaps are allowed. A higher epoch implies the delete
   * of the lives below it. Entries of a lower epoch are counted as held, and only extend the tombstone; those of a
   * concurrent life (same count, lower id) stay readable through `history(document, epoch)`. What one call brings for
   * many documents shares a batch. An answer of another store is to be handed over as a whole, with what is held already:
   * one of its entries may bring a burial for the others.
   */
  adopt(entries: readonly Entry[]): Promise<void>;

  /** One consistent view. `null` = never existed. A damaged record throws: a document is never shown shortened. */
  load(document: string): Promise<LoadedDocument | null>;

  /**
   * Tells of the entries of which `onStored` will, in the same order, once they are on their way to the disk. From here on their
   * numbers stand for these entries and no others; they are never stored only when this process ends, or the store is closed
   * while the disk refuses them.
   */
  onWriting(listener: (entries: readonly Entry[]) => void): () => void;

  /**
   * Tells of entries that this store has numbered, by `append` and `delete`: all of them, in the order of their numbers, once
   * they are on disk and among the `holdings`, and before the promises of those who brought them resolve. What a listener throws
   * harms nobody.
   */
  onStored(listener: (entries: readonly Entry[]) => void): () => void;

  /** Folds entries into the snapshot and keeps them as a compressed history segment, in one atomic write. */
  compact(document: string): Promise<CompactionReport>;

  /**
   * Leaves this store's own entries with a number beyond `after` in the journal, where they are quick to be had, since not
   * every node has them yet, and with them what others have written in the same document since; null, as at the beginning:
   * folds all. A node that is gone for long costs no load: what is older than an hour is folded all the same, and so is
   * everything in a document where more than 10,000 entries or 64 MiB wait. It can be had from the segments then, only slower.
   */
  keepUnfolded(after: number | null): void;

  /**
   * Moves the epoch (count + 1, random id) and leaves a tombstone. Deleting a deleted document changes nothing.
   * The records of the old life are reclaimed afterwards, in slices, across restarts.
   *
   * @param to the epoch to move to, where that is higher, instead of one of its own: for a document that lives and dies
   * with another one. Where nothing is stored there is nothing to end.
   */
  delete(document: string, to?: Epoch): Promise<Epoch>;

  /** Live and damaged documents. With `recent`, a prefix is a filter over all documents, not an index. */
  list(query?: ListQuery): Promise<DocumentPage>;
  stat(document: string): Promise<DocumentStat | null>;

  /**
   * By id, folded or not, in sequence order. Numbers that are not held are passed over; one that is held and can't be found
   * is damage. May return fewer than `limit`; none = nothing held in this range. Where entries of ended lives were reclaimed,
   * the first stand-in of each document in an answer bears the burial for all of them.
   */
  entries(range: EntryRange): Promise<readonly Entry[]>;

  /**
   * What is durably held, this store's own entries too, and what lies beyond gaps. It does not change any more once it is
   * given out: the same map is given again until something has changed, and the same spans for each incarnation in which
   * nothing has, so who compares with what was given before sees what is new by identity.
   */
  holdings(): Holdings;

  /** All entries of the current life (or of `epoch`, while it is kept), oldest first: folded segments, then the live journal. */
  history(document: string, epoch?: Epoch): AsyncIterable<Entry>;

  /** What waits for the disk. */
  readonly queue: { readonly entries: number; readonly bytes: number };

  /** Folds that are due or under way; one that failed does not count until it is due again. */
  readonly pendingFolds: number;

  /** Lives that end, by a deletion or an entry of another store, and wait for their turn or the disk. */
  readonly pendingDeletions: number;

  /** Documents whose ended lives still take room, which is being given back. */
  readonly pendingReclaims: number;

  /** Writes what is queued, then closes. */
  close(): Promise<void>;
}
