import { type Panel, rows } from './dashboard.ts';

const GRID_WIDTH = 24;
const DATASOURCE = { type: 'prometheus', uid: '$datasource' };

interface Size {
  readonly w: number;
  readonly h: number;
}

const sizes: Readonly<Record<Panel['kind'], Size>> = { stat: { w: 3, h: 4 }, timeseries: { w: 8, h: 7 } };
const ROW_HEIGHT = 1;

/** deploy/grafana/quire.json, to be provisioned as it is. */
export function writeDashboard(): string {
  return `${JSON.stringify(describeDashboard(), null, 2)}\n`;
}

function describeDashboard(): object {
  return {
    uid: 'quire',
    title: 'Quire',
    description: 'Written by scripts/write-monitoring.ts from the table of metrics.',
    tags: ['quire'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: '10s',
    time: { from: 'now-1h', to: 'now' },
    templating: {
      list: [
        { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' },
        {
          name: 'instance',
          label: 'Server',
          type: 'query',
          datasource: DATASOURCE,
          query: { query: 'label_values(quire_build_info, instance)', refId: 'instance' },
          refresh: 2,
          multi: true,
          includeAll: true,
          current: { selected: true, text: ['All'], value: ['$__all'] },
        },
      ],
    },
    panels: layOut(),
  };
}

function layOut(): object[] {
  const panels: object[] = [];
  let y = 0;
  for (const row of rows) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title: row.title,
      collapsed: false,
      gridPos: { x: 0, y, w: GRID_WIDTH, h: ROW_HEIGHT },
      panels: [],
    });
    y += ROW_HEIGHT;
    let x = 0;
    let height = 0;
    for (const panel of row.panels) {
      const { w, h } = sizes[panel.kind];
      if (x + w > GRID_WIDTH) {
        x = 0;
        y += height;
      }
      panels.push(describePanel(panel, panels.length + 1, { x, y, w, h }));
      x += w;
      height = h;
    }
    y += height;
  }
  return panels;
}

function describePanel(panel: Panel, id: number, gridPos: object): object {
  return {
    id,
    type: panel.kind,
    title: panel.title,
    description: panel.description,
    datasource: DATASOURCE,
    gridPos,
    fieldConfig: {
      defaults: { unit: panel.unit, min: 0, color: colorOf(panel), thresholds: thresholdsOf(panel) },
      overrides: [],
    },
    options:
      panel.kind === 'stat'
        ? { reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false }, graphMode: 'area' }
        : { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
    targets: panel.queries.map(({ expression, legend }, index) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + index),
      datasource: DATASOURCE,
      expr: expression,
      legendFormat: legend,
    })),
  };
}

/** Without any Grafana takes everything from 80 on for bad, of whatever it is. */
function thresholdsOf({ warnFrom }: Panel): object {
  const steps = [{ color: warnFrom === null ? 'blue' : 'green', value: null }];
  return { mode: 'absolute', steps: warnFrom === null ? steps : [...steps, { color: 'red', value: warnFrom }] };
}

function colorOf({ kind }: Panel): object {
  return { mode: kind === 'stat' ? 'thresholds' : 'palette-classic' };
}
