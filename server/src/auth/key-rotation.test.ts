import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryStore } from '@quire/persistence';
import { joinWithHocuspocus, joinWithYWebsocket, until } from '@quire/testing';
import { afterEach, expect, it, vi } from 'vitest';
import { createServer } from '../main.ts';
import { SECRET, signToken } from '../testing/tokens.ts';

const NEXT_SECRET = 'the secret that takes its place, as long';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

it('[G6] a secret that is changed while sockets are open drops nobody, and lets in nobody by the old one', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'quire-keys-'));
  ends.push(() => rm(directory, { recursive: true }));
  const keyFile = join(directory, 'secrets');
  await writeFile(keyFile, SECRET);
  const server = await createServer(
    { port: 0, app: false, log: { level: 'silent' }, jwt: { keyFile } },
    { store: new MemoryStore() },
  );
  ends.push(() => server.close());
  const wsUrl = server.url.replace('http', 'ws');
  const [old, fresh] = [await signToken(), await signToken({}, { secret: NEXT_SECRET })];
  const ada = joinWithHocuspocus(wsUrl, 'plan', { token: old });
  const ben = joinWithYWebsocket(wsUrl, 'plan', { token: old });
  ends.push(
    () => ada.leave(),
    () => ben.leave(),
  );
  await until(() => ada.provider.isSynced && ben.provider.synced, { what: 'both are in' });
  let lost = 0;
  ada.provider.on('close', () => {
    lost += 1;
  });
  ben.provider.on('connection-close', () => {
    lost += 1;
  });

  await writeFile(`${keyFile}.new`, NEXT_SECRET);
  await rename(`${keyFile}.new`, keyFile);
  const enter = async (token: string): Promise<number> =>
    (await fetch(`${server.url}/v1/documents`, { headers: { Authorization: `Bearer ${token}` } })).status;
  await vi.waitFor(async () => expect(await enter(fresh)).toBe(200), { timeout: 10_000 });
  expect(await enter(old)).toBe(401);

  ada.doc.getText('body').insert(0, 'and on');
  await until(() => ben.doc.getText('body').toString() === 'and on', { what: 'Ben sees what Ada types' });
  ben.doc.getText('body').insert(6, ' we go');
  const carl = joinWithHocuspocus(wsUrl, 'plan', { token: fresh });
  ends.push(() => carl.leave());
  for (const { doc } of [ada, carl]) {
    await until(() => doc.getText('body').toString() === 'and on we go', { what: 'all have all of it' });
  }
  await until(() => !ada.provider.hasUnsyncedChanges, { what: 'saved' });
  expect(lost).toBe(0);
});
