import * as Y from 'yjs';
import { compareEntries } from '../entry-order.ts';
import { PersistenceError } from '../errors.ts';
import type { StateVector } from '../state-vectors.ts';
import { coverStateVector, coverUpdate, encodeTombstone } from '../state-vectors.ts';
import type { Bytes } from './database.ts';
import { decodeBlob, encodeBlob } from './document-records.ts';
import { decodeEntry } from './entry-record.ts';
import { unpackRecords } from './packed-records.ts';
import { encodeSegment } from './segment-record.ts';

/** Everything here runs in the fold worker, and is pure: records in, records out. */

export interface FoldJob {
  readonly kind: 'fold';
  readonly document: string;
  readonly snapshotKey: Bytes;
  readonly segmentKey: Bytes;
  /** The snapshot's record as it is stored, or null. */
  readonly snapshot: Bytes | null;
  /** The entries' keys and records, packed. */
  readonly entries: Bytes;
}

export interface FoldResult {
  readonly kind: 'fold';
  readonly snapshot: Bytes;
  readonly segment: Bytes;
}

export interface BuryJob {
  readonly kind: 'bury';
  readonly document: string;
  readonly snapshotKey: Bytes;
  readonly tombstoneKey: Bytes;
  readonly snapshot: Bytes | null;
  readonly tombstone: Bytes | null;
  readonly entries: Bytes;
}

export interface BuryResult {
  readonly kind: 'bury';
  /** The tombstone's new record, or null when no life has had a single struct. */
  readonly tombstone: Bytes | null;
}

export type Job = FoldJob | BuryJob;
export type JobResult = FoldResult | BuryResult;

export function runJob(job: Job): JobResult {
  switch (job.kind) {
    case 'fold':
      return fold(job);
    case 'bury':
      return bury(job);
  }
}

/**
 * [R3] What waits for missing structs stays in the encoded state: Yjs writes pending structs and deletes along.
 * Deleted content is garbage-collected here and lives on in the segment.
 */
function fold(job: FoldJob): FoldResult {
  const { document } = job;
  const entries = [...unpackRecords(job.entries)].map(([key, record]) => decodeEntry(key, record));
  entries.sort(compareEntries);
  const doc = new Y.Doc({ gc: true });
  doc.transact(() => {
    if (job.snapshot !== null) Y.applyUpdate(doc, decodeBlob({ key: job.snapshotKey, document }, job.snapshot));
    for (const entry of entries) for (const { update } of entry.updates) Y.applyUpdate(doc, update);
  });
  const state = Y.encodeStateAsUpdate(doc);
  doc.destroy();
  return {
    kind: 'fold',
    snapshot: encodeBlob(job.snapshotKey, state),
    segment: encodeSegment(job.segmentKey, entries),
  };
}

/** A damaged record adds nothing to the tombstone: a document that can't be read can still be deleted. */
function bury(job: BuryJob): BuryResult {
  const { document } = job;
  const covered: StateVector = new Map();
  const { snapshot, tombstone } = job;
  if (tombstone !== null) {
    spareDamage(() => coverStateVector(covered, decodeBlob({ key: job.tombstoneKey, document }, tombstone)));
  }
  if (snapshot !== null) {
    spareDamage(() => coverUpdate(covered, decodeBlob({ key: job.snapshotKey, document }, snapshot)));
  }
  for (const [key, record] of unpackRecords(job.entries)) {
    spareDamage(() => {
      for (const { update } of decodeEntry(key, record).updates) coverUpdate(covered, update);
    });
  }
  return {
    kind: 'bury',
    tombstone: covered.size === 0 ? null : encodeBlob(job.tombstoneKey, encodeTombstone(covered)),
  };
}

function spareDamage(read: () => void): void {
  try {
    read();
  } catch (error) {
    const damaged = error instanceof PersistenceError && error.code === 'CORRUPT_RECORD';
    if (!damaged) throw error;
  }
}
