import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@quire/testing';

export interface Prometheus {
  /** The result of an instant query, or the words with which it was refused. */
  query(expression: string): Promise<QueryResult>;
  rules(): Promise<readonly RuleState[]>;
  stop(): Promise<void>;
}

export type QueryResult =
  | { readonly kind: 'refused'; readonly error: string }
  | { readonly kind: 'values'; readonly values: readonly number[] };

export interface RuleState {
  readonly name: string;
  readonly health: string;
  readonly state: string;
  readonly lastError?: string;
  readonly lastEvaluation: string;
}

export interface ScrapeOptions {
  /** `host:port` of the servers that it scrapes. */
  readonly targets: readonly string[];
  readonly ruleFile: string;
}

/** A configuration of Prometheus, for one that is not waited for. */
export function describeScrape({ targets, ruleFile }: ScrapeOptions): string {
  // JSON is YAML.
  return JSON.stringify({
    global: { scrape_interval: '500ms', scrape_timeout: '500ms', evaluation_interval: '500ms' },
    rule_files: [ruleFile],
    scrape_configs: [
      { job_name: 'quire', static_configs: [{ targets, labels: { namespace: 'docs', pod: 'quire-0' } }] },
    ],
  });
}

/** A Prometheus of our own, on a free port of loopback and with a directory that it takes with it. */
export async function startPrometheus(configuration: string): Promise<Prometheus> {
  const directory = await mkdtemp(join(tmpdir(), 'quire-prometheus-'));
  const port = await findFreePort();
  const file = join(directory, 'prometheus.yml');
  await writeFile(file, configuration);
  const child = spawn(
    'prometheus',
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  child.stderr.on('data', (chunk) => {
    log += String(chunk);
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  let isReady = false;
  await until(
    () => {
      if (child.exitCode !== null) throw new Error(`prometheus ended with ${child.exitCode}: ${log}`);
      fetch(`${url}/-/ready`).then(
        (answer) => {
          isReady ||= answer.ok;
        },
        () => {}, // not listening yet
      );
      return isReady;
    },
    { what: () => `prometheus is not ready: ${log}` },
  );
  return {
    async query(expression) {
      const answer = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: expression })}`);
      return readResult((await answer.json()) as Answer);
    },
    async rules() {
      const answer = (await (await fetch(`${url}/api/v1/rules`)).json()) as {
        readonly data: { readonly groups: readonly { readonly rules: readonly RuleState[] }[] };
      };
      return answer.data.groups.flatMap(({ rules }) => rules);
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
      await rm(directory, { recursive: true });
    },
  };
}

interface Answer {
  readonly status: 'success' | 'error';
  readonly error?: string;
  readonly data?: { readonly result: readonly { readonly value: readonly [number, string] }[] };
}

function readResult({ data, error, status }: Answer): QueryResult {
  if (status === 'error') return { kind: 'refused', error: error ?? 'without a reason' };
  return { kind: 'values', values: (data?.result ?? []).map(({ value }) => Number(value[1])) };
}

/** Prometheus can take any free port, but doesn't say which. */
function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
