import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pickPort, until } from '@quire/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CommandProcess, runCommand } from './command-process.ts';

const READY = /^Quire is ready at (http:\S+) \(pid (\d+)\)/m;
const SERVER_SOURCE = join(import.meta.dirname, '..', '..', 'server', 'src', 'cli.ts');

let data: string;
let command: CommandProcess | null = null;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'quire-dev-'));
});

afterEach(async () => {
  command?.dispose();
  command = null;
  await rm(data, { recursive: true, force: true });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    // Nobody of that number.
    return false;
  }
}

test('npm run dev serves the app through Vite, restarts the server on a change, and Ctrl-C leaves nothing', async () => {
  const [port, devPort] = [await pickPort(), await pickPort()];
  const dev = runCommand('npm', ['run', 'dev'], {
    QUIRE_PORT: String(port),
    QUIRE_DEV_PORT: String(devPort),
    QUIRE_DATA: data,
    // A server that listened only there would not be found by Vite.
    QUIRE_HOST: '::1',
  });
  command = dev;
  const [, url, firstPid] = await dev.says(READY);
  expect(new URL(url ?? '').port).toBe(String(port));
  await dev.says(new RegExp(`http://127\\.0\\.0\\.1:${devPort}/`));

  const app = `http://127.0.0.1:${devPort}`;
  expect(await (await fetch(app)).text()).toContain('/@vite/client');
  const create = await fetch(`${app}/v1/documents`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'through-vite' }),
  });
  expect(create.status).toBe(201);
  const listed = await fetch(`http://127.0.0.1:${port}/v1/documents`);
  expect(await listed.text()).toContain('through-vite');

  const restartedFrom = dev.output.length;
  await utimes(SERVER_SOURCE, new Date(), new Date());
  const [, , secondPid] = await dev.says(READY, restartedFrom);
  expect(secondPid).not.toBe(firstPid);
  await until(() => !isRunning(Number(firstPid)), { what: 'the old server still runs' });
  expect(await (await fetch(`${app}/v1/documents`)).text()).toContain('through-vite');

  await dev.end('SIGINT', 'group');
  expect(dev.members()).toEqual([]);
  expect(isRunning(Number(secondPid))).toBe(false);
}, 180_000);
