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
  journal: 'Journal',
  cluster: 'Cluster',
  process: 'Process',
};

const sections = Object.keys(sectionTitles) as readonly Section[];

/** What one looks at first; everything else follows the table of metrics, each with a panel. */
const overview: readonly Panel[] = [
  stat('Sessions', 'quire_sessions', 'short', (name) => `sum(${name}${CHOSEN})`),
  stat('People', 'quire_presence_people', 'short', (name) => `sum(${name}${CHOSEN})`),
  stat('Documents', 'quire_open_documents', 'short', (name) => `sum(${name}${CHOSEN})`),
  stat('Edits', 'quire_edits_total', 'ops', (name) => `sum(rate(${name}${CHOSEN}${WINDOW}))`),
  stat('Receipt p99', 'quire_receipt_latency_seconds', 's', (name) => overallQuantile(name)),
  stat('Fsync p99', 'quire_journal_sync_seconds', 's', (name) => overallQuantile(name)),
  stat(
    'Busy',
    'quire_event_loop_active_seconds_total',
    'percentunit',
    (name) => `max(rate(${name}${CHOSEN}${WINDOW}))`,
  ),
  stat(
    'Disks that refuse',
    'quire_store_state',
    'short',
    (name) => `sum(${name}{instance=~"$instance",state="refusing"})`,
  ),
];

export const rows: readonly Row[] = [
  { title: 'Overview', panels: overview },
  ...sections.map((section) => ({
    title: sectionTitles[section],
    panels: metricNames.filter((name) => describeMetric(name).section === section).map(describePanel),
  })),
];

function stat(title: string, name: MetricName, unit: string, write: (name: MetricName) => string): Panel {
  const { help } = describeMetric(name);
  return { title, description: help, kind: 'stat', unit, queries: [{ expression: write(name), legend: title }] };
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
    queries: queriesOf(name, definition),
  };
}

function titleOf(name: MetricName): string {
  const words = name
    .replace(/^(quire|process|nodejs)_/, '')
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
      return 'dateTimeAsIso';
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
      const scale = unit === 'timestamp' ? ' * 1000' : ''; // Grafana counts in milliseconds
      return [{ expression: `sum by (${by}) (${name}${CHOSEN})${scale}`, legend: `{{${by}}}` }];
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
