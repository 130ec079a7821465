import type { DocumentStore, Epoch } from '@quire/persistence';
import type { DocumentName } from '@quire/protocol';
import type * as Y from 'yjs';
import type { Clock } from '../clock.ts';
import type { EventRoom } from '../events/event-room.ts';
import type { Logger } from '../observability/log.ts';
import type { CollabMeters } from '../observability/metrics/collab-meters.ts';
import type { Slicing } from './apply-in-slices.ts';
import type { RingBudget } from './broadcast-ring.ts';
import type { DocumentOwner } from './document-owner.ts';
import type { FlushTimer } from './flush-window.ts';
import type { Replication, RoomLink, SharedRoom } from './replication.ts';
import type { Submission } from './submission.ts';

/** What a document looks like to its owner; Hocuspocus's `Document` is one. */
export type OwnedDocument = Y.Doc;

export interface OwnerOptions {
  readonly name: DocumentName;
  readonly epoch: Epoch;
  /** State vector of earlier lives, as it is stored; structs below it belong to the dead (R14). */
  readonly tombstone: ReadonlyMap<number, number>;
  readonly document: OwnedDocument;
  /** The document as it was read from disk, where that was one update: it need not be encoded again for the first who come. */
  readonly stored: Uint8Array | null;
  /** What it takes on the disk: its snapshot, and the edits since. */
  readonly storedBytes: { readonly snapshot: number; readonly edits: number };
  /** Something is stored of this life. */
  readonly isStored: boolean;
  /** The document that these are the comments on; null for all others. */
  readonly commented: DocumentOwner | null;
  /** The title that the store's index has. */
  readonly storedTitle: string;
  readonly store: DocumentStore;
  readonly clock: Clock;
  readonly timer: FlushTimer;
  readonly log: Logger;
  readonly meters: CollabMeters | null;
  readonly maxQueueBytes: number;
  /** What may wait for the disk over all documents. */
  readonly maxJournalQueueBytes: number;
  readonly maxRingBytes: number;
  readonly ringBudget: RingBudget;
  /** How many people are shown to everybody; the others are counted. */
  readonly maxListedPeople: number;
  /** What other nodes say of larger ones is left out. */
  readonly maxPresenceStateBytes: number;
  readonly unloadDelayMs: number;
  readonly slicing: Slicing;
  readonly replication: Pick<Replication, 'acknowledged' | 'acknowledgedSoFar' | 'commonTime'>;
  /** Whether other nodes may write in it. */
  readonly hasPeers: boolean;
  /** What is said in it. `since`: monotonic, when it was opened. */
  readonly events: {
    open(since: number): EventRoom;
    find(): EventRoom | null;
    close(): void;
    /** See `DocumentEventsOptions`. */
    missedUntil(): number | null;
  };
  /** Called once it is open: makes it known to the other nodes that have it open. */
  join(room: SharedRoom): RoomLink;
  /** Called when nobody has needed the document for `unloadDelayMs`. */
  onIdle(): void;
  /** The transaction origin under which a batch is applied, so that hooks see where it came from: one of its own for each. */
  originOf(batch: readonly Submission[]): object;
  /** Called when the document in memory has what the disk has not, or could not take what the disk has: it must be read again. */
  onBroken(): void;
  /** Called when the store no longer takes edits of this life: another node has ended it. */
  onEnded(): void;
  /** Called with every presence message that is broadcast. */
  onPresence(presence: Uint8Array): void;
}
