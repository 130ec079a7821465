import type { MetricName } from '../../server/src/observability/metrics/metric-table.ts';

/** What a metric looks like in a test of an alert: a series, and its values minute by minute. */
export interface TestSeries {
  /** `quire_store_state{state="refusing"}`, without the labels of its target; the name is that of a metric, or of a part of a histogram. */
  readonly series: string;
  /** In promtool's notation: `0+10x30` starts at 0 and grows by 10 thirty times. */
  readonly values: string;
}

export interface Alert {
  readonly name: string;
  readonly severity: 'critical' | 'warning';
  readonly expression: string;
  /** How long it must hold. */
  readonly minutes: number;
  readonly summary: string;
  /** For docs/operating.md. */
  readonly meaning: string;
  readonly action: string;
  /** Half an hour in which it must fire, and half an hour in which it must not. */
  readonly fires: readonly TestSeries[];
  readonly stays: readonly TestSeries[];
}

/** A name of the table, checked by the compiler. */
const metric = (name: MetricName): string => name;

/** Series of a histogram that saw `perMinute` observations a minute, all of them above one bound and not above the next. */
function histogram(name: MetricName, bounds: readonly [below: string, above: string], perMinute: number): TestSeries[] {
  const grows = `0+${perMinute}x30`;
  return [
    { series: `${name}_bucket{le="${bounds[0]}"}`, values: '0x30' },
    { series: `${name}_bucket{le="${bounds[1]}"}`, values: grows },
    { series: `${name}_bucket{le="+Inf"}`, values: grows },
  ];
}

const quantile = (q: number, name: MetricName): string =>
  `histogram_quantile(${q}, sum by (instance, le) (rate(${metric(name)}_bucket[5m])))`;

/** One number for each server. Between two such numbers operators find their pairs, whatever labels targets carry besides. */
const perServer = (expression: string): string => `sum by (instance, job) (${expression})`;

/** Sockets that did not answer a ping. */
const vanished = perServer(`increase(${metric('quire_ping_timeouts_total')}[10m])`);

export const alerts: readonly Alert[] = [
  {
    name: 'QuireDown',
    severity: 'critical',
    expression: 'up{job="quire"} == 0',
    minutes: 1,
    summary: 'Prometheus cannot scrape a Quire server.',
    meaning: 'The process is gone, does not answer, or refuses the scrape.',
    action:
      'Ask `/healthz` from the machine itself. If nothing answers, start the server and read the end of its log; if it answers, compare `metricsToken` with the token of the scrape.',
    fires: [{ series: 'up', values: '0x30' }],
    stays: [{ series: 'up', values: '1x30' }],
  },
  {
    name: 'QuireStorageRefused',
    severity: 'critical',
    expression: `${metric('quire_store_state')}{state="refusing"} == 1`,
    minutes: 0,
    summary: 'The disk refuses writes: no edit is taken.',
    meaning:
      'The disk is full or failing. Edits are refused, people see that they cannot be saved, nothing that was receipted is lost.',
    action:
      'Make room or repair the disk. The server tries by itself and goes on within two seconds; no restart is needed.',
    fires: [{ series: 'quire_store_state{state="refusing"}', values: '1x30' }],
    stays: [{ series: 'quire_store_state{state="refusing"}', values: '0x30' }],
  },
  {
    name: 'QuireDiskFilling',
    severity: 'warning',
    expression: `${metric('quire_data_free_bytes')} < 2 * 1024 * 1024 * 1024`,
    minutes: 5,
    summary: 'Less than 2 GiB are free where the documents are.',
    meaning: 'The disk of the data directory fills up; once it is full, edits are refused.',
    action: 'Make room, or move the data directory to a larger disk while the server is stopped.',
    fires: [{ series: 'quire_data_free_bytes', values: '1000000000x30' }],
    stays: [{ series: 'quire_data_free_bytes', values: '90000000000x30' }],
  },
  {
    name: 'QuireReceiptsSlow',
    severity: 'warning',
    expression: `${quantile(0.99, 'quire_receipt_latency_seconds')} > 0.25`,
    minutes: 5,
    summary: 'One edit in a hundred takes more than 250 ms to be saved.',
    meaning: 'People wait for "saved", and for what others write.',
    action:
      'See what else is slow: the disk (`QuireDiskSlow`), the event loop (`QuireEventLoopHeldUp`, `QuireEventLoopBusy`), Redis (`quire_cluster_receipt_wait_seconds`), or the network of those who write (`quire_behind_sessions`).',
    fires: histogram('quire_receipt_latency_seconds', ['0.25', '0.5'], 600),
    stays: histogram('quire_receipt_latency_seconds', ['0.0025', '0.005'], 600),
  },
  {
    name: 'QuireDiskSlow',
    severity: 'warning',
    expression: `${quantile(0.99, 'quire_journal_sync_seconds')} > 0.1`,
    minutes: 5,
    summary: 'One write in a hundred to the disk takes more than 100 ms.',
    meaning: 'Every receipt waits for a write to the disk; a good one takes less than a millisecond.',
    action: 'See who else uses the disk. Network disks and cheap cloud volumes may be as slow as this by nature.',
    fires: histogram('quire_journal_sync_seconds', ['0.1', '0.25'], 600),
    stays: histogram('quire_journal_sync_seconds', ['0.0005', '0.001'], 600),
  },
  {
    name: 'QuireJournalQueueFilling',
    severity: 'critical',
    expression: `${metric('quire_journal_queue_bytes')} > 0.5 * ${metric('quire_journal_queue_limit_bytes')}`,
    minutes: 1,
    summary: 'More than half of what may wait for the disk is waiting.',
    meaning:
      'Edits arrive faster than the disk takes them. Those who write are slowed; once the queue is full, edits are refused.',
    action: 'See whether the disk is slow or refuses writes. A larger `journal.queueBytes` only buys time.',
    fires: [
      { series: 'quire_journal_queue_bytes', values: '60000000x30' },
      { series: 'quire_journal_queue_limit_bytes', values: '67108864x30' },
    ],
    stays: [
      { series: 'quire_journal_queue_bytes', values: '1000x30' },
      { series: 'quire_journal_queue_limit_bytes', values: '67108864x30' },
    ],
  },
  {
    name: 'QuireCompactionsFailing',
    severity: 'warning',
    expression: `increase(${metric('quire_compactions_total')}{outcome="failed"}[30m]) > 0`,
    minutes: 0,
    summary: 'A document could not be folded into a snapshot.',
    meaning:
      'Nothing is lost, but its journal grows, and opening it takes longer. The server tries again, more and more rarely.',
    action: 'Look at the log for the journal’s own words. A damaged document needs a backup, see below.',
    fires: [{ series: 'quire_compactions_total{outcome="failed"}', values: '0+1x30' }],
    stays: [{ series: 'quire_compactions_total{outcome="failed"}', values: '0x30' }],
  },
  {
    name: 'QuireLoadsFailing',
    severity: 'critical',
    expression: `increase(${metric('quire_document_load_seconds')}_count{outcome="failed"}[10m]) > 0`,
    minutes: 0,
    summary: 'A document could not be opened.',
    meaning: 'It could not be read whole, so nobody is shown a part of it; providers try again by themselves.',
    action: 'The log names the document and the reason. If it is damaged, restore it from a backup.',
    fires: [{ series: 'quire_document_load_seconds_count{outcome="failed"}', values: '0+1x30' }],
    stays: [{ series: 'quire_document_load_seconds_count{outcome="failed"}', values: '0x30' }],
  },
  {
    name: 'QuireEventLoopHeldUp',
    severity: 'warning',
    expression: `${quantile(0.9, 'quire_event_loop_lag_seconds')} > 0.25`,
    minutes: 5,
    summary: 'In one second of ten, the server does nothing else for more than 250 ms.',
    meaning: 'Something large is done in one go, or the machine has no CPU to spare; everybody waits meanwhile.',
    action: 'See whether other programs take the CPU, and whether very large documents are being opened.',
    fires: histogram('quire_event_loop_lag_seconds', ['0.25', '0.5'], 60),
    stays: histogram('quire_event_loop_lag_seconds', ['0.001', '0.0025'], 60),
  },
  {
    name: 'QuireEventLoopBusy',
    severity: 'warning',
    expression: `rate(${metric('quire_event_loop_active_seconds_total')}[5m]) > 0.9`,
    minutes: 10,
    summary: 'The server has almost no time left.',
    meaning: 'One event loop does the work of a server; it has worked more than 90 % of the time for ten minutes.',
    action: 'Have fewer people on it: another node, see Several nodes.',
    fires: [{ series: 'quire_event_loop_active_seconds_total', values: '0+58x30' }],
    stays: [{ series: 'quire_event_loop_active_seconds_total', values: '0+12x30' }],
  },
  {
    name: 'QuireSlowReaders',
    severity: 'warning',
    expression: `increase(${metric('quire_sessions_closed_total')}{code="slow-reader"}[10m]) > 10`,
    minutes: 0,
    summary: 'Many sockets are closed because they do not read.',
    meaning:
      'More than ten sockets in ten minutes took nothing for `limits.stallTimeoutMs`, or fell behind what their document keeps of its broadcasts. They come back and catch up.',
    action:
      'See whether the network or a proxy in between is overloaded. If `quire_ring_bytes` is high while they drain, raise `limits.maxRingBytesPerDocument`.',
    fires: [{ series: 'quire_sessions_closed_total{code="slow-reader"}', values: '0+5x30' }],
    stays: [{ series: 'quire_sessions_closed_total{code="slow-reader"}', values: '0+0x30' }],
  },
  {
    name: 'QuirePingTimeouts',
    severity: 'warning',
    expression: `${vanished} > 10 and ${vanished} > 0.2 * ${perServer(metric('quire_sessions'))}`,
    minutes: 0,
    summary: 'Many sockets vanish without a goodbye.',
    meaning:
      'In ten minutes more than ten sockets, and more than a fifth of those that are open, did not answer a ping.',
    action: 'Look at the network, and at idle timeouts of proxies: they must be longer than `limits.pingIntervalMs`.',
    fires: [
      { series: 'quire_ping_timeouts_total', values: '0+5x30' },
      { series: 'quire_sessions{dialect="hocuspocus"}', values: '50x30' },
    ],
    stays: [
      { series: 'quire_ping_timeouts_total', values: '0+5x30' },
      { series: 'quire_sessions{dialect="hocuspocus"}', values: '5000x30' },
    ],
  },
  {
    name: 'QuireUpgradesFailing',
    severity: 'warning',
    expression: `sum by (instance) (rate(${metric('quire_upgrade_failures_total')}{status!="503"}[5m])) > 0.2`,
    minutes: 5,
    summary: 'WebSockets are refused.',
    meaning: 'More than twelve requests a minute were refused; the panel of upgrade failures says with which status.',
    action:
      '426: a proxy drops the headers `Upgrade` and `Connection`. 403: the page’s origin is missing in `allowedOrigins`. 404: the address is wrong. 400: the request is not a WebSocket upgrade. 429: more sessions from one address than `limits.maxSessionsPerAddress`; if that is a proxy of yours, name it in `trustedProxies`.',
    fires: [{ series: 'quire_upgrade_failures_total{status="426"}', values: '0+60x30' }],
    stays: [{ series: 'quire_upgrade_failures_total{status="503"}', values: '0+60x30' }],
  },
  {
    name: 'QuireNodeFull',
    severity: 'critical',
    expression: `${perServer(metric('quire_sessions'))} > 0.95 * ${perServer(metric('quire_sessions_limit'))}`,
    minutes: 1,
    summary: 'A server has almost as many sessions as it takes.',
    meaning:
      'More than 95 % of `limits.maxSessions` are open. Once all of them are, who comes gets a 503 and tries again, here or on another node.',
    action:
      'See with `quire top` whether it has CPU and memory to spare, and descriptors (`process_max_fds`): then raise `limits.maxSessions`. Otherwise it needs another node beside it, see Several nodes.',
    fires: [
      { series: 'quire_sessions{dialect="hocuspocus"}', values: '700x30' },
      { series: 'quire_sessions{dialect="y-websocket"}', values: '290x30' },
      { series: 'quire_sessions_limit', values: '1000x30' },
    ],
    stays: [
      { series: 'quire_sessions{dialect="hocuspocus"}', values: '700x30' },
      { series: 'quire_sessions{dialect="y-websocket"}', values: '200x30' },
      { series: 'quire_sessions_limit', values: '1000x30' },
    ],
  },
  {
    name: 'QuireAuthBackendFailing',
    severity: 'critical',
    expression: `${metric('quire_auth_circuit_open')} == 1`,
    minutes: 1,
    summary: 'The backend that says who somebody is fails: nobody new is let in.',
    meaning:
      'Your backend at `webhook.url` failed several times in a row, and is asked one question every 30 s or less until it answers. Who comes is told to come back; who is in, and who is remembered, stays until what they were told ends.',
    action:
      'The log of the server says how it failed, with `component` `auth`. Mend the backend: the first answer ends this, within 30 s of somebody coming. `quire_auth_questions_total` tells timeouts from errors.',
    fires: [{ series: 'quire_auth_circuit_open', values: '1x30' }],
    stays: [{ series: 'quire_auth_circuit_open', values: '0x30' }],
  },
  {
    name: 'QuireRedisAway',
    severity: 'critical',
    expression: `${metric('quire_cluster_bus_state')}{state="away"} == 1`,
    minutes: 1,
    summary: 'A node has been without its Redis for a minute.',
    meaning:
      'It can not reach Redis, or Redis takes no writes. Editing goes on, and nodes that reach each other go on replicating, more slowly; people on other nodes are not seen. With `cluster.receipts` `cluster` a receipt now means one disk; with `strict` none is given where no other node confirms instead.',
    action:
      'Ask `quire nodes` what Redis answers, and start it or make room in it. Nothing has to be done here afterwards: what is missing is sent or fetched by itself.',
    fires: [{ series: 'quire_cluster_bus_state{state="away"}', values: '1x30' }],
    stays: [{ series: 'quire_cluster_bus_state{state="away"}', values: '0x30' }],
  },
  {
    name: 'QuireNodeSilent',
    severity: 'warning',
    expression: `${metric('quire_cluster_nodes')}{state="silent"} > 0`,
    minutes: 1,
    summary: 'A node of the cluster has not been heard for a minute.',
    meaning: 'It is stopped, dead or cut off. The others keep for it what it misses, so that it can catch up.',
    action:
      'Start it again, or mend its network. If it never returns, `quire nodes forget ID` on any other node: until then entries are kept for it.',
    fires: [{ series: 'quire_cluster_nodes{state="silent"}', values: '1x30' }],
    stays: [{ series: 'quire_cluster_nodes{state="silent"}', values: '0x30' }],
  },
  {
    name: 'QuireEntriesMissing',
    severity: 'warning',
    expression: `${metric('quire_cluster_missing_entries')} > 0`,
    minutes: 1,
    summary: 'A node lacks edits that another one has, and does not get them.',
    meaning:
      'What other nodes hold is fetched as soon as it is known to be missing, which takes a moment; for minutes it is missing only where the nodes that have it can not be asked, or while a node catches up that was away.',
    action:
      'See with `quire nodes` who is silent, and whether the number falls. The log says, with `component` `cluster`, which node can not be asked and why.',
    fires: [{ series: 'quire_cluster_missing_entries', values: '12x30' }],
    stays: [{ series: 'quire_cluster_missing_entries', values: '0x30' }],
  },
  {
    name: 'QuireClockOff',
    severity: 'warning',
    expression: `abs(${metric('quire_cluster_clock_skew_seconds')}) > 5`,
    minutes: 5,
    summary: 'The clock of a node differs from that of Redis by more than five seconds.',
    meaning:
      'What nodes do together does not depend on it. But this node takes tokens and share links to end, and writes times into lists and the history, by its own clock.',
    action:
      'Let NTP set the clock of its machine. Where it is right, and all nodes show the same difference, it is the clock of the machine that Redis is on.',
    fires: [{ series: 'quire_cluster_clock_skew_seconds', values: '-90x30' }],
    stays: [{ series: 'quire_cluster_clock_skew_seconds', values: '0.2x30' }],
  },
  {
    name: 'QuireEntriesUnpublished',
    severity: 'warning',
    expression: `${metric('quire_cluster_unpublished_seconds')} > 30`,
    minutes: 1,
    summary: 'Edits of a node wait to get into Redis.',
    meaning: 'The oldest of them has waited for more than half a minute: Redis is away, or takes less than is written.',
    action:
      'See `QuireRedisAway`. If it is there, it is too slow or too far away: `quire_cluster_receipt_wait_seconds` says how long it takes.',
    fires: [{ series: 'quire_cluster_unpublished_seconds', values: '0+60x30' }],
    stays: [{ series: 'quire_cluster_unpublished_seconds', values: '0.01x30' }],
  },
  {
    name: 'QuireReceiptsWaiting',
    severity: 'critical',
    expression: `${metric('quire_cluster_unreceipted_seconds')} > 45`,
    minutes: 1,
    summary: 'Edits have waited for their receipts for a minute and more.',
    meaning:
      'They are on the disk of this node, and people on it see them, but neither Redis nor the other nodes confirm them as `cluster.receipts` wants it. Nobody is told "saved"; who goes on writing is slowed once too much waits.',
    action:
      'See `QuireRedisAway`, `QuireNodeSilent` and `QuireEntriesUnpublished`. With `strict` it ends when Redis is back, or every other node has the edits; a node that never returns has to be forgotten: `quire nodes forget ID`.',
    fires: [{ series: 'quire_cluster_unreceipted_seconds', values: '0+60x30' }],
    stays: [{ series: 'quire_cluster_unreceipted_seconds', values: '30x30' }],
  },
  {
    name: 'QuireReceiptsWithoutRedis',
    severity: 'warning',
    expression: `increase(${metric('quire_cluster_receipts_without_redis_total')}[5m]) > 0`,
    minutes: 0,
    summary: 'Edits were receipted that were on one disk alone.',
    meaning:
      'Redis did not confirm them within `cluster.ackTimeoutMs`, or was away. They go to the other nodes as soon as they can; if the disk is lost before that, they are.',
    action:
      'See `QuireRedisAway`. Where that must not be, set `cluster.receipts` to `strict`: people then wait instead.',
    fires: [{ series: 'quire_cluster_receipts_without_redis_total', values: '0+5x30' }],
    stays: [{ series: 'quire_cluster_receipts_without_redis_total', values: '0x30' }],
  },
  {
    name: 'QuireInternalErrors',
    severity: 'critical',
    expression: `increase(${metric('quire_sessions_closed_total')}{code="internal-error"}[10m]) > 0`,
    minutes: 0,
    summary: 'A socket was closed because of a fault in the server.',
    meaning: 'The server met something that it did not expect, ended that session, and went on.',
    action: 'The log holds the error with its stack. Please report it.',
    fires: [{ series: 'quire_sessions_closed_total{code="internal-error"}', values: '0+1x30' }],
    stays: [{ series: 'quire_sessions_closed_total{code="internal-error"}', values: '0x30' }],
  },
  {
    name: 'QuireApiFailing',
    severity: 'warning',
    expression: `increase(${metric('quire_http_requests_total')}{status="500"}[10m]) > 0`,
    minutes: 0,
    summary: 'The HTTP API answered that it failed.',
    meaning:
      'A call ended with 500: a record on the disk is damaged, or the server met something that it did not expect.',
    action:
      'The log holds the error with its stack, the method and the path, with `component` `http`. If no document is damaged, please report it.',
    fires: [{ series: 'quire_http_requests_total{status="500"}', values: '0+1x30' }],
    stays: [
      { series: 'quire_http_requests_total{status="500"}', values: '0x30' },
      { series: 'quire_http_requests_total{status="503"}', values: '0+9x30' },
    ],
  },
  {
    name: 'QuireDescriptorsRunningOut',
    severity: 'warning',
    expression: `${metric('process_open_fds')}{job="quire"} > 0.8 * ${metric('process_max_fds')}{job="quire"}`,
    minutes: 5,
    summary: 'Most file descriptors of the server are used.',
    meaning: 'Every socket takes one; when none is left, nobody can connect.',
    action: 'Raise the limit of open files (`ulimit -n`, `LimitNOFILE` of systemd) and restart.',
    fires: [
      { series: 'process_open_fds', values: '900x30' },
      { series: 'process_max_fds', values: '1024x30' },
    ],
    stays: [
      { series: 'process_open_fds', values: '100x30' },
      { series: 'process_max_fds', values: '1024x30' },
    ],
  },
  {
    name: 'QuireRestarting',
    severity: 'warning',
    expression: `changes(${metric('process_start_time_seconds')}{job="quire"}[15m]) > 2`,
    minutes: 0,
    summary: 'The server was started again and again.',
    meaning: 'It was started more than twice within a quarter of an hour, so it keeps ending.',
    action: 'The end of its log says why: an unexpected error is logged before the server ends with status 1.',
    fires: [{ series: 'process_start_time_seconds', values: '1000+60x30' }],
    stays: [{ series: 'process_start_time_seconds', values: '1000x30' }],
  },
];
