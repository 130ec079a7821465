import type { BatchReport, CompactionEvent, DocumentStore } from '@quire/persistence';
import { Distribution } from './distribution.ts';
import { compactionOutcomes, compactionParts } from './label-values.ts';
import { metricTable } from './metric-table.ts';
import { Tally } from './tally.ts';

/** What the journal reports of its batches and folds. */
export class JournalMeters {
  readonly batchEntries = new Distribution(metricTable.quire_journal_batch_entries.buckets);
  readonly batchBytes = new Distribution(metricTable.quire_journal_batch_bytes.buckets);
  readonly wait = new Distribution(metricTable.quire_journal_wait_seconds.buckets);
  readonly sync = new Distribution(metricTable.quire_journal_sync_seconds.buckets);
  readonly compactions = new Tally(compactionOutcomes);
  readonly compactionDuration = new Distribution(metricTable.quire_compaction_duration_seconds.buckets);
  readonly compactionBytes = new Tally(compactionParts);
  compactedEntries = 0;
  refusals = 0;

  readonly onBatch = (report: BatchReport): void => {
    this.batchEntries.observe(report.entries);
    this.batchBytes.observe(report.bytes);
    this.wait.observeMs(report.waitedMs);
    this.sync.observeMs(report.syncMs);
  };

  readonly onCompaction = (event: CompactionEvent): void => {
    this.compactions.add(event.outcome);
    if (event.outcome === 'failed') return;
    this.compactionDuration.observeMs(event.durationMs);
    this.compactedEntries += event.entries;
    this.compactionBytes.add('journal', event.journalBytes);
    this.compactionBytes.add('snapshot', event.snapshotBytes);
    this.compactionBytes.add('history', event.segmentBytes);
  };

  /** @returns the end of it */
  watch(store: DocumentStore): () => void {
    return store.onStatus((status) => {
      if (status.state === 'refusing') this.refusals += 1;
    });
  }
}
