import { type Alert, alerts } from './alerts.ts';

const HEADER = '# Written by scripts/write-monitoring.ts: change scripts/monitoring/alerts.ts and run it.\n';

/** Text in double quotes means the same in YAML as in JSON. */
const quote = (text: string): string => JSON.stringify(text);

/** deploy/prometheus/quire.rules.yml */
export function writeRules(): string {
  return `${HEADER}groups:\n  - name: quire\n    rules:\n${alerts.map(writeRule).join('')}`;
}

function writeRule(alert: Alert): string {
  return [
    `      - alert: ${alert.name}`,
    `        expr: ${quote(alert.expression)}`,
    `        for: ${alert.minutes}m`,
    '        labels:',
    `          severity: ${alert.severity}`,
    '        annotations:',
    `          summary: ${quote(alert.summary)}`,
    `          description: ${quote(`${alert.meaning} ${alert.action}`)}`,
    '',
  ].join('\n');
}

/**
 * What Prometheus puts on every series of a target. `instance` and `job` are always there; what finds targets, as in Kubernetes,
 * adds more, and a rule that compares what has all of these with a sum that has not finds no pairs and never fires.
 */
const TARGET_LABELS = 'instance="10.0.0.7:8080",job="quire",namespace="docs",pod="quire-0"';

/** `name{…}` or `name` alone, as it is of one target. */
function onTarget(series: string): string {
  const [name = '', own] = series.split(/[{}]/);
  return `${name}{${own === undefined ? '' : `${own},`}${TARGET_LABELS}}`;
}

/** Every window of the rules, and every wait for an alert, is over by then; the series last a minute longer. */
const EVALUATED_AT = '29m';

/** Tests for `promtool test rules`: each alert fires when it should, alone, and is silent when it should be. */
export function writeRuleTests(rulesFile: string): string {
  const cases = alerts.flatMap((alert) => [
    writeCase(`${alert.name} fires`, alert.fires, alert, true),
    writeCase(`${alert.name} stays silent`, alert.stays, alert, false),
  ]);
  return `${HEADER}rule_files:\n  - ${quote(rulesFile)}\nevaluation_interval: 1m\ntests:\n${cases.join('')}`;
}

function writeCase(name: string, series: Alert['fires'], alert: Alert, isFiring: boolean): string {
  const inputs = series.map(({ series: text, values }) => [
    `      - series: ${quote(onTarget(text))}`,
    `        values: ${quote(values)}`,
  ]);
  // promtool can only compare whole alerts, labels and annotations included; `ALERTS` says whether one fires.
  const expected = isFiring ? ['        exp_samples:', '          - labels: "{}"', '            value: 1'] : [];
  return [
    `  - name: ${quote(name)}`,
    '    interval: 1m',
    '    input_series:',
    ...inputs.flat(),
    '    promql_expr_test:',
    `      - expr: ${quote(`count(ALERTS{alertname="${alert.name}",alertstate="firing"})`)}`,
    `        eval_time: ${EVALUATED_AT}`,
    ...expected,
    '',
  ].join('\n');
}
