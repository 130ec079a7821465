import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@quire/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inventedMachine } from './invented-machine.ts';
import { readResults, writeResults } from './results.ts';

const PROGRAM = join(import.meta.dirname, 'main.ts');

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'quire-bench-main-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

interface Running {
  readonly child: ChildProcess;
  readonly said: string;
  readonly ended: Promise<number | null>;
}

/** The bench, with whatever it makes in a directory of its own; it ends with this test, and all that it started with it. */
function run(args: readonly string[]): Running {
  const command = ['--pdeathsig', 'KILL', process.execPath, PROGRAM, ...args];
  const child = spawn('setpriv', command, { env: { ...process.env, TMPDIR: directory } });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  return {
    child,
    get said() {
      return said;
    },
    ended: new Promise((resolve) => child.once('close', (status) => resolve(status))),
  };
}

describe('npm run bench', () => {
  test('says how it is called', async () => {
    const asked = run(['--help']);
    expect(await asked.ended).toBe(0);
    expect(asked.said).toContain('npm run bench -- [options]');
  });

  test.each<[string, readonly string[], RegExp]>([
    ['an option that there is not', ['--fast'], /--fast[\s\S]*npm run bench -- \[options\]/],
    ['results that are not there', ['--from', '/nowhere/results.json'], /^ENOENT.*\/nowhere\/results\.json/],
    [
      'a place for results that can not be written',
      ['--contestants', 'quire', '--json', '/dev/null/x.json'],
      /EEXIST.*\/dev\/null/,
    ],
  ])('says what is wrong with %s, and not where in the code', async (_, args, words) => {
    const refused = run(args);
    expect(await refused.ended).toBe(2);
    expect(refused.said).toMatch(words);
    expect(refused.said).not.toContain('    at ');
  });

  test('says what it needs that is not there, before it measures anything', () => {
    const command = [PROGRAM, '--contestants', 'quire'];
    const { status, stderr } = spawnSync(process.execPath, command, { env: { PATH: directory }, encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^the bench needs taskset.*util-linux.*redis-server, for across-nodes/);
    expect(stderr).not.toContain('    at ');
  });
});

test('of results that were kept it says on what and of what they are, and which goals have no figures', async () => {
  const path = join(directory, 'results.json');
  const sample = { workload: 'fan-out', contestant: 'quire', run: 1, othersPercent: 0, readings: {} } as const;
  writeResults(path, {
    startedAt: '2030-01-02T03:04:05.000Z',
    durationMinutes: 7,
    scale: 'full',
    runs: 1,
    level: null,
    machine: inventedMachine,
    sources: [{ source: { commit: 'abc123', isDirty: false, quire: '0.1.0', yjs: '13.0.0' }, workloads: [] }],
    contestants: { quire: 'this one' },
    samples: [sample],
    failures: [],
  });
  const { status, stdout } = spawnSync(process.execPath, [PROGRAM, '--from', path], { encoding: 'utf8' });
  expect(status).toBe(0);
  expect(stdout).toMatch(/^a processor, 2 cores, .*Node v24, data on ext4/);
  expect(stdout).toMatch(/^Quire 0\.1\.0 with Yjs 13\.0\.0 at commit `abc123`\nquire: this one$/m);
  expect(stdout).toMatch(/^Not judged, for want of figures: .*receipts, p99 at 1,000/m);
});

/** What a process has started, and what that has. */
function findOffspring(pid: number): number[] {
  const path = `/proc/${pid}/task/${pid}/children`;
  const children = existsSync(path) ? readFileSync(path, 'utf8').trim().split(' ').filter(Boolean).map(Number) : [];
  return children.flatMap((child) => [child, ...findOffspring(child)]);
}

describe.each(['SIGINT', 'SIGTERM'] as const)('%s, while it measures', (signal) => {
  test('ends all that it has started, leaves no directory behind, and keeps what was measured', async () => {
    const path = join(directory, 'results.json');
    const running = run(['--contestants', 'quire', '--only', 'stopped-reader,receipts', '--json', path]);
    const { pid = 0 } = running.child;
    const offspring = (): number[] => findOffspring(pid);
    // A server, and a load that is at work on it.
    await until(() => offspring().length >= 2, { what: () => `it measures: ${running.said}`, timeoutMs: 30_000 });
    const started = offspring();
    running.child.kill(signal);
    expect(await running.ended).toBe(signal === 'SIGINT' ? 130 : 143);
    expect(running.said).toContain(`what was measured until now is in ${path}`);
    await until(() => started.every((child) => !existsSync(`/proc/${child}`)), { what: 'all of them have ended' });
    expect(readdirSync(directory)).toEqual(['results.json']);
    expect(readResults(path)).toMatchObject({ contestants: { quire: expect.any(String) }, failures: [] });
  }, 120_000);
});

test('what was measured is there after each figure', async () => {
  const path = join(directory, 'results.json');
  const running = run(['--short', '--contestants', 'quire,quire-yjs', '--only', 'stopped-reader', '--json', path]);
  const counts = new Set<number>();
  await until(
    () => {
      if (existsSync(path)) counts.add(readResults(path).samples.length);
      return counts.has(2);
    },
    { what: () => `both are measured: ${running.said}`, timeoutMs: 60_000 },
  );
  expect(counts).toContain(1);
  expect(await running.ended).toBe(0);
}, 120_000);
