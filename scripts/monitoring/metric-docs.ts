import { describeMetric, type MetricName, metricNames } from '../../server/src/observability/metrics/metric-table.ts';
import type { MetricDefinition, Section } from '../../server/src/observability/metrics/table/definition.ts';
import { alerts } from './alerts.ts';
import { replaceBetween } from './replace-between.ts';

/** Puts the metrics of each section between its markers. */
export function renewMetricTables(page: string): string {
  const sections = [...new Set(metricNames.map((name) => describeMetric(name).section))];
  return sections.reduce((text, section) => replaceBetween(text, `metrics:${section}`, writeTable(section)), page);
}

function writeTable(section: Section): string {
  const rows = metricNames
    .map((name): [MetricName, MetricDefinition] => [name, describeMetric(name)])
    .filter(([, definition]) => definition.section === section)
    .map(
      ([name, definition]) =>
        `| \`${name}\` | ${definition.type} | ${labelCell(definition)} | ${textCell(definition)} |`,
    );
  return ['| metric | type | label | what it says |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function labelCell({ label }: MetricDefinition): string {
  if (label === undefined) return '';
  return `\`${label.name}\`: ${label.values.join(', ')}`;
}

function textCell(definition: MetricDefinition): string {
  if (definition.type !== 'histogram') return definition.help;
  const { buckets, unit } = definition;
  return `${definition.help} Buckets from ${buckets[0]} to ${buckets.at(-1)}${unit === 'items' ? '' : ` ${unit}`}.`;
}

/** Puts what each alert means, and what to do, between its markers. */
export function renewAlertTable(page: string): string {
  const rows = alerts.map(
    ({ name, severity, minutes, meaning, action }) =>
      `| \`${name}\` | ${severity}${minutes === 0 ? '' : `, after ${minutes} min`} | ${meaning} | ${action} |`,
  );
  const head = ['| alert | when | what it means | what to do |', '| --- | --- | --- | --- |'];
  return replaceBetween(page, 'alerts', [...head, ...rows].join('\n'));
}
