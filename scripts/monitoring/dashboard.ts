import { describeMetric, type MetricName, metricNames } from '../../server/src/observability/metrics/metric-table.ts';
import type { MetricDefinition, Section } from '../../server/src/observability/metrics/table/definition.ts';

export interface Query {
  readonly expression: string;
  readonly legend: string;
}

export interface Panel {
  readonly title: string;
  readonly description: string;
  readonly kind: 'stat' | 'timeseries';
  /** Of Grafana. */
  readonly unit: string;
  /** From where on somebody should look; null where any number is as good as another. */
  readonly warnFrom: number | null;
  readonly queries: readonly Query[];
}

interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

const CHOSEN = '{instance=~"$instance"}';
const WINDOW = '[$__rate_interval]';

const sectionTitles: Readonly<Record<Section, string>> = {
  sockets: 'Sockets',
  documents: 'Documents and edits',
  access: 'Access',
  http: 'HTTP API',
  journal: 'Journal',
  cluster: 'Cluster',
  process: 'Process',
};

const sections = Object.keys(sectionTitles) as readonly Section[];

/** Of the largest share of what a server has: it is the one that fills up first. */
const shareOf = (used: MetricName, limit: MetricName): string =>
  `max(sum by (instance) (${used}${CHOSEN}) / sum by (instance) (${limit}${CHOSEN}))`;

const sumOf = (name: MetricName): string => `sum(${name}${CHOSEN})`;
const rateOf = (name: MetricName): string => `sum(rate(${name}${CHOSEN}${WINDOW}))`;
const maxOf = (name: MetricName): string => `max(${name}${CHOSEN})`;
const inState = (name: MetricName, state: string): string => `sum(${name}{instance=~"$instance",state="${state}"})`;
/** In the last ten minutes: what is rare must stay long enough to be seen. */
const inTenMinutes = (name: MetricName, more = ''): string =>
  `sum(increase(${name}{instance=~"$instance"${more}}[10m]))`;

/** What one looks at first; everything else follows the table of metrics, each with a panel. */
const overview: readonly Panel[] = [
  // How much there is to do.
  stat('Sessions', 'quire_sessions', 'short', sumOf),
  stat('People', 'quire_presence_people', 'short', sumOf),
  stat('Documents', 'quire_open_documents', 'short', sumOf),
  stat('Edits', 'quire_edits_total', 'ops', rateOf),
  // How near a server is to what it can do.
  stat(
    'Busy',
    'quire_event_loop_active_seconds_total',
    'percentunit',
    (name) => `max(rate(${name}${CHOSEN}${WINDOW}))`,
    0.9,
  ),
  stat('Session slots used', 'quire_sessions_limit', 'percentunit', (limit) => shareOf('quire_sessions', limit), 0.95),
  stat(
    'Journal queue used',
    'quire_journal_queue_limit_bytes',
    'percentunit',
    (limit) => shareOf('quire_journal_queue_bytes', limit),
    0.5,
  ),
  stat('Room on the disk', 'quire_data_free_bytes', 'bytes', (name) => `min(${name}${CHOSEN})`),
  // How long people wait until what they wrote is safe.
  stat('Receipt p99', 'quire_receipt_latency_seconds', 's', overallQuantile, 0.25),
  stat('Fsync p99', 'quire_journal_sync_seconds', 's', overallQuantile, 0.1),
  stat('Longest wait for Redis', 'quire_cluster_unpublished_seconds', 's', maxOf, 30),
  stat('Disks that refuse', 'quire_store_state', 'short', (name) => inState(name, 'refusing'), 1),
  // What goes wrong.
  stat('Edits refused', 'quire_edits_refused_total', 'ops', rateOf),
  stat('Sockets refused', 'quire_upgrade_failures_total', 'ops', rateOf),
  stat(
    'Faults in 10 min',
    'quire_sessions_closed_total',
    'short',
    (name) => inTenMinutes(name, ',code="internal-error"'),
    1,
  ),
  stat('Slow readers in 10 min', 'quire_slow_readers_closed_total', 'short', inTenMinutes, 10),
  // How the nodes of a cluster stand to each other.
  stat('Nodes ready', 'quire_cluster_nodes', 'short', (name) => `max(${name}{instance=~"$instance",state="ready"})`),
  stat(
    'Nodes silent',
    'quire_cluster_nodes',
    'short',
    (name) => `max(${name}{instance=~"$instance",state="silent"})`,
    1,
  ),
  stat('Nodes without Redis', 'quire_cluster_bus_state', 'short', (name) => inState(name, 'away'), 1),
  stat('Entries missing', 'quire_cluster_missing_entries', 'short', maxOf, 1),
];

/** Each node counts all of them, so that their sum would be as many times too large as there are nodes. */
const seenByAll: ReadonlySet<MetricName> = new Set(['quire_cluster_nodes']);

export const rows: readonly Row[] = [
  { title: 'Overview', panels: overview },
  ...sections.map((section) => ({
    title: sectionTitles[section],
    panels: metricNames.filter((name) => describeMetric(name).section === section).map(describePanel),
  })),
];

function stat(
  title: string,
  name: MetricName,
  unit: string,
  write: (name: MetricName) => string,
  warnFrom: number | null = null,
): Panel {
  const { help } = describeMetric(name);
  return {
    title,
    description: help,
    kind: 'stat',
    unit,
    warnFrom,
    queries: [{ expression: write(name), legend: title }],
  };
}

function overallQuantile(name: MetricName): string {
  return `histogram_quantile(0.99, sum by (le) (rate(${name}_bucket${CHOSEN}${WINDOW})))`;
}

function describePanel(name: MetricName): Panel {
  const definition = describeMetric(name);
  return {
    title: titleOf(name),
    description: `${definition.help} (${name})`,
    kind: 'timeseries',
    unit: unitOf(definition),
    warnFrom: null,
    queries: queriesOf(name, definition),
  };
}

function titleOf(name: MetricName): string {
  const words = name
    .replace(/^(quire|process|nodejs)_/, '')
    .replace(/^start_time_seconds$/, 'time since start')
    .replace(/_(total|seconds|bytes)$/, (suffix) => (suffix === '_bytes' ? ' bytes' : ''));
  const text = words.replace(/_seconds$/, '').replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function unitOf({ type, unit }: MetricDefinition): string {
  switch (unit) {
    case 'seconds':
      return type === 'counter' ? 'percentunit' : 's'; // seconds a second
    case 'bytes':
      return type === 'counter' ? 'Bps' : 'bytes';
    case 'items':
      return type === 'counter' ? 'ops' : 'short';
    case 'flag':
      return 'short';
    case 'timestamp':
      return 's'; // since then
    default:
      return unit satisfies never;
  }
}

function queriesOf(name: MetricName, { label, type, unit }: MetricDefinition): readonly Query[] {
  const by = label?.name ?? 'instance';
  switch (type) {
    case 'counter':
      return [{ expression: `sum by (${by}) (rate(${name}${CHOSEN}${WINDOW}))`, legend: `{{${by}}}` }];
    case 'gauge': {
      const now = unit === 'timestamp' ? 'time() - ' : '';
      const together = seenByAll.has(name) ? 'max' : 'sum';
      return [{ expression: `${now}${together} by (${by}) (${name}${CHOSEN})`, legend: `{{${by}}}` }];
    }
    case 'histogram': {
      const labels = label === undefined ? 'le' : `le, ${label.name}`;
      const suffix = label === undefined ? '' : ` {{${label.name}}}`;
      return [0.5, 0.99].map((q) => ({
        expression: `histogram_quantile(${q}, sum by (${labels}) (rate(${name}_bucket${CHOSEN}${WINDOW})))`,
        legend: `p${q * 100}${suffix}`,
      }));
    }
    default:
      return type satisfies never;
  }
}
