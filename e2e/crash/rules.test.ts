import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createdLinkSchema } from '@quire/protocol';
import { joinWithHocuspocus, type ServerProcess, startServer } from '@quire/testing';
import { SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SECRET = 'a secret of the tests that is long enough';
const ROUNDS = 5;

let data: string;
let server: ServerProcess;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'quire-rules-'));
  server = await startServer({ ownProcess: true, data, env: { QUIRE_JWT_SECRETS: SECRET } });
});
afterEach(async () => {
  await server.stop();
  await rm(data, { recursive: true, force: true });
});

function sign(sub: string, role: string, issuedAt = Math.floor(Date.now() / 1000)): Promise<string> {
  return new SignJWT({ grants: [{ documents: '**', role }] })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(sub)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + 3_600)
    .sign(new TextEncoder().encode(SECRET));
}

async function ask(token: string, method: string, path: string, json?: unknown): Promise<Response> {
  return fetch(`${server.url}${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
}

/** How a socket that asks for the document with this token fares. */
function knock(token: string): Promise<string> {
  const person = joinWithHocuspocus(server.wsUrl, 'plan', { token });
  return new Promise<string>((resolve) => {
    person.provider.on('authenticationFailed', ({ reason }: { reason: string }) => resolve(reason));
    person.provider.on('authenticated', ({ scope }: { scope: string }) => resolve(scope));
  }).finally(() => person.leave());
}

describe('a server that is killed right after it has answered', () => {
  it(`[G1] has every link that it gave out, and [G6] none that was revoked, in ${ROUNDS} crashes`, async () => {
    const owner = await sign('ada', 'owner');
    expect((await ask(owner, 'POST', '/v1/documents', { name: 'plan' })).status).toBe(201);
    const good: string[] = [];
    const revoked: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const made = await ask(owner, 'POST', '/v1/documents/plan/links', { role: 'reader' });
      const { token, id } = createdLinkSchema.parse(await made.json());
      await server.kill('SIGKILL');
      await server.restart();
      expect(await knock(token)).toBe('readonly');
      if (round % 2 === 0) {
        good.push(token);
        continue;
      }
      expect((await ask(owner, 'DELETE', `/v1/documents/plan/links/${id}`)).status).toBe(204);
      await server.kill('SIGKILL');
      await server.restart();
      revoked.push(token);
    }
    for (const token of good) expect(await knock(token)).toBe('readonly');
    for (const token of revoked) expect(await knock(token)).toBe('link-ended');
  }, 120_000);

  it('[G6] still knows whose access was taken back, and from whom it no longer is', async () => {
    const owner = await sign('backend', 'owner');
    expect((await ask(owner, 'POST', '/v1/documents', { name: 'plan' })).status).toBe(201);
    const early = Math.floor(Date.now() / 1000) - 60;
    const [bens, cleos] = await Promise.all([sign('ben', 'editor', early), sign('cleo', 'editor', early)]);
    const answer = await ask(owner, 'POST', '/v1/revocations', { user: 'ben' });
    const { id } = (await answer.json()) as { id: string };
    await server.kill('SIGKILL');
    await server.restart();
    expect([await knock(bens), await knock(cleos)]).toEqual(['access-revoked', 'read-write']);
    expect((await ask(owner, 'DELETE', `/v1/revocations/${id}`)).status).toBe(204);
    await server.kill('SIGKILL');
    await server.restart();
    expect(await knock(bens)).toBe('read-write');
  }, 60_000);

  it('[R14] opens no new life of a document by the links of the old one', async () => {
    const owner = await sign('ada', 'owner');
    expect((await ask(owner, 'POST', '/v1/documents', { name: 'plan' })).status).toBe(201);
    const made = await ask(owner, 'POST', '/v1/documents/plan/links', { role: 'editor' });
    const { token } = createdLinkSchema.parse(await made.json());
    expect((await ask(owner, 'DELETE', '/v1/documents/plan')).status).toBe(204);
    await server.kill('SIGKILL');
    await server.restart();
    expect((await ask(owner, 'POST', '/v1/documents', { name: 'plan' })).status).toBe(201);
    expect(await knock(token)).toBe('link-ended');
  }, 60_000);
});
