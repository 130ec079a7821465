import type { onCloseParameters } from '@hocuspocus/provider';
import { MemoryStore } from '@quire/persistence';
import { closeCodes, problemSchema } from '@quire/protocol';
import { joinWithHocuspocus, joinWithYWebsocket } from '@quire/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ConfigInput, createServer, type QuireServer } from '../../main.ts';
import {
  type Allowed,
  type AuthBackend,
  allowing,
  answering,
  startAuthBackend,
  WEBHOOK_SECRET,
} from '../../testing/auth-backend.ts';
import { ManualClock } from '../../testing/manual-clock.ts';

const SECOND = 1_000;

let clock: ManualClock;
let backend: AuthBackend;
let server: QuireServer;
let wsUrl: string;
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

beforeEach(async () => {
  clock = new ManualClock();
  backend = await startAuthBackend(allow());
  ends.push(() => backend.close());
  await start();
});

async function start(settings: Pick<ConfigInput, 'extensions'> = {}): Promise<void> {
  server = await createServer(
    {
      port: 0,
      app: false,
      log: { level: 'silent' },
      limits: { pingIntervalMs: 600_000 },
      webhook: { url: backend.url, secrets: [WEBHOOK_SECRET], cookies: ['session'] },
      ...settings,
    },
    { store: new MemoryStore(), clock },
  );
  const started = server;
  ends.push(() => started.close());
  wsUrl = server.url.replace('http', 'ws');
}

const allow = (claims?: Allowed) => allowing(claims, () => clock.now());
const inSeconds = (seconds: number): number => clock.now() / 1000 + seconds;

function joinHocuspocus(token: string, name = 'plan') {
  const person = joinWithHocuspocus(wsUrl, name, { token });
  ends.push(() => person.leave());
  return person;
}

function joinYWebsocket(token: string, name = 'plan') {
  const person = joinWithYWebsocket(wsUrl, name, { token });
  ends.push(() => person.leave());
  return person;
}

const list = (headers: Record<string, string>) => fetch(`${server.url}/v1/documents`, { headers });

describe('[G6] a server that asks a backend', () => {
  it('lets in through every door whom it allows, with one question', async () => {
    const ada = joinHocuspocus('ada');
    const adaToo = joinYWebsocket('ada');
    ada.doc.getText('body').insert(0, 'hello');
    await vi.waitFor(() => expect(adaToo.doc.getText('body').toString()).toBe('hello'));
    joinHocuspocus('ada', 'another');
    expect((await list({ Authorization: 'Bearer ada' })).status).toBe(200);
    expect((await fetch(`${server.url}/v1/documents?token=ada`)).status).toBe(200);
    expect(backend.asked.map(({ token }) => token)).toEqual(['ada']);
    expect((await list({ Cookie: 'session=ben' })).status).toBe(200);
    const address = expect.stringMatching(/^(127\.0\.0\.1|::1)$/);
    expect(backend.asked[1]).toMatchObject({ token: null, cookie: 'session=ben', address });
  });

  it('lets in nobody else, and holds a reader to reading', async () => {
    backend.respond = (asked, response) =>
      asked.token === 'rita'
        ? allow({ grants: [{ documents: 'team/*', role: 'reader' }] })(asked, response)
        : answering(401)(asked, response);
    const eve = joinHocuspocus('eve');
    expect(await new Promise((resolve) => eve.provider.on('authenticationFailed', resolve))).toEqual({
      reason: 'unauthorized',
    });
    const eveToo = joinYWebsocket('eve');
    const closed = await new Promise((resolve) => eveToo.provider.on('closed', ({ code }) => resolve(code)));
    expect(closed).toBe(closeCodes.unauthorized.code);
    expect((await list({ Authorization: 'Bearer eve' })).status).toBe(401);
    expect((await list({})).status).toBe(401);

    const rita = joinHocuspocus('rita', 'team/plan');
    await vi.waitFor(() => expect(rita.provider.authorizedScope).toBe('readonly'));
    const headers = { Authorization: 'Bearer rita', 'Content-Type': 'application/json' };
    const body = JSON.stringify({ name: 'team/new' });
    expect((await fetch(`${server.url}/v1/documents`, { method: 'POST', headers, body })).status).toBe(403);
  });

  it('tells who comes to come back while the backend is away, and those who are in write on', async () => {
    const ada = joinHocuspocus('ada');
    await vi.waitFor(() => expect(ada.provider.isSynced).toBe(true));
    backend.respond = answering(503);
    const ben = joinYWebsocket('ben');
    const closed = new Promise((resolve) => ben.provider.on('connection-close', (event) => resolve(event?.code)));
    expect(await closed).toBe(closeCodes.authUnavailable.code);
    const refused = await list({ Authorization: 'Bearer cleo' });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    expect(problemSchema.parse(await refused.json()).code).toBe('auth-unavailable');
    ada.doc.getText('body').insert(0, 'still here');
    await vi.waitFor(() => expect(ada.provider.hasUnsyncedChanges).toBe(false));
    // Who is known comes back in, though the answer is no longer fresh and nobody can be asked.
    clock.advance(61 * SECOND);
    const adaAgain = joinYWebsocket('ada');
    await vi.waitFor(() => expect(adaAgain.doc.getText('body').toString()).toBe('still here'));
    backend.respond = allow();
    await vi.waitFor(
      () => {
        clock.advance(SECOND); // it may have been left alone meanwhile
        expect(ben.provider.synced).toBe(true);
      },
      { timeout: 10_000 },
    );
  });

  it('asks anew before what it was told ends: who may still come in stays in, with what they may do by then', async () => {
    backend.respond = allow({ exp: inSeconds(60) });
    const ada = joinHocuspocus('ada');
    await vi.waitFor(() => expect(ada.provider.authorizedScope).toBe('read-write'));
    clock.advance(29 * SECOND);
    expect(backend.asked).toHaveLength(1);
    backend.respond = allow({ exp: inSeconds(300), grants: [{ documents: '**', role: 'reader' }] });
    clock.advance(2 * SECOND);
    await vi.waitFor(() => expect(ada.provider.authorizedScope).toBe('readonly'));
    expect(backend.asked).toHaveLength(2);
    clock.advance(60 * SECOND);
    const ended = new Promise((resolve) =>
      ada.provider.on('close', (closed: onCloseParameters) => resolve(closed.event.reason)),
    );
    backend.respond = answering(401);
    clock.advance(210 * SECOND);
    expect(await ended).toBe('unauthorized');
    expect(backend.asked).toHaveLength(3);
  });
});

describe('[G6] access that is taken back while a backend’s answer is remembered', () => {
  async function enter() {
    const ada = joinHocuspocus('ada');
    await vi.waitFor(() => expect(ada.provider.authorizedScope).toBe('read-write'));
    clock.advance(SECOND);
    return ada;
  }

  it('is asked about anew: who keeps some of it stays, with what the backend says now', async () => {
    const ada = await enter();
    backend.respond = allow({ grants: [{ documents: '**', role: 'reader' }] });
    await server.revocations.revoke({ user: 'ada' });
    await vi.waitFor(() => expect(backend.asked).toHaveLength(2));
    clock.advance(10 * SECOND);
    await vi.waitFor(() => expect(ada.provider.authorizedScope).toBe('readonly'));
    expect((await list({ Authorization: 'Bearer ada' })).status).toBe(200);
    expect(ada.provider.isAuthenticated).toBe(true);
  });

  it('ends with the backend’s refusal', async () => {
    const ada = await enter();
    const ended = new Promise((resolve) =>
      ada.provider.on('close', (closed: onCloseParameters) => resolve(closed.event.reason)),
    );
    backend.respond = answering(401);
    await server.revocations.revoke({ user: 'ada' });
    await vi.waitFor(() => expect(backend.asked.length).toBeGreaterThan(1));
    clock.advance(10 * SECOND);
    expect(await ended).toMatch(/^(unauthorized|access-revoked)$/);
    expect((await list({ Authorization: 'Bearer ada' })).status).toBe(401);
  });
});

describe.each([
  ['with the server alone', []],
  ['with extensions', [{}]],
])('[G6] in the y-websocket dialect, which has no word for a fresh token, %s', (_, extensions) => {
  it('the backend is asked about the one that somebody came with: who may stay stays, and nobody else', async () => {
    await start({ extensions });
    backend.respond = allow({ exp: inSeconds(60) });
    const [ada, ben] = [joinYWebsocket('ada'), joinYWebsocket('ben')];
    await vi.waitFor(() => expect([ada.provider.synced, ben.provider.synced]).toEqual([true, true]));
    backend.respond = (asked, response) =>
      asked.token === 'ada' ? allow({ exp: inSeconds(300) })(asked, response) : answering(401)(asked, response);
    const benClosed = new Promise((resolve) => ben.provider.on('closed', ({ code }) => resolve(code)));
    clock.advance(31 * SECOND);
    expect(await benClosed).toBe(closeCodes.unauthorized.code);
    await vi.waitFor(() =>
      expect(backend.asked.map(({ token }) => token).sort()).toEqual(['ada', 'ada', 'ben', 'ben']),
    );
    clock.advance(60 * SECOND);
    ada.doc.getText('body').insert(0, 'still here');
    const reader = joinHocuspocus('ada');
    await vi.waitFor(() => expect(reader.doc.getText('body').toString()).toBe('still here'));
    expect(ada.provider.wsconnected).toBe(true);
  });

  it('who keeps access that is taken back stays, and writes what they wrote meanwhile; who may only read is put out', async () => {
    await start({ extensions });
    backend.respond = allow();
    const [ada, ben, cleo] = [joinYWebsocket('ada'), joinYWebsocket('ben'), joinYWebsocket('cleo')];
    await vi.waitFor(() => expect([ada, ben, cleo].map(({ provider }) => provider.synced)).toEqual([true, true, true]));
    const closed = [ben, cleo].map(
      ({ provider }) => new Promise((resolve) => provider.on('closed', ({ code }) => resolve(code))),
    );
    clock.advance(SECOND);
    const answers: (() => void)[] = [];
    backend.respond = (asked, response) => {
      const respond =
        asked.token === 'cleo'
          ? answering(401)
          : allow(asked.token === 'ben' ? { grants: [{ documents: '**', role: 'reader' }] } : {});
      answers.push(() => respond(asked, response));
    };
    for (const user of ['ada', 'ben', 'cleo']) await server.revocations.revoke({ user });
    clock.advance(SECOND);
    await vi.waitFor(() => expect(answers).toHaveLength(3));
    ada.doc.getText('body').insert(0, 'meanwhile');
    for (const answer of answers) answer();
    expect(await Promise.all(closed)).toEqual([closeCodes.accessRevoked.code, closeCodes.unauthorized.code]);
    const reader = joinHocuspocus('ben');
    await vi.waitFor(() => expect(reader.doc.getText('body').toString()).toBe('meanwhile'));
    clock.advance(10 * SECOND);
    ada.doc.getText('body').insert(0, 'and ');
    await vi.waitFor(() => expect(reader.doc.getText('body').toString()).toBe('and meanwhile'));
  });

  it('who may only read from then on is put out, and reads when they come back', async () => {
    await start({ extensions });
    backend.respond = allow({ exp: inSeconds(60) });
    const ada = joinYWebsocket('ada');
    await vi.waitFor(() => expect(ada.provider.synced).toBe(true));
    const closed = new Promise((resolve) => ada.provider.on('closed', ({ code }) => resolve(code)));
    backend.respond = allow({ exp: inSeconds(300), grants: [{ documents: '**', role: 'reader' }] });
    clock.advance(31 * SECOND);
    expect(await closed).toBe(closeCodes.accessRevoked.code);
    const again = joinYWebsocket('ada');
    await vi.waitFor(() => expect(again.provider.synced).toBe(true));
  });
});

it.each([
  ['with metrics', true],
  ['without', false],
])('[G6] a server %s that has nobody to ask lets in nobody', async (_, metrics) => {
  const alone = await createServer(
    {
      port: 0,
      app: false,
      metrics,
      log: { level: 'silent' },
      webhook: { url: 'http://127.0.0.1:1/who', secrets: [WEBHOOK_SECRET] },
    },
    { store: new MemoryStore() },
  );
  ends.push(() => alone.close());
  const asked = await fetch(`${alone.url}/v1/documents`, { headers: { Authorization: 'Bearer ada' } });
  expect(asked.status).toBe(503);
});
