import { accessMetrics } from './table/access.ts';
import { clusterMetrics } from './table/cluster.ts';
import type { MetricDefinition } from './table/definition.ts';
import { documentMetrics } from './table/documents.ts';
import { httpMetrics } from './table/http.ts';
import { journalMetrics } from './table/journal.ts';
import { processMetrics } from './table/process.ts';
import { socketMetrics } from './table/sockets.ts';
import { webhookMetrics } from './table/webhook.ts';

/**
 * Every metric of the server. What `/metrics` serves, docs/metrics.md and the dashboard's panels are made from this table; what
 * alerts compute is in scripts/monitoring/alerts.ts, which can name no other metrics.
 *
 * Labels have fixed sets of values, all of them exported from the start: never the name of a document or of a person.
 */
export const metricTable = {
  ...socketMetrics,
  ...documentMetrics,
  ...accessMetrics,
  ...webhookMetrics,
  ...httpMetrics,
  ...journalMetrics,
  ...clusterMetrics,
  ...processMetrics,
} as const;

export type MetricName = keyof typeof metricTable;

export const metricNames = Object.keys(metricTable) as readonly MetricName[];

export function describeMetric(name: MetricName): MetricDefinition {
  return metricTable[name];
}
