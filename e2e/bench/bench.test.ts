import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ContestantName } from './contestants.ts';
import { runDocumentedBlock } from './documented-block.ts';
import { parseBenchOptions } from './options.ts';
import { type Results, readResults } from './results.ts';
import { createWorkloads } from './workloads/index.ts';

/** A quiet machine takes about two minutes, one that runs other tests meanwhile about six. */
const BENCH_TIMEOUT_MS = 600_000;

let directory: string;
let results: Results;
let printed: string;
/** Ourselves, a peer, and the limit: the others take the same ways. */
let compared: readonly ContestantName[];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quire-bench-test-'));
  const ran = await runDocumentedBlock('e2e/bench/bench.test.ts', directory);
  const options = parseBenchOptions(ran.args);
  compared = options === 'help' ? [] : options.contestants;
  ({ printed } = ran);
  results = readResults(ran.results);
}, BENCH_TIMEOUT_MS);

afterAll(() => rm(directory, { recursive: true, force: true }));

describe('the bench, in its short form, as docs/benchmarks.md calls it', () => {
  test('nothing fails', () => {
    expect(results.failures, printed).toEqual([]);
  });

  test.each(createWorkloads().map((workload) => [workload.name, workload] as const))(
    '%s measures each of these that it is for, in numbers',
    (name, { contestants }) => {
      for (const contestant of contestants.filter((name) => compared.includes(name))) {
        const samples = results.samples.filter((one) => one.workload === name && one.contestant === contestant);
        expect(samples, contestant).toHaveLength(1);
        const readings = Object.entries(samples[0]?.readings ?? {});
        expect(readings.length).toBeGreaterThan(0);
        expect(readings.filter(([, value]) => !Number.isFinite(value))).toEqual([]);
      }
    },
  );

  test('the results say what was compared, and on what', () => {
    expect(Object.keys(results.contestants)).toEqual([...compared]);
    expect(compared).toContain('hocuspocus');
    expect(results.contestants.hocuspocus).toContain('4.7.0');
    expect(results.sources[0]?.source.commit).toMatch(/^[0-9a-f]{40}$/);
    expect(results.machine.node).toBe(process.version);
  });
});
