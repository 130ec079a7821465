import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ContestantName } from './contestants.ts';
import { type Results, readResults } from './results.ts';
import { createWorkloads } from './workloads/index.ts';

/** Ourselves, a peer, and the limit: the others take the same ways. */
const CONTESTANTS: readonly ContestantName[] = ['quire', 'hocuspocus', 'bare'];

/** A quiet machine takes about two minutes; on a busy one what is disturbed is measured up to three times. */
const BENCH_TIMEOUT_MS = 600_000;

let directory: string;
let results: Results;
let printed = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quire-bench-test-'));
  const path = join(directory, 'results.json');
  const command = [process.execPath, join(import.meta.dirname, 'main.ts'), '--short', '--json', path];
  command.push('--contestants', CONTESTANTS.join(','));
  // Whatever ends this test ends the bench, and with it all that the bench has started.
  const bench = spawn('setpriv', ['--pdeathsig', 'KILL', ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [bench.stdout, bench.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  await new Promise((resolve) => bench.once('exit', resolve));
  results = readResults(path);
}, BENCH_TIMEOUT_MS);

afterAll(() => rm(directory, { recursive: true, force: true }));

describe('the bench, in its short form', () => {
  test('nothing fails', () => {
    expect(results.failures, printed).toEqual([]);
  });

  test.each(createWorkloads().map((workload) => [workload.name, workload] as const))(
    '%s measures each of these that it is for, in numbers',
    (name, { contestants }) => {
      for (const contestant of contestants.filter((name) => CONTESTANTS.includes(name))) {
        const samples = results.samples.filter((one) => one.workload === name && one.contestant === contestant);
        expect(samples, contestant).toHaveLength(1);
        const readings = Object.entries(samples[0]?.readings ?? {});
        expect(readings.length).toBeGreaterThan(0);
        expect(readings.filter(([, value]) => !Number.isFinite(value))).toEqual([]);
      }
    },
  );

  test('the results say what was compared, and on what', () => {
    expect(Object.keys(results.contestants)).toEqual([...CONTESTANTS]);
    expect(results.contestants.hocuspocus).toContain('4.7.0');
    expect(results.sources[0]?.source.commit).toMatch(/^[0-9a-f]{40}$/);
    expect(results.machine.node).toBe(process.version);
  });
});
