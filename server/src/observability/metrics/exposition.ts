import { type Metric, Registry } from 'prom-client';
import { Distribution } from './distribution.ts';
import { describeMetric, type MetricName, metricNames } from './metric-table.ts';
import { type MetricSources, readings, type Value } from './readings.ts';
import type { MetricDefinition } from './table/definition.ts';

interface Sample {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** All metrics of the table, in a registry of their own. */
export function createRegistry(sources: MetricSources): Registry {
  const registry = new Registry();
  for (const name of metricNames) {
    const definition = describeMetric(name);
    const metric = {
      name,
      help: definition.help,
      type: definition.type,
      aggregator: 'sum',
      get: async () => ({
        name,
        help: definition.help,
        type: definition.type,
        values: read(name, definition, sources),
      }),
    };
    // prom-client's own classes keep values of their own; a registry asks a metric for no more than this.
    registry.registerMetric(metric as unknown as Metric);
  }
  return registry;
}

function read(name: MetricName, { label }: MetricDefinition, sources: MetricSources): Sample[] {
  const reading = readings[name](sources);
  if (reading === null) return [];
  if (typeof reading === 'number' || reading instanceof Distribution) return express(name, {}, reading);
  const labelName = label?.name ?? 'value';
  return Object.entries(reading).flatMap(([value, each]) => express(name, { [labelName]: value }, each));
}

function express(metricName: string, labels: Sample['labels'], value: Value): Sample[] {
  if (typeof value === 'number') return [{ metricName, labels, value }];
  const samples: Sample[] = [];
  let count = 0;
  for (const [index, bound] of [...value.bounds, Number.POSITIVE_INFINITY].entries()) {
    count += value.counts[index] ?? 0;
    const le = bound === Number.POSITIVE_INFINITY ? '+Inf' : String(bound);
    samples.push({ metricName: `${metricName}_bucket`, labels: { ...labels, le }, value: count });
  }
  samples.push({ metricName: `${metricName}_sum`, labels, value: value.sum });
  samples.push({ metricName: `${metricName}_count`, labels, value: count });
  return samples;
}
