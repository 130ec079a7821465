import { writeDashboard } from './grafana.ts';
import { renewAlertTable, renewMetricTables } from './metric-docs.ts';
import { writeRules, writeRuleTests } from './rules.ts';

/** What is made from the table of metrics and the list of alerts, given what is there now. */
export const writtenFiles: Readonly<Record<string, (before: string) => string>> = {
  'deploy/grafana/quire.json': () => writeDashboard(),
  'deploy/prometheus/quire.rules.yml': () => writeRules(),
  'deploy/prometheus/quire.rules.test.yml': () => writeRuleTests('quire.rules.yml'),
  'docs/metrics.md': renewMetricTables,
  'docs/operating.md': renewAlertTable,
};
