import { performance } from 'node:perf_hooks';
import type { DocumentStore } from '@quire/persistence';
import type { AccessMeters } from './access-meters.ts';
import type { ClusterMeters } from './cluster-meters.ts';
import type { CollabMeters } from './collab-meters.ts';
import type { Distribution } from './distribution.ts';
import type { GatewayMeters } from './gateway-meters.ts';
import type { HttpMeters } from './http-meters.ts';
import type { JournalMeters } from './journal-meters.ts';
import { busStates, nodeStates, storeStates } from './label-values.ts';
import type { MetricName } from './metric-table.ts';
import { countDescriptors, measureVirtualMemory, type ProcessMeters } from './process-meters.ts';
import type { WebhookMeters } from './webhook-meters.ts';

/** Where the numbers lie. Everything is counted where it happens: no reading goes through sessions or documents. */
export interface MetricSources {
  readonly gateway: GatewayMeters;
  readonly collab: CollabMeters;
  readonly access: AccessMeters;
  readonly journal: JournalMeters;
  readonly webhook: WebhookMeters;
  readonly http: HttpMeters;
  readonly cluster: ClusterMeters;
  readonly process: ProcessMeters;
  readonly store: Pick<DocumentStore, 'pendingDeletions' | 'pendingFolds' | 'pendingReclaims' | 'queue' | 'status'>;
  readonly collaboration: MeteredDocuments;
  readonly rules: MeteredRules;
  readonly queueLimitBytes: number;
  readonly sessionLimit: number;
  readonly droppedLogLines: () => number;
  readonly version: string;
}

/** What the documents of this node hold. */
export interface MeteredDocuments {
  readonly openDocuments: number;
  readonly ringBytes: number;
  readonly eventBytes: number;
  readonly eventDocuments: number;
}

/** How much the registry holds. */
export interface MeteredRules {
  readonly links: { readonly count: number };
  readonly revocations: { readonly count: number };
}

export type Value = number | Distribution;

/** One value, or one for each value of the label; null when there is none to be had. */
export type Reading = Value | Readonly<Record<string, Value>> | null;

const SECOND_MS = 1000;
const MICROSECONDS = 1_000_000;

type Read = (sources: MetricSources) => Reading;

const socketReadings = {
  quire_sessions: ({ gateway }) => gateway.sessions.values,
  quire_sessions_limit: ({ sessionLimit }) => sessionLimit,
  quire_sessions_opened_total: ({ gateway }) => gateway.opened.values,
  quire_http_sessions: ({ gateway }) => gateway.httpSessions,
  quire_http_sessions_opened_total: ({ gateway }) => gateway.httpSessionsOpened,
  quire_sessions_closed_total: ({ gateway }) => gateway.closed.values,
  quire_slow_readers_closed_total: ({ gateway }) => gateway.slowReaders.values,
  quire_ping_timeouts_total: ({ gateway }) => gateway.closed.values['ping-timeout'],
  quire_connections_refused_total: ({ gateway }) => gateway.connectionsRefused.values,
  quire_upgrade_failures_total: ({ gateway }) => gateway.upgradeFailures.values,
  quire_received_frames_total: ({ gateway }) => gateway.receivedFrames.values,
  quire_received_bytes_total: ({ gateway }) => gateway.receivedBytes.values,
  quire_received_frame_bytes: ({ gateway }) => gateway.receivedSizes,
  quire_reading_pauses_total: ({ gateway }) => gateway.readingPauses.values,
  quire_paused_sessions: ({ gateway }) => gateway.sessionsPaused,
  quire_sent_frames_total: ({ gateway }) => gateway.sent.frames.values,
  quire_sent_bytes_total: ({ gateway }) => gateway.sent.bytes.values,
  quire_sent_frame_bytes: ({ gateway }) => gateway.sent.sizes,
  quire_unsent_bytes: ({ gateway }) => gateway.measureUnsent().bytes,
  quire_http_held_bytes: ({ gateway }) => gateway.httpHeldBytes,
  quire_slow_sessions: ({ gateway }) => gateway.measureUnsent().sessions,
  quire_behind_sessions: ({ gateway }) => gateway.behindSessions,
} as const satisfies Partial<Record<MetricName, Read>>;

const documentReadings = {
  quire_open_documents: ({ collaboration }) => collaboration.openDocuments,
  quire_document_connections: ({ collab }) => collab.connections.values,
  quire_document_connections_entering: ({ collab }) => collab.connectionsEntering,
  quire_document_connections_refused_total: ({ collab }) => collab.connectionsRefused.values,
  quire_presence_people: ({ collab }) => collab.people.values,
  quire_events_total: ({ collab }) => collab.events.values,
  quire_events_refused_total: ({ collab }) => collab.eventsRefused.values,
  quire_event_replay_bytes: ({ collaboration }) => collaboration.eventBytes,
  quire_event_replay_documents: ({ collaboration }) => collaboration.eventDocuments,
  quire_edits_total: ({ collab }) => collab.edits.values,
  quire_edits_refused_total: ({ collab }) => collab.editsRefused.values,
  quire_receipts_total: ({ gateway: { sent } }) => ({
    hocuspocus: sent.frames.values.receipt,
    'y-websocket': sent.frames.values.echo,
  }),
  quire_receipt_latency_seconds: ({ collab }) => collab.receiptLatency,
  quire_flush_window_seconds: ({ collab }) => collab.flushWindow,
  quire_flush_edits: ({ collab }) => collab.flushEdits,
  quire_flush_duration_seconds: ({ collab }) => collab.flushDuration,
  quire_unestablished_frames: ({ collab }) => collab.unestablishedFrames,
  quire_unestablished_bytes: ({ collab }) => collab.unestablishedBytes,
  quire_judging_updates: ({ collab }) => collab.judgingUpdates,
  quire_judging_bytes: ({ collab }) => collab.judgingBytes,
  quire_judging_seconds: ({ collab }) => collab.judgingTime,
  quire_document_queue_edits: ({ collab }) => collab.queuedEdits,
  quire_document_queue_bytes: ({ collab }) => collab.queuedBytes,
  quire_document_applying_bytes: ({ collab }) => collab.applyingBytes,
  quire_document_unreceipted_bytes: ({ collab }) => collab.unreceiptedBytes,
  quire_ring_bytes: ({ collaboration }) => collaboration.ringBytes,
  quire_document_load_seconds: ({ collab }) => collab.loads.values,
  quire_document_unload_seconds: ({ collab }) => collab.unloads.values,
} as const satisfies Partial<Record<MetricName, Read>>;

const accessReadings = {
  quire_access_refusals_total: ({ access }) => access.refusals.values,
  quire_share_links: ({ rules }) => rules.links.count,
  quire_revocations: ({ rules }) => rules.revocations.count,
} as const satisfies Partial<Record<MetricName, Read>>;

const webhookReadings = {
  quire_auth_lookups_total: ({ webhook }) => webhook.lookups.values,
  quire_auth_questions_total: ({ webhook }) => webhook.questions.values,
  quire_auth_question_duration_seconds: ({ webhook }) => webhook.duration,
  quire_auth_asked_questions: ({ webhook }) => webhook.state.asked(),
  quire_auth_waiting_questions: ({ webhook }) => webhook.state.waiting(),
  quire_auth_circuit_open: ({ webhook }) => (webhook.state.isCircuitOpen() ? 1 : 0),
} as const satisfies Partial<Record<MetricName, Read>>;

const httpReadings = {
  quire_http_requests_total: ({ http }) => http.answers.values,
  quire_http_request_duration_seconds: ({ http }) => http.duration,
  quire_http_open_requests: ({ http }) => http.openRequests,
  quire_http_open_reads: ({ http }) => http.openReads,
  quire_http_body_bytes: ({ http }) => http.bodyBytes,
} as const satisfies Partial<Record<MetricName, Read>>;

const journalReadings = {
  quire_journal_batch_entries: ({ journal }) => journal.batchEntries,
  quire_journal_batch_bytes: ({ journal }) => journal.batchBytes,
  quire_journal_wait_seconds: ({ journal }) => journal.wait,
  quire_journal_sync_seconds: ({ journal }) => journal.sync,
  quire_journal_queue_entries: ({ store }) => store.queue.entries,
  quire_journal_queue_bytes: ({ store }) => store.queue.bytes,
  quire_journal_queue_limit_bytes: ({ queueLimitBytes }) => queueLimitBytes,
  quire_store_state: ({ store }) =>
    Object.fromEntries(storeStates.map((state) => [state, store.status.state === state ? 1 : 0])),
  quire_store_refusals_total: ({ journal }) => journal.refusals,
  quire_compactions_pending: ({ store }) => store.pendingFolds,
  quire_deletions_pending: ({ store }) => store.pendingDeletions,
  quire_reclaims_pending: ({ store }) => store.pendingReclaims,
  quire_compactions_total: ({ journal }) => journal.compactions.values,
  quire_compaction_duration_seconds: ({ journal }) => journal.compactionDuration,
  quire_compaction_entries_total: ({ journal }) => journal.compactedEntries,
  quire_compaction_bytes_total: ({ journal }) => journal.compactionBytes.values,
  quire_data_free_bytes: ({ process: { freeBytes } }) => freeBytes,
} as const satisfies Partial<Record<MetricName, Read>>;

const clusterReadings = {
  quire_cluster_bus_state: ({ cluster: { state } }) => {
    const now = state.bus();
    return Object.fromEntries(busStates.map((each) => [each, now === each ? 1 : 0]));
  },
  quire_cluster_bus_failures_total: ({ cluster }) => cluster.busFailures.values,
  quire_cluster_bus_connections_total: ({ cluster }) => cluster.busConnections,
  quire_cluster_publish_seconds: ({ cluster }) => cluster.publishing,
  quire_cluster_records_total: ({ cluster }) => cluster.records.values,
  quire_cluster_record_bytes_total: ({ cluster }) => cluster.recordBytes.values,
  quire_cluster_records_refused_total: ({ cluster }) => cluster.recordsRefused.values,
  quire_cluster_entries_total: ({ cluster }) => cluster.entries.values,
  quire_cluster_unpublished_entries: ({ cluster: { state } }) => state.unpublished().entries,
  quire_cluster_unpublished_seconds: ({ cluster: { state } }) => state.unpublished().oldestMs / SECOND_MS,
  quire_cluster_missing_entries: ({ cluster: { state } }) =>
    state.nodes().find(({ isSelf }) => isSelf)?.missingEntries ?? 0,
  quire_cluster_nodes: ({ cluster: { state } }) => {
    const nodes = state.nodes();
    return Object.fromEntries(nodeStates.map((each) => [each, nodes.filter((node) => node.state === each).length]));
  },
  quire_cluster_silence_seconds: ({ cluster: { state } }) => {
    const others = state.nodes().filter(({ isSelf }) => !isSelf);
    return Math.max(0, ...others.map(({ heardMsAgo }) => heardMsAgo ?? 0)) / SECOND_MS;
  },
  quire_cluster_clock_skew_seconds: ({ cluster: { state } }) => (state.clockSkewMs() ?? 0) / SECOND_MS,
  quire_cluster_receipts_without_redis_total: ({ cluster }) => cluster.receiptsWithoutRedis,
  quire_cluster_receipt_wait_seconds: ({ cluster }) => cluster.receiptWait,
  quire_cluster_unreceipted_entries: ({ cluster: { state } }) => state.unreceipted().entries,
  quire_cluster_unreceipted_seconds: ({ cluster: { state } }) => state.unreceipted().oldestMs / SECOND_MS,
  quire_cluster_pull_duration_seconds: ({ cluster }) => cluster.pulls.values,
  quire_cluster_requests_total: ({ cluster }) => cluster.requests.values,
  quire_cluster_shared_documents: ({ cluster: { state } }) => state.sharedDocuments(),
  quire_cluster_messages_total: ({ cluster }) => cluster.messages.values,
  quire_cluster_message_bytes_total: ({ cluster }) => cluster.messageBytes.values,
  quire_cluster_messages_strange_total: ({ cluster }) => cluster.strangeMessages.values,
  quire_cluster_tallies_total: ({ cluster }) => cluster.tallies.values,
  quire_cluster_stateless_queue_characters: ({ cluster }) => cluster.statelessQueueCharacters,
  quire_cluster_message_queue_bytes: ({ cluster }) => cluster.messageQueueBytes,
  quire_cluster_messages_dropped_total: ({ cluster }) => cluster.messagesDropped,
} as const satisfies Partial<Record<MetricName, Read>>;

const processReadings = {
  quire_build_info: ({ version }) => ({ [version]: 1 }),
  quire_event_loop_lag_seconds: ({ process: { loop } }) => loop.worst,
  quire_event_loop_lag_p99_seconds: ({ process: { loop } }) => loop.p99Ms / SECOND_MS,
  quire_event_loop_active_seconds_total: () => performance.eventLoopUtilization().active / SECOND_MS,
  process_cpu_seconds_total: () => {
    const { system, user } = process.cpuUsage();
    return (system + user) / MICROSECONDS;
  },
  process_cpu_user_seconds_total: () => process.cpuUsage().user / MICROSECONDS,
  process_cpu_system_seconds_total: () => process.cpuUsage().system / MICROSECONDS,
  process_resident_memory_bytes: () => process.memoryUsage.rss(),
  process_virtual_memory_bytes: () => measureVirtualMemory(),
  process_start_time_seconds: () => performance.timeOrigin / SECOND_MS,
  process_open_fds: () => countDescriptors(),
  process_max_fds: ({ process: { maxDescriptors } }) => maxDescriptors,
  quire_log_lines_dropped_total: ({ droppedLogLines }) => droppedLogLines(),
  nodejs_heap_size_total_bytes: () => process.memoryUsage().heapTotal,
  nodejs_heap_size_used_bytes: () => process.memoryUsage().heapUsed,
  nodejs_external_memory_bytes: () => process.memoryUsage().external,
  nodejs_gc_duration_seconds: ({ process: { gc } }) => gc,
} as const satisfies Partial<Record<MetricName, Read>>;

/** How each metric of the table is read; one without is a type error. */
export const readings: Readonly<Record<MetricName, Read>> = {
  ...socketReadings,
  ...documentReadings,
  ...accessReadings,
  ...webhookReadings,
  ...httpReadings,
  ...journalReadings,
  ...clusterReadings,
  ...processReadings,
};
