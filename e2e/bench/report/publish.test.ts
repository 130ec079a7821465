import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Results, Sample } from '../results.ts';
import { createWorkloads } from '../workloads/index.ts';
import { drawPlots, publish, renderPage } from './publish.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/benchmarks.md'), 'utf8');

/** Every figure is 1, but Quire's second run, where it is 3. */
function inventResults(): Results {
  const samples: Sample[] = [1, 2].flatMap((run) =>
    createWorkloads().flatMap((workload) =>
      workload.contestants.map((contestant) => ({
        workload: workload.name,
        contestant,
        run,
        othersPercent: 2,
        readings: Object.fromEntries(
          workload.metrics.map(({ key }) => [key, contestant === 'quire' && run === 2 ? 3 : 1]),
        ),
      })),
    ),
  );
  return {
    startedAt: '2030-01-02T03:04:05.000Z',
    durationMinutes: 7,
    scale: 'full',
    runs: 2,
    level: null,
    machine: {
      processor: 'a processor',
      cores: 2,
      memoryGib: 4,
      system: 'Linux',
      node: 'v24',
      serverCore: '0',
      loadCores: '1',
      loadAverage: 0.1,
    },
    source: { commit: 'abc123', isDirty: false, quire: '0.1.0', yjs: '13.0.0' },
    contestants: { quire: 'this one' },
    samples,
    failures: [],
  };
}

describe('the published page', () => {
  test('has medians with their spread, every plot that it shows, and what people wrote', () => {
    const rendered = renderPage(page, inventResults());
    expect(rendered).toContain('2 (1–3)');
    expect(rendered).toContain('Measured on 2030-01-02');
    expect(rendered).toContain('at commit `abc123`');
    const shown = [...rendered.matchAll(/\(benchmarks\/([\w.-]+)\)/g)].map((match) => match[1]);
    expect(shown.length).toBeGreaterThan(5);
    expect(new Set(drawPlots(inventResults()).map(({ file }) => file))).toEqual(new Set(shown));
    expect(rendered.split('## How it is measured')[0]).toBe(page.split('## How it is measured')[0]);
    expect(renderPage(rendered, inventResults())).toBe(rendered);
  });

  test('is not made from a short run', () => {
    expect(() => publish({ ...inventResults(), scale: 'short' })).toThrow(/whole measurement/);
  });
});
