import { compactionOutcomes, compactionParts, storeStates } from '../label-values.ts';
import { COUNTS, DISK_SECONDS, type MetricTable } from './definition.ts';

export const journalMetrics = {
  quire_journal_batch_entries: {
    type: 'histogram',
    section: 'journal',
    unit: 'items',
    buckets: COUNTS,
    help: 'Entries in one write to the disk.',
  },
  quire_journal_batch_bytes: {
    type: 'histogram',
    section: 'journal',
    unit: 'bytes',
    buckets: [256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304],
    help: 'Bytes in one write to the disk.',
  },
  quire_journal_wait_seconds: {
    type: 'histogram',
    section: 'journal',
    unit: 'seconds',
    buckets: DISK_SECONDS,
    help: 'How long the oldest entry of a write had waited: for the write before it, and for others to share this one.',
  },
  quire_journal_sync_seconds: {
    type: 'histogram',
    section: 'journal',
    unit: 'seconds',
    buckets: DISK_SECONDS,
    help: 'How long one write to the disk took, fsync included.',
  },
  quire_journal_queue_entries: {
    type: 'gauge',
    section: 'journal',
    unit: 'items',
    help: 'Entries that wait for the disk or are at it.',
  },
  quire_journal_queue_bytes: {
    type: 'gauge',
    section: 'journal',
    unit: 'bytes',
    help: 'Bytes that wait for the disk or are at it.',
  },
  quire_journal_queue_limit_bytes: {
    type: 'gauge',
    section: 'journal',
    unit: 'bytes',
    help: 'Bytes that may wait for the disk before edits are refused: the setting journal.queueBytes.',
  },
  quire_store_state: {
    type: 'gauge',
    section: 'journal',
    unit: 'flag',
    label: { name: 'state', values: storeStates },
    help: '1 for the state in which the journal is: refusing means that the disk takes no writes.',
  },
  quire_store_refusals_total: {
    type: 'counter',
    section: 'journal',
    unit: 'items',
    help: 'How often the disk began to refuse writes.',
  },
  quire_compactions_pending: {
    type: 'gauge',
    section: 'journal',
    unit: 'items',
    help: 'Folds of journals into snapshots that are due or under way.',
  },
  quire_compactions_total: {
    type: 'counter',
    section: 'journal',
    unit: 'items',
    label: { name: 'outcome', values: compactionOutcomes },
    help: 'Journals of documents that were folded into a snapshot, or could not be.',
  },
  quire_compaction_duration_seconds: {
    type: 'histogram',
    section: 'journal',
    unit: 'seconds',
    buckets: DISK_SECONDS,
    help: 'How long a fold took, most of it in a thread of its own.',
  },
  quire_compaction_entries_total: {
    type: 'counter',
    section: 'journal',
    unit: 'items',
    help: 'Entries that were folded.',
  },
  quire_compaction_bytes_total: {
    type: 'counter',
    section: 'journal',
    unit: 'bytes',
    label: { name: 'part', values: compactionParts },
    help: 'Bytes of journal that were folded, and of snapshots and history that were written for them.',
  },
  quire_data_free_bytes: {
    type: 'gauge',
    section: 'journal',
    unit: 'bytes',
    help: 'Room on the disk that holds the data directory.',
  },
} as const satisfies MetricTable;
