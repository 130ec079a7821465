import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryStore } from '@quire/persistence';
import { pickPort } from '@quire/testing';
import { afterEach, expect, it, vi } from 'vitest';
import { createServer } from '../../main.ts';
import { WEBHOOK_SECRET } from '../../testing/auth-backend.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const page = join(import.meta.dirname, '../../../../docs/access.md');

/** The backend of the docs as it is written there, on a port of its own. @returns its port */
async function startWrittenBackend(): Promise<number> {
  const example = /<!-- example:backend -->\s+```js[^\n]*\n([\s\S]*?)```\s+<!-- \/example:backend -->/.exec(
    await readFile(page, 'utf8'),
  )?.[1];
  if (example === undefined) throw new Error(`${page} has no example of a backend`);
  const port = await pickPort();
  const directory = await mkdtemp(join(tmpdir(), 'quire-example-'));
  ends.push(() => rm(directory, { recursive: true }));
  const file = join(directory, 'backend.mjs');
  await writeFile(file, example.replace('.listen(3000,', `.listen(${port},`));
  const child = spawn(process.execPath, [file], {
    env: { QUIRE_WEBHOOK_SECRETS: WEBHOOK_SECRET },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  ends.push(async () => {
    child.kill();
    await once(child, 'exit');
  });
  return port;
}

it('[G6] the backend in the docs, as it is written there, lets in whom it knows and nobody else', async () => {
  const port = await startWrittenBackend();
  const url = `http://127.0.0.1:${port}/who`;
  await vi.waitFor(async () => expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(401), {
    timeout: 10_000,
  });
  const server = await createServer(
    { port: 0, app: false, log: { level: 'silent' }, webhook: { url, secrets: [WEBHOOK_SECRET] } },
    { store: new MemoryStore() },
  );
  ends.push(() => server.close());
  const create = async (name: string, token: string): Promise<number> => {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    return (await fetch(`${server.url}/v1/documents`, { method: 'POST', headers, body: JSON.stringify({ name }) }))
      .status;
  };
  expect(await create('red/plan', 'session-of-ada')).toBe(201);
  expect(await create('blue/plan', 'session-of-ada')).toBe(403);
  expect(await create('red/notes', 'session-of-eve')).toBe(401);
});
