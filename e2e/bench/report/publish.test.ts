import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inventedMachine } from '../invented-machine.ts';
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
    machine: inventedMachine,
    sources: [{ source: { commit: 'abc123', isDirty: false, quire: '0.1.0', yjs: '13.0.0' }, workloads: [] }],
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
    expect(rendered).toContain('Node v24, data on ext4.');
    const shown = [...rendered.matchAll(/\(benchmarks\/([\w.-]+)\)/g)].map((match) => match[1]);
    expect(shown.length).toBeGreaterThan(5);
    expect(new Set(drawPlots(inventResults()).map(({ file }) => file))).toEqual(new Set(shown));
    expect(rendered.split('## How it is measured')[0]).toBe(page.split('## How it is measured')[0]);
    expect(renderPage(rendered, inventResults())).toBe(rendered);
  });

  test('says of parts that they are, and of which commit each is', () => {
    const results = inventResults();
    const [first] = results.sources;
    if (first === undefined) throw new Error('there is a source');
    const second = { source: { ...first.source, commit: 'def456' }, workloads: ['receipts'] };
    const rendered = renderPage(page, { ...results, sources: [{ ...first, workloads: ['fan-out'] }, second] });
    expect(rendered).toContain('Measured in parts, the first of them on 2030-01-02');
    expect(rendered).toMatch(/`abc123` \(fan-out\).*`def456` \(receipts\)/);
  });

  test('says what failed, on how many runs a figure rests, who is missing and which goals nobody can judge', () => {
    const results = inventResults();
    const isGone = ({ workload, contestant, run }: Sample): boolean =>
      workload === 'receipts' && (contestant === 'hocuspocus' || run === 2);
    const rendered = renderPage(page, {
      ...results,
      samples: results.samples.filter((sample) => !isGone(sample)),
      failures: [
        { workload: 'receipts', contestant: 'hocuspocus', run: 1, message: 'it <ended>\nlast words' },
        { workload: 'receipts', contestant: 'quire', run: 2, message: 'no receipt' },
      ],
    });
    expect(rendered).toContain('2 measurements failed');
    expect(rendered).toContain('There are no figures of Hocuspocus.');
    expect(rendered).toContain('- Hocuspocus, run 1: it &lt;ended>\n- Quire, run 2: no receipt');
    expect(rendered).not.toContain('last words');
    expect(rendered).toContain('| Quire (1 of 2 runs) |');
    expect(rendered).toMatch(/receipts, p99 at 1,000 edits\/s \|.*\| 1 of 2 \|/);
    expect(rendered).toContain('Every goal is judged.');
  });

  test('names the goals that have no figures', () => {
    const results = inventResults();
    const samples = results.samples.filter(({ workload }) => workload !== 'receipts');
    expect(renderPage(page, { ...results, samples })).toMatch(
      /Not judged, for want of figures: receipts, receipts, p99/,
    );
  });

  test('is not made from fewer than five runs', () => {
    expect(() => publish({ ...inventResults(), runs: 4 })).toThrow(/4 runs are not published/);
  });

  test('is not made from a bench that was stopped in the middle', () => {
    expect(() => publish({ ...inventResults(), runs: 5 })).toThrow(/stopped in the middle.*: 2 of 5 runs/);
  });

  test('is not made where the load has a thread of the server’s core', () => {
    const results = { ...inventResults(), runs: 5, machine: { ...inventedMachine, isLoadApart: false } };
    expect(() => publish(results)).toThrow(/share a core/);
  });

  test('is not made from a short run', () => {
    expect(() => publish({ ...inventResults(), scale: 'short' })).toThrow(/whole measurement/);
  });
});
