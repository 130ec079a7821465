import { MemoryStore } from '@quire/persistence';
import type { DocumentName, Operation } from '@quire/protocol';
import { operations } from '@quire/protocol/rest';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type ConfigInput, createServer, type QuireServer } from '../main.ts';
import { problemIn } from '../testing/api-server.ts';
import { SECRET, signToken } from '../testing/tokens.ts';

const FRIEND = 'https://shop.example';
const STRANGER = 'https://evil.example';
const CALLS: readonly (readonly [string, Operation])[] = Object.entries(operations);

let server: QuireServer;
afterEach(() => server.close());

async function start(settings: ConfigInput = {}): Promise<void> {
  server = await createServer(
    { port: 0, app: false, metrics: false, log: { level: 'silent' }, allowedOrigins: [FRIEND], ...settings },
    { store: new MemoryStore() },
  );
}

interface Sent {
  readonly method?: string;
  readonly origin?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
}

function ask(path: string, { headers, json, method = 'GET', origin = FRIEND }: Sent = {}): Promise<Response> {
  return fetch(`${server.url}/v1${path}`, {
    method,
    headers: { Origin: origin, ...(json === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
}

/** As a browser asks before a request that is not a simple one. */
function preflight(path: string, method: string, origin = FRIEND): Promise<Response> {
  const headers = { 'Access-Control-Request-Method': method, 'Access-Control-Request-Headers': 'authorization' };
  return ask(path, { method: 'OPTIONS', origin, headers });
}

function mayBeRead({ headers }: Response): boolean {
  expect(headers.get('vary')).toBe('Origin');
  const allowed = headers.get('access-control-allow-origin');
  expect(headers.get('access-control-allow-credentials')).toBe(allowed === null ? null : 'true');
  return allowed === FRIEND;
}

const listed = (value: string | null): string[] => (value ?? '').split(', ').map((each) => each.toLowerCase());

describe('a page of another origin that is named in the settings', () => {
  it.each(CALLS)('may call %s and read the answer, and others may not', async (_, { method, path }) => {
    await start();
    await server.documents.create({ name: 'plan' as DocumentName });
    const at = path
      .slice('/v1'.length)
      .replace('{name}', 'plan')
      .replace(/\{\w+\}/g, 'none');

    const asked = await preflight(at, method);
    expect([asked.status, mayBeRead(asked)]).toEqual([204, true]);
    expect(listed(asked.headers.get('access-control-allow-methods'))).toContain(method.toLowerCase());
    const answer = await ask(at, { method });
    expect(mayBeRead(answer)).toBe(true);
    expect(answer.status).not.toBe(405);
    await answer.body?.cancel();

    expect(mayBeRead(await preflight(at, method, STRANGER))).toBe(false);
    const refused = await ask(at, { method, origin: STRANGER });
    expect(mayBeRead(refused)).toBe(false);
    if (method === 'GET') await refused.body?.cancel();
    else expect(await problemIn(refused)).toEqual([403, 'origin-refused']);
  });

  it('may send every header that a call takes, and a token', async () => {
    await start();
    const allowed = listed((await preflight('/documents', 'POST')).headers.get('access-control-allow-headers'));
    const taken = CALLS.flatMap(([, { headers }]) => Object.keys(headers instanceof z.ZodObject ? headers.shape : {}));
    expect(taken).toContain('Idempotency-Key');
    expect(allowed).toEqual(
      expect.arrayContaining(['authorization', 'content-type', ...taken.map((name) => name.toLowerCase())]),
    );
  });

  it('reads where it is that it made, and when to come back', async () => {
    await start();
    const created = await ask('/documents', { method: 'POST', json: { name: 'plan' } });
    expect([created.status, created.headers.get('location')]).toEqual([201, '/v1/documents/plan']);
    expect(listed(created.headers.get('access-control-expose-headers'))).toEqual(
      expect.arrayContaining(['location', 'retry-after', 'etag', 'content-range', 'quire-epoch']),
    );
  });

  it('reads problems of every kind, and who is refused does not', async () => {
    await start({ jwt: { secrets: [SECRET] } });
    const headers = { Authorization: `Bearer ${await signToken()}` };
    const long = { title: 'x'.repeat(70_000) };
    for (const [path, sent, problem] of [
      ['/documents', {}, [401, 'unauthorized']],
      ['/nothing', { headers }, [404, 'not-found']],
      ['/documents/none', { headers }, [404, 'unknown-document']],
      ['/documents', { headers, method: 'PUT' }, [405, 'method-not-allowed']],
      ['/documents', { headers, method: 'POST', json: long }, [413, 'body-too-large']],
      ['/documents?limit=0', { headers }, [400, 'bad-request']],
      ['/docs', { headers, method: 'POST' }, [405, 'method-not-allowed']],
    ] as const) {
      const answer = await ask(path, sent);
      expect(mayBeRead(answer)).toBe(true);
      expect(await problemIn(answer)).toEqual(problem);
      expect(mayBeRead(await ask(path, { ...sent, origin: STRANGER }))).toBe(false);
    }
  });

  it('may be known by its cookie, as on a socket, and a page that `*` lets in may not', async () => {
    const headers = { Cookie: `quire_token=${await signToken()}` };
    await start({ jwt: { secrets: [SECRET] } });
    const created = await ask('/documents', { method: 'POST', headers, json: { name: 'plan' } });
    expect([created.status, mayBeRead(created)]).toEqual([201, true]);
    expect((await ask('/documents', { headers })).status).toBe(200);
    await server.close();
    await start({ jwt: { secrets: [SECRET] }, allowedOrigins: ['*'] });
    const unknown = await ask('/documents', { method: 'POST', headers, json: { name: 'plan' } });
    expect([unknown.status, mayBeRead(unknown)]).toEqual([401, true]);
  });
});

it('pages of this machine may, and one of a file only where all may', async () => {
  await start();
  const local = 'http://localhost:5173';
  expect((await ask('/documents', { origin: local })).headers.get('access-control-allow-origin')).toBe(local);
  expect((await preflight('/documents', 'POST', 'null')).headers.get('access-control-allow-origin')).toBeNull();
  await server.close();
  await start({ allowedOrigins: ['*'] });
  expect((await preflight('/documents', 'POST', 'null')).headers.get('access-control-allow-origin')).toBe('null');
});
