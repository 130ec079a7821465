import { request } from 'node:http';
import { MemoryStore } from '@quire/persistence';
import { closeCodes } from '@quire/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AccessError, type Authenticator } from '../auth/authenticator.ts';
import { createServer, type QuireServer } from '../main.ts';

const authenticator: Authenticator = {
  async authenticate({ headers }) {
    const user = (headers.get('authorization') ?? '').replace('Bearer ', '');
    if (user === '') throw new AccessError(closeCodes.unauthorized);
    return { user: { id: user, name: null }, expiresAt: null, issuedAt: 0, ownsAll: true, roleIn: () => 'owner' };
  },
};

let server: QuireServer;
beforeEach(async () => {
  server = await createServer(
    { port: 0, app: false, log: { level: 'silent' } },
    { store: new MemoryStore(), authenticator },
  );
  expect((await askAsBen('POST', { name: 'plan' })).status).toBe(201);
});
afterEach(() => server.close());

function askAsBen(method = 'GET', body?: object): Promise<Response> {
  return fetch(`${server.url}/v1/documents`, {
    method,
    headers: { Authorization: 'Bearer ben', 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const position = 'AQRib2R5AA==';

it.each([
  ['PATCH', '/v1/documents/plan', { title: 'Too late' }],
  ['POST', '/v1/documents/plan/links', { role: 'editor' }],
  ['POST', '/v1/documents/plan/threads', { text: 'Too late' }],
  ['PATCH', '/v1/documents/plan/threads/some', { resolved: true }],
  ['PUT', '/v1/documents/plan/threads/some/anchor', { start: position, end: position }],
  ['POST', '/v1/documents/plan/threads/some/comments', { text: 'Too late' }],
  ['PATCH', '/v1/documents/plan/threads/some/comments/one', { text: 'Too late' }],
  ['POST', '/v1/revocations', { user: 'cleo' }],
] as const)(
  '[G6] %s %s: who holds back its last byte until their access is taken back does nothing',
  async (method, path, json) => {
    const body = JSON.stringify(json);
    const answer = Promise.withResolvers<number | undefined>();
    const held = request(`${server.url}${path}`, {
      method,
      headers: { Authorization: 'Bearer ada', 'Content-Type': 'application/json', 'Content-Length': body.length },
    });
    held.on('response', (response) => answer.resolve(response.resume().statusCode)).on('error', answer.reject);
    await new Promise((resolve) => held.write(body.slice(0, -1), resolve));
    // The server has read that once it has answered what came after it.
    expect((await askAsBen()).status).toBe(200);
    await server.revocations.revoke({ user: 'ada' });
    held.end(body.slice(-1));
    expect(await answer.promise).toBe(401);
  },
);
