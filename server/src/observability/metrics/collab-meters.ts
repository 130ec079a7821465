import { Distribution } from './distribution.ts';
import {
  closeNames,
  dialects,
  editSources,
  eventRefusals,
  eventSources,
  nameOwnEnd,
  nameRefusal,
  refusalCodes,
  waysToBeShown,
} from './label-values.ts';
import { metricTable } from './metric-table.ts';
import { Outcomes } from './outcomes.ts';
import { Tally } from './tally.ts';

/** What is known of something on its way to the journal here. */
export interface MeteredSubmission {
  readonly connection: object | null;
  readonly kind: 'update' | 'step-2';
  readonly content: object | null;
  /** Another node has counted it. */
  readonly stored?: boolean;
  /** An entry that only takes the title along is no edit. */
  readonly isTitleOnly?: boolean;
}

/** Receipts that leave together. */
export interface MeteredReceipts {
  readonly count: number;
  /** Monotonic: when the first of the edits was read; null when that is not known. */
  readonly sinceMs: number | null;
}

/** What documents and their connections count, in place. */
export class CollabMeters {
  readonly connections = new Tally(dialects);
  readonly connectionsRefused = new Tally([...closeNames, 'other']);
  connectionsEntering = 0;
  unestablishedFrames = 0;
  unestablishedBytes = 0;
  judgingUpdates = 0;
  judgingBytes = 0;
  queuedEdits = 0;
  queuedBytes = 0;
  applyingBytes = 0;
  unreceiptedBytes = 0;
  readonly people = new Tally(waysToBeShown);
  readonly edits = new Tally(editSources);
  readonly editsRefused = new Tally(refusalCodes);
  readonly events = new Tally(eventSources);
  readonly eventsRefused = new Tally(eventRefusals);
  readonly receiptLatency = new Distribution(metricTable.quire_receipt_latency_seconds.buckets);
  readonly judgingTime = new Distribution(metricTable.quire_judging_seconds.buckets);
  readonly flushWindow = new Distribution(metricTable.quire_flush_window_seconds.buckets);
  readonly flushEdits = new Distribution(metricTable.quire_flush_edits.buckets);
  readonly flushDuration = new Distribution(metricTable.quire_flush_duration_seconds.buckets);
  readonly loads = new Outcomes(metricTable.quire_document_load_seconds.buckets);
  readonly unloads = new Outcomes(metricTable.quire_document_unload_seconds.buckets);

  waiting(frames: number, bytes: number): void {
    this.unestablishedFrames += frames;
    this.unestablishedBytes += bytes;
  }

  judging(updates: number, bytes: number): void {
    this.judgingUpdates += updates;
    this.judgingBytes += bytes;
  }

  queued(edits: number, bytes: number): void {
    this.queuedEdits += edits;
    this.queuedBytes += bytes;
  }

  /** What comes into its document in slices. */
  applying(bytes: number): void {
    this.applyingBytes += bytes;
  }

  /** What waits for other nodes once it is on disk here. */
  readonly unreceipted = (bytes: number): void => {
    this.unreceiptedBytes += bytes;
  };

  connectionRefused(code: { readonly name: string }): void {
    this.connectionsRefused.add(nameOwnEnd(code.name));
  }

  editRefused(name: string): void {
    this.editsRefused.add(nameRefusal(name));
  }

  /** A flush is on disk, applied and written to everybody. @param batch empty when it could not be */
  flushed(batch: readonly MeteredSubmission[], durationMs: number): void {
    let edits = 0;
    for (const { connection, content, kind, stored, isTitleOnly } of batch) {
      if (content === null || stored === true || isTitleOnly === true) continue;
      this.edits.add(connection === null ? 'server' : kind);
      edits += 1;
    }
    if (edits > 0) this.flushEdits.observe(edits);
    this.flushDuration.observeMs(durationMs);
  }

  /** These have just been written. */
  receipted(receipts: readonly MeteredReceipts[], nowMs: number): void {
    for (const { count, sinceMs } of receipts) {
      if (sinceMs !== null) this.receiptLatency.observeMs(nowMs - sinceMs, count);
    }
  }
}
