import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DocumentName } from '@quire/protocol';
import { afterEach, expect, it } from 'vitest';
import { type ConfigInput, createServer, type QuireServer } from '../main.ts';
import { SECRET, signToken } from '../testing/tokens.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(settings: ConfigInput): Promise<QuireServer> {
  const server = await createServer({ port: 0, app: false, log: { level: 'silent' }, ...settings });
  ends.push(() => server.close());
  return server;
}

/** What somebody with these grants is answered; without any, somebody without a token. */
async function ask({ url }: QuireServer, method: string, path: string, ...grants: readonly [string, string][]) {
  const claims = { grants: grants.map(([documents, role]) => ({ documents, role })) };
  const authorization = grants.length === 0 ? {} : { Authorization: `Bearer ${await signToken(claims)}` };
  const body = method === 'POST' ? { body: JSON.stringify({ role: 'reader' }) } : {};
  const headers = { ...authorization, 'Content-Type': 'application/json' };
  return fetch(`${url}/v1/documents/${path}`, { method, headers, ...body });
}

it('[G6] what was written while everybody could enter is nobody’s once there are keys, until somebody is granted it', async () => {
  const data = await mkdtemp(join(tmpdir(), 'quire-open-'));
  ends.push(() => rm(data, { recursive: true }));
  const open = await start({ data });
  await open.documents.create({ name: 'plan' as DocumentName });
  expect(await (await ask(open, 'GET', 'plan')).json()).toMatchObject({ name: 'plan', role: 'owner' });
  await open.close();

  const closed = await start({ data, jwt: { secrets: [SECRET] } });
  expect((await ask(closed, 'GET', 'plan')).status).toBe(401);
  for (const method of ['GET', 'DELETE']) {
    expect((await ask(closed, method, 'plan', ['other', 'owner'])).status).toBe(403);
  }
  const editor = ['plan', 'editor'] as const;
  expect(await (await ask(closed, 'GET', 'plan', [...editor])).json()).toMatchObject({ role: 'editor' });
  expect((await ask(closed, 'DELETE', 'plan', [...editor])).status).toBe(403);
  expect((await ask(closed, 'POST', 'plan/links', [...editor])).status).toBe(403);
  expect((await ask(closed, 'POST', 'plan/links', ['plan', 'owner'])).status).toBe(201);
  expect((await ask(closed, 'DELETE', 'plan', ['plan', 'owner'])).status).toBe(204);
});
