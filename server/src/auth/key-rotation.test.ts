import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryStore } from '@quire/persistence';
import { joinWithHocuspocus, joinWithYWebsocket, until } from '@quire/testing';
import { SignJWT } from 'jose';
import { afterEach, expect, it, vi } from 'vitest';
import { type ConfigInput, createServer, type QuireServer } from '../main.ts';
import { createKeyPair, startKeyProvider } from '../testing/key-provider.ts';
import { SECRET, signToken } from '../testing/tokens.ts';

const NEXT_SECRET = 'the secret that takes its place, as long';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(jwt: NonNullable<ConfigInput['jwt']>): Promise<QuireServer> {
  const server = await createServer(
    { port: 0, app: false, log: { level: 'silent' }, jwt },
    { store: new MemoryStore() },
  );
  ends.push(() => server.close());
  return server;
}

/** How somebody with this token is answered who comes now. */
async function statusOf({ url }: QuireServer, token: string): Promise<number> {
  return (await fetch(`${url}/v1/documents`, { headers: { Authorization: `Bearer ${token}` } })).status;
}

/** Ada and Ben are in with the old token, in both dialects; `change` has only the fresh one be good for who comes. */
async function expectNobodyDropped(
  server: QuireServer,
  { old, fresh }: { readonly old: string; readonly fresh: string },
  change: () => Promise<void>,
): Promise<void> {
  const wsUrl = server.url.replace('http', 'ws');
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

  await change();
  await vi.waitFor(async () => expect(await statusOf(server, fresh)).toBe(200), { timeout: 10_000 });
  expect(await statusOf(server, old)).toBe(401);

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
}

it('[G6] a secret that is changed while sockets are open drops nobody, and lets in nobody by the old one', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'quire-keys-'));
  ends.push(() => rm(directory, { recursive: true }));
  const keyFile = join(directory, 'secrets');
  await writeFile(keyFile, SECRET);
  const server = await start({ keyFile });
  const tokens = { old: await signToken(), fresh: await signToken({}, { secret: NEXT_SECRET }) };
  await expectNobodyDropped(server, tokens, async () => {
    await writeFile(`${keyFile}.new`, NEXT_SECRET);
    await rename(`${keyFile}.new`, keyFile);
  });
});

it('[G6] a key that an identity provider publishes in the place of another drops nobody, and lets in nobody by the one before', async () => {
  const provider = await startKeyProvider();
  ends.push(() => provider.close());
  const [last, next] = [createKeyPair('last'), createKeyPair('next')];
  const sign = ({ privateKey }: typeof last, kid: string) =>
    new SignJWT({ grants: [{ documents: '**', role: 'editor' }] })
      .setProtectedHeader({ alg: 'ES256', kid })
      .setSubject('ada')
      .setExpirationTime('1h')
      .sign(privateKey);
  const tokens = { old: await sign(last, 'last'), fresh: await sign(next, 'next') };
  provider.keys = [last.jwk];
  const server = await start({ jwksUrl: provider.url.href });
  // The provider is asked for its keys; half a minute later it may be asked again.
  vi.useFakeTimers({ toFake: ['Date'] });
  ends.push(() => vi.useRealTimers());
  expect(await statusOf(server, tokens.old)).toBe(200);
  vi.setSystemTime(Date.now() + 30_000);
  await expectNobodyDropped(server, tokens, async () => {
    provider.keys = [next.jwk];
  });
  expect(provider.requests).toBe(2);
});
