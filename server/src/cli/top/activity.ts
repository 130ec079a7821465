import type { nodeStates } from '../../observability/metrics/label-values.ts';
import type { MetricName } from '../../observability/metrics/metric-table.ts';
import { quantile, rate, type Scrape, total } from './exposition.ts';

/** What a server did between two scrapes; null where there was nothing to be measured. */
export interface Activity {
  readonly version: string;
  readonly uptimeSeconds: number | null;
  readonly journalState: string;
  readonly sessions: number | null;
  readonly sessionsByDialect: Readonly<Record<string, number>>;
  readonly people: number | null;
  readonly documents: number | null;
  readonly connections: number | null;
  readonly entering: number | null;
  readonly framesInPerSecond: number | null;
  readonly bytesInPerSecond: number | null;
  readonly framesOutPerSecond: number | null;
  readonly bytesOutPerSecond: number | null;
  readonly editsPerSecond: number | null;
  readonly editsRefusedPerSecond: number | null;
  readonly socketsRefusedPerSecond: number | null;
  readonly peopleRefusedPerSecond: number | null;
  readonly receiptsPerSecond: number | null;
  readonly receiptP50Seconds: number | null;
  readonly receiptP99Seconds: number | null;
  readonly fsyncP99Seconds: number | null;
  readonly loopLagP99Seconds: number | null;
  readonly loopUtilisation: number | null;
  readonly cpuSecondsPerSecond: number | null;
  readonly residentBytes: number | null;
  readonly unestablishedFrames: number | null;
  readonly documentQueueEdits: number | null;
  readonly journalQueueEntries: number | null;
  readonly journalQueueBytes: number | null;
  readonly unsentBytes: number | null;
  readonly slowSessions: number | null;
  readonly judgingUpdates: number | null;
  readonly pausedSessions: number | null;
  readonly compactionsPending: number | null;
  readonly openRequests: number | null;
  /** To the backend that says who somebody is: those that it was asked, and those that wait for their turn. */
  readonly authQuestions: number | null;
  /** Of its Redis; empty on a node by itself. */
  readonly redisState: string;
  readonly nodesReady: number | null;
  readonly nodesCatchingUp: number | null;
  readonly nodesSilent: number | null;
  readonly nodesUnreadable: number | null;
  readonly missingEntries: number | null;
  readonly unpublishedEntries: number | null;
  readonly unreceiptedEntries: number | null;
}

/** @param now seconds since 1970 */
export function compareScrapes(earlier: Scrape, after: Scrape, now: number): Activity {
  const startedAt = total(after, 'process_start_time_seconds');
  // Of another process: its counters began anew, and may have overtaken those of the one before.
  const isAnother = startedAt !== total(earlier, 'process_start_time_seconds');
  const before: Scrape = isAnother ? { atMs: earlier.atMs, samples: new Map() } : earlier;
  return {
    version: after.samples.get('quire_build_info')?.[0]?.labels.version ?? '',
    uptimeSeconds: startedAt === null ? null : Math.max(0, now - startedAt),
    journalState: stateOf(after, 'quire_store_state'),
    sessions: total(after, 'quire_sessions'),
    sessionsByDialect: Object.fromEntries(
      (after.samples.get('quire_sessions') ?? []).map(({ labels, value }) => [labels.dialect ?? '', value]),
    ),
    people: total(after, 'quire_presence_people'),
    documents: total(after, 'quire_open_documents'),
    connections: total(after, 'quire_document_connections'),
    entering: total(after, 'quire_document_connections_entering'),
    framesInPerSecond: rate(before, after, 'quire_received_frames_total'),
    bytesInPerSecond: rate(before, after, 'quire_received_bytes_total'),
    framesOutPerSecond: rate(before, after, 'quire_sent_frames_total'),
    bytesOutPerSecond: rate(before, after, 'quire_sent_bytes_total'),
    editsPerSecond: rate(before, after, 'quire_edits_total'),
    editsRefusedPerSecond: rate(before, after, 'quire_edits_refused_total'),
    socketsRefusedPerSecond: rate(before, after, 'quire_upgrade_failures_total'),
    peopleRefusedPerSecond: rate(before, after, 'quire_access_refusals_total'),
    receiptsPerSecond: rate(before, after, 'quire_receipts_total'),
    receiptP50Seconds: quantile(before, after, 'quire_receipt_latency_seconds', 0.5),
    receiptP99Seconds: quantile(before, after, 'quire_receipt_latency_seconds', 0.99),
    fsyncP99Seconds: quantile(before, after, 'quire_journal_sync_seconds', 0.99),
    loopLagP99Seconds: total(after, 'quire_event_loop_lag_p99_seconds'),
    loopUtilisation: rate(before, after, 'quire_event_loop_active_seconds_total'),
    cpuSecondsPerSecond: rate(before, after, 'process_cpu_seconds_total'),
    residentBytes: total(after, 'process_resident_memory_bytes'),
    unestablishedFrames: total(after, 'quire_unestablished_frames'),
    documentQueueEdits: total(after, 'quire_document_queue_edits'),
    journalQueueEntries: total(after, 'quire_journal_queue_entries'),
    journalQueueBytes: total(after, 'quire_journal_queue_bytes'),
    unsentBytes: total(after, 'quire_unsent_bytes'),
    slowSessions: total(after, 'quire_slow_sessions'),
    judgingUpdates: total(after, 'quire_judging_updates'),
    pausedSessions: total(after, 'quire_paused_sessions'),
    compactionsPending: total(after, 'quire_compactions_pending'),
    openRequests: total(after, 'quire_http_open_requests'),
    authQuestions: sumOf(total(after, 'quire_auth_asked_questions'), total(after, 'quire_auth_waiting_questions')),
    redisState: stateOf(after, 'quire_cluster_bus_state'),
    nodesReady: nodesIn(after, 'ready'),
    nodesCatchingUp: nodesIn(after, 'catching-up'),
    nodesSilent: nodesIn(after, 'silent'),
    nodesUnreadable: nodesIn(after, 'unreadable'),
    missingEntries: total(after, 'quire_cluster_missing_entries'),
    unpublishedEntries: total(after, 'quire_cluster_unpublished_entries'),
    unreceiptedEntries: total(after, 'quire_cluster_unreceipted_entries'),
  };
}

/** Which state of a metric is 1; empty for none. */
function stateOf({ samples }: Scrape, name: MetricName): string {
  return samples.get(name)?.find(({ value }) => value === 1)?.labels.state ?? '';
}

function sumOf(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : one + other;
}

function nodesIn({ samples }: Scrape, state: (typeof nodeStates)[number]): number | null {
  return samples.get('quire_cluster_nodes')?.find(({ labels }) => labels.state === state)?.value ?? null;
}
