import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CommandProcess, runCommand } from './command-process.ts';

const READY = /^Quire is ready at (http:\S+) \(pid (\d+)\), data in (.+)$/m;
const TEST_TIMEOUT_MS = 180_000;

let data: string;
let command: CommandProcess | null = null;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'quire-start-'));
});

afterEach(async () => {
  command?.dispose();
  command = null;
  await rm(data, { recursive: true, force: true });
});

async function start(): Promise<{ readonly started: CommandProcess; readonly url: string; readonly pid: number }> {
  const started = runCommand('npm', ['start'], { QUIRE_PORT: '0', QUIRE_DATA: data });
  command = started;
  const [, url = '', pid, directory] = await started.says(READY);
  expect(directory).toBe(data);
  return { started, url, pid: Number(pid) };
}

describe('npm start', () => {
  test(
    'serves the app and its health where its ready line says, and is gone after SIGTERM to npm',
    async () => {
      const { started, url, pid } = await start();
      expect(JSON.parse(await readFile(join(data, 'owner.json'), 'utf8'))).toMatchObject({ pid });

      const page = await fetch(`${url}/`);
      expect(page.headers.get('content-type')).toContain('text/html');
      const html = await page.text();
      const script = /<script[^>]* src="([^"]+)"/.exec(html)?.[1];
      expect((await fetch(new URL(script ?? 'no-script', url))).status).toBe(200);
      expect((await fetch(`${url}/healthz`)).status).toBe(200);
      expect((await fetch(`${url}/readyz`)).status).toBe(200);

      await started.end('SIGTERM', 'command');
      expect(started.members()).toEqual([]);
      await expect(fetch(`${url}/healthz`)).rejects.toThrow();
      expect(started.output).toContain('everything is on disk');
    },
    TEST_TIMEOUT_MS,
  );

  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s to all of its group, as from a terminal, ends it whole',
    async (signal) => {
      const { started } = await start();
      await started.end(signal, 'group');
      expect(started.output).toContain('everything is on disk');
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'installs and builds nothing when that is done already',
    async () => {
      const first = await start();
      await first.started.end('SIGTERM', 'group');
      const { started } = await start();
      const setup = started.output.split('\n').filter((line) => line.startsWith('setup: '));
      expect(setup).toEqual(['setup: dependencies: installed as locked', 'setup: app: built']);
      await started.end('SIGTERM', 'group');
    },
    TEST_TIMEOUT_MS,
  );
});
