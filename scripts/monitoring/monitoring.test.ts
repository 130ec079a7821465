import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { metricNames } from '../../server/src/observability/metrics/metric-table.ts';
import { alerts } from './alerts.ts';
import { rows } from './dashboard.ts';
import { writtenFiles } from './written-files.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const rulesFile = 'deploy/prometheus/quire.rules.yml';
const testsFile = 'deploy/prometheus/quire.rules.test.yml';

describe('what is written from the table of metrics (node scripts/write-monitoring.ts renews it)', () => {
  it.each(Object.entries(writtenFiles))('%s is current', (path, write) => {
    const written = read(path);
    expect(written).toBe(write(written));
  });
});

interface GridPosition {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

interface DrawnPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: GridPosition;
  readonly datasource?: unknown;
  readonly fieldConfig?: {
    readonly defaults: {
      readonly color?: { readonly mode: string };
      readonly thresholds?: { readonly steps: readonly { readonly color: string; readonly value: number | null }[] };
    };
  };
  readonly targets?: readonly { readonly refId: string; readonly expr: string; readonly datasource: unknown }[];
}

const namesIn = (expression: string): string[] => expression.match(/\b(?:quire|process|nodejs)_\w+/g) ?? [];

describe('the dashboard', () => {
  const dashboard = JSON.parse(read('deploy/grafana/quire.json')) as {
    readonly uid: string;
    readonly id?: number;
    readonly panels: readonly DrawnPanel[];
    readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] };
  };

  it('shows every metric', () => {
    const expressions = rows
      .flatMap(({ panels }) => panels.flatMap(({ queries }) => queries))
      .map((query) => query.expression);
    const shown = (name: string): boolean =>
      expressions.some((expression) => new RegExp(`\\b${name}(_bucket)?\\{`).test(expression));
    expect(metricNames.filter((name) => !shown(name))).toEqual([]);
  });

  it('shows at a glance how much there is to do, what fills up, what is refused, how safe edits are, and the cluster', () => {
    const [overview] = rows;
    const shown = new Set(
      overview?.panels.flatMap(({ queries }) => queries.flatMap(({ expression }) => namesIn(expression))),
    );
    for (const name of [
      'quire_sessions',
      'quire_sessions_limit',
      'quire_journal_queue_bytes',
      'quire_event_loop_active_seconds_total',
      'quire_receipt_latency_seconds_bucket',
      'quire_cluster_unpublished_seconds',
      'quire_store_state',
      'quire_edits_refused_total',
      'quire_upgrade_failures_total',
      'quire_cluster_nodes',
      'quire_cluster_bus_state',
      'quire_cluster_missing_entries',
    ]) {
      expect([...shown]).toContain(name);
    }
  });

  it('colours a number by what is bad of it, not by Grafana’s own idea of 80', () => {
    for (const { fieldConfig, title, type } of dashboard.panels) {
      if (type !== 'stat') continue;
      const { color, thresholds } = fieldConfig?.defaults ?? {};
      expect([title, color?.mode]).toEqual([title, 'thresholds']);
      expect([title, thresholds?.steps[0]?.value]).toEqual([title, null]);
    }
    const stepsOf = (wanted: string): unknown =>
      dashboard.panels.find(({ title }) => title === wanted)?.fieldConfig?.defaults.thresholds?.steps;
    expect(stepsOf('Sessions')).toHaveLength(1);
    expect(stepsOf('Disks that refuse')).toContainEqual({ color: 'red', value: 1 });
  });

  it('does not add up what every node counts for itself', () => {
    const expressions = rows.flatMap(({ panels }) =>
      panels.flatMap(({ queries }) => queries.map((each) => each.expression)),
    );
    const ofNodes = expressions.filter((expression) => expression.includes('quire_cluster_nodes'));
    expect(ofNodes.length).toBeGreaterThan(1);
    expect(ofNodes.filter((expression) => !expression.startsWith('max'))).toEqual([]);
  });

  it('can be provisioned: no id of a database, a fixed uid, and a data source that the reader chooses', () => {
    expect(dashboard).not.toHaveProperty('id');
    expect(dashboard.uid).toBe('quire');
    const [datasource] = dashboard.templating.list;
    expect(datasource).toMatchObject({ name: 'datasource', type: 'datasource' });
    const drawn = dashboard.panels.filter(({ type }) => type !== 'row');
    for (const { targets, datasource: own } of drawn) {
      for (const source of [own, ...(targets ?? []).map((target) => target.datasource)]) {
        expect(source).toEqual({ type: 'prometheus', uid: '$datasource' });
      }
    }
  });

  it('has panels with ids and letters of their own, inside the grid, none on another', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { targets = [] } of panels) expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
    expect(panels.filter(({ gridPos }) => gridPos.x < 0 || gridPos.x + gridPos.w > 24)).toEqual([]);
    const overlap = (a: GridPosition, b: GridPosition): boolean =>
      a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
    const pairs = panels.flatMap((panel, index) => panels.slice(index + 1).map((other) => [panel, other] as const));
    expect(pairs.filter(([one, other]) => overlap(one.gridPos, other.gridPos))).toEqual([]);
  });
});

describe('the alerts', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'quire-rules-'));
    for (const path of [rulesFile, testsFile]) cpSync(join(root, path), join(directory, path.split('/').at(-1) ?? ''));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  function promtool(...args: readonly string[]): { readonly status: number | null; readonly output: string } {
    const { status, stdout, stderr, error } = spawnSync('promtool', args, { cwd: directory, encoding: 'utf8' });
    if (error !== undefined) throw error;
    return { status, output: stdout + stderr };
  }

  it('are rules that Prometheus takes', () => {
    expect(promtool('check', 'rules', 'quire.rules.yml')).toEqual({
      status: 0,
      output: expect.stringContaining(`${alerts.length} rules found`),
    });
  });

  it('fire when they should, and only then', () => {
    expect(promtool('test', 'rules', 'quire.rules.test.yml')).toEqual({
      status: 0,
      output: expect.stringContaining('SUCCESS'),
    });
  });

  it.each([
    ['never fires', 'vector(1) > 2'],
    ['always fires', 'vector(1)'],
  ])('are each missed by a test of their own when the rule %s', (_, mutant) => {
    const path = join(directory, 'quire.rules.yml');
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/^ {8}expr: .*$/gm, `        expr: ${mutant}`));
    const { output, status } = promtool('test', 'rules', 'quire.rules.test.yml');
    expect(status).not.toBe(0);
    expect(alerts.filter(({ name }) => !output.includes(`alertname=\\"${name}\\"`))).toEqual([]);
  });

  it('each say what they mean and what to do, in sentences', () => {
    expect(new Set(alerts.map(({ name }) => name)).size).toBe(alerts.length);
    for (const { action, meaning, summary } of alerts) {
      for (const text of [action, meaning, summary]) expect(text).toMatch(/^[A-Z0-9].*\.$/);
    }
  });
});
