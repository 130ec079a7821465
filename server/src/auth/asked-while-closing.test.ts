import { MemoryStore } from '@quire/persistence';
import { until } from '@quire/testing';
import { SignJWT } from 'jose';
import { afterEach, expect, it } from 'vitest';
import { createServer } from '../main.ts';
import { countConnections, openBlackHole } from '../testing/black-hole.ts';
import { createKeyPair } from '../testing/key-provider.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const WEBHOOK_SECRET = 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=';

it.each([
  ['a backend', (url: string) => ({ webhook: { url, secrets: [WEBHOOK_SECRET] } })],
  ['the keys of an identity provider', (url: string) => ({ jwt: { jwksUrl: url } })],
])(
  'a server that is closed while it asks %s for what does not come leaves nothing that holds its process open',
  async (_, settingsFor) => {
    const hole = await openBlackHole();
    ends.push(() => hole.close());
    const server = await createServer(
      { port: 0, app: false, log: { level: 'silent' }, ...settingsFor(`${hole.address}/`) },
      { store: new MemoryStore() },
    );
    const token = await new SignJWT({ sub: 'ada' })
      .setProtectedHeader({ alg: 'ES256', kid: 'unknown' })
      .sign(createKeyPair('unknown').privateKey);
    const before = countConnections();
    const headers = { Authorization: `Bearer ${token}`, Connection: 'close' };
    const answer = fetch(`${server.url}/v1/documents`, { headers }).then(
      ({ status }) => status,
      () => 'cut',
    );
    // Both ends of the one to the server, and one to nowhere.
    await until(() => countConnections() >= before + 3, { what: 'it is asked' });
    await server.close();
    expect([503, 'cut']).toContain(await answer);
    await until(() => countConnections() <= before, {
      what: () => `${countConnections() - before} connections are left`,
      timeoutMs: 3_000,
    });
  },
);
