import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readExposition, type Scrape } from '../cli/top/exposition.ts';
import { type ConfigInput, createServer, type QuireServer, type ServerParts } from '../main.ts';
import { type MetricName, metricTable } from '../observability/metrics/metric-table.ts';

/** A whole server on a free port with data of its own, and what it says of itself. */
export interface MeasuredServer {
  readonly server: QuireServer;
  /** `ws://127.0.0.1:port` */
  readonly wsUrl: string;
  readonly metricsUrl: string;
  scrape(): Promise<Scrape>;
  close(): Promise<void>;
}

export async function startMeasuredServer(input: ConfigInput = {}, parts: ServerParts = {}): Promise<MeasuredServer> {
  const directory = await mkdtemp(join(tmpdir(), 'quire-measured-'));
  const base = { port: 0, data: directory, app: false, log: { level: 'silent' } } as const;
  const server = await createServer({ ...base, ...input }, parts);
  const metricsUrl = `http://127.0.0.1:${server.port}/metrics`;
  return {
    server,
    wsUrl: `ws://127.0.0.1:${server.port}`,
    metricsUrl,
    async scrape() {
      const response = await fetch(metricsUrl);
      return readExposition(await response.text(), performance.now());
    },
    async close() {
      await server.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** `name` or `name{label="value"}`: its value, summed over the labels that are not named; of a histogram, its count. */
export function readSeries(scrape: Scrape, series: string): number {
  const [, name = '', label, value] = /^(\w+)(?:\{(\w+)="([^"]*)"\})?$/.exec(series) ?? [];
  const definition = metricTable[name as MetricName];
  const samples = scrape.samples.get(definition.type === 'histogram' ? `${name}_count` : name) ?? [];
  const wanted = label === undefined ? samples : samples.filter(({ labels }) => labels[label] === value);
  if (wanted.length === 0) throw new Error(`/metrics has no ${series}`);
  return wanted.reduce((sum, sample) => sum + sample.value, 0);
}
