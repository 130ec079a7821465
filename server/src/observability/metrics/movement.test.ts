import { afterEach, describe, expect, it, vi } from 'vitest';
import { type MeasuredServer, readSeries, startMeasuredServer } from '../../testing/measured-server.ts';
import { constants, scenarios } from '../../testing/metric-scenarios/index.ts';
import { metricNames } from './metric-table.ts';
import { clusterMetrics } from './table/cluster.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(...parameters: Parameters<typeof startMeasuredServer>): Promise<MeasuredServer> {
  const measured = await startMeasuredServer(...parameters);
  ends.push(() => measured.close());
  return measured;
}

const nameOf = (series: string): string => series.split('{')[0] ?? '';

describe('a metric moves when its thing happens', () => {
  it.each(scenarios)('$title', async ({ moves, parts, play, prepare, settings }) => {
    const atEnd = (end: () => unknown): void => void ends.push(end);
    const measured = await start(prepare === undefined ? settings : await prepare(atEnd), parts?.());
    const before = await measured.scrape();
    await play({ measured, atEnd });
    await vi.waitFor(
      async () => {
        const after = await measured.scrape();
        const still = moves.filter((series) => readSeries(after, series) === readSeries(before, series));
        expect(still).toEqual([]);
      },
      { timeout: 15_000 },
    );
  });

  it('and every metric has something that moves it', () => {
    // Those of a cluster move in cluster-meters.test.ts: most of these servers are nodes by themselves.
    const elsewhere = Object.keys(clusterMetrics);
    const moved = new Set([...scenarios.flatMap(({ moves }) => moves.map(nameOf)), ...constants, ...elsewhere]);
    expect(metricNames.filter((name) => !moved.has(name))).toEqual([]);
  });

  it('gauges return to where they were when everybody has left', async () => {
    const measured = await start({ limits: { unloadDelayMs: 0 } });
    const before = await measured.scrape();
    const [together] = scenarios;
    const staged: (() => unknown)[] = [];
    await together?.play({ measured, atEnd: (end) => staged.push(end) });
    expect(readSeries(await measured.scrape(), 'quire_sessions')).toBe(2);
    for (const end of staged.reverse()) await end();
    const gauges = metricNames
      .filter((name) =>
        /_(sessions|documents|connections|entering|people|frames|edits|pending)$|queue_(bytes|entries)|(ring|unsent|unestablished|applying|held|body)_bytes|open_(requests|reads)$/.test(
          name,
        ),
      )
      .filter((name) => !name.startsWith('quire_flush'));
    expect(gauges.length).toBeGreaterThan(10);
    await vi.waitFor(async () => {
      const after = await measured.scrape();
      for (const gauge of gauges) expect([gauge, readSeries(after, gauge)]).toEqual([gauge, readSeries(before, gauge)]);
    });
  });
});

describe('what says how things are', () => {
  it('is there from the start, and true', async () => {
    const measured = await start({ journal: { queueBytes: 100_000 }, limits: { maxSessions: 77 } });
    await vi.waitFor(async () =>
      expect(readSeries(await measured.scrape(), 'quire_data_free_bytes')).toBeGreaterThan(0),
    );
    const scrape = await measured.scrape();
    expect(readSeries(scrape, 'quire_journal_queue_limit_bytes')).toBe(100_000);
    expect(readSeries(scrape, 'quire_sessions_limit')).toBe(77);
    expect(readSeries(scrape, 'quire_build_info')).toBe(1);
    expect(readSeries(scrape, 'process_start_time_seconds')).toBeCloseTo(performance.timeOrigin / 1000, 3);
    expect(readSeries(scrape, 'process_max_fds')).toBeGreaterThan(readSeries(scrape, 'process_open_fds'));
    expect(readSeries(scrape, 'process_virtual_memory_bytes')).toBeGreaterThan(
      readSeries(scrape, 'process_resident_memory_bytes'),
    );
    expect(readSeries(scrape, 'quire_store_state{state="ready"}')).toBe(1);
  });
});
