import { MemoryStore } from '@quire/persistence';
import { type DocumentName, documentListSchema, meSchema, problemSchema } from '@quire/protocol';
import type { Hono } from 'hono';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Authenticator, allow } from '../auth/authenticator.ts';
import { createAuthenticator } from '../auth/create-authenticator.ts';
import { createGuard } from '../auth/guard.ts';
import { systemClock } from '../clock.ts';
import { readObject } from '../config/layers.ts';
import { parseConfig } from '../config/parse-config.ts';
import { type Sent, sendJson } from '../testing/send-json.ts';
import { createStoreEditor } from '../testing/store-editor.ts';
import { SECRET, signToken, type TokenClaims } from '../testing/tokens.ts';
import { createApi } from './api.ts';
import { createDocuments } from './documents.ts';

const origins = { allowedOrigins: ['https://docs.example', '*'], isLoopbackOnly: false };

const log = pino({ level: 'silent' });

let api: Hono;
/** What the audit log holds. */
let audit: Record<string, unknown>[];
beforeEach(async () => {
  const config = parseConfig([readObject({ kind: 'code' }, { jwt: { secrets: [SECRET] } })]);
  api = await createApiWith(await createAuthenticator(config, { origins, clock: systemClock, log }));
});

async function createApiWith(authenticator: Authenticator): Promise<Hono> {
  audit = [];
  const store = new MemoryStore();
  const documents = createDocuments({ store, editor: createStoreEditor(store) });
  for (const name of ['team/plan', 'team/notes', 'ada/diary']) await documents.create({ name: name as DocumentName });
  const auditLog = pino({ level: 'warn' }, { write: (line: string) => audit.push(JSON.parse(line)) });
  return createApi({ documents, guard: createGuard(authenticator, auditLog), origins, log, isDraining: () => false });
}

const send = (path: string, sent?: Sent): Promise<Response> => sendJson(api, path, sent);

async function bearer(claims: TokenClaims): Promise<Record<string, string>> {
  return { authorization: `Bearer ${await signToken(claims)}` };
}

const as = (role: string, documents = 'team/*') => bearer({ grants: [{ documents, role }] });

async function problemOf(response: Response): Promise<[number, string]> {
  const { status, code } = problemSchema.parse(await response.json());
  return [status, code];
}

const one = (name: string): string => `/v1/documents/${encodeURIComponent(name)}`;

async function namesListed(headers: Record<string, string>, query = ''): Promise<readonly string[]> {
  const list = documentListSchema.parse(await (await send(`/v1/documents${query}`, { headers })).json());
  return list.documents.map(({ name }) => name);
}

describe('who asks', () => {
  const me = async (headers: Record<string, string> = {}) =>
    meSchema.parse(await (await send('/v1/me', { headers })).json());

  it('is told whom their token names, whatever it grants, and nothing without one', async () => {
    const named = await bearer({ sub: 'ada', name: 'Ada Lovelace', grants: [] });
    expect(await me(named)).toEqual({ user: { id: 'ada', name: 'Ada Lovelace' } });
    expect(await me(await bearer({ sub: 'ben', grants: [] }))).toEqual({ user: { id: 'ben', name: 'ben' } });
    expect(await problemOf(await send('/v1/me'))).toEqual([401, 'unauthorized']);
    expect(audit).toHaveLength(1);
  });

  it('is nobody where the server asks nobody who they are', async () => {
    api = await createApiWith({ authenticate: async () => allow('owner') });
    expect(await me()).toEqual({ user: null });
  });
});

describe('[G6] the HTTP API', () => {
  it('asks for a token, and says how it is sent', async () => {
    for (const headers of [{}, { authorization: 'Bearer nonsense' }, { authorization: 'Basic YTpi' }]) {
      const response = await send('/v1/documents', { headers });
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      expect(await problemOf(response)).toEqual([401, 'unauthorized']);
    }
  });

  it('shows the documents that somebody may read, and no others', async () => {
    expect(await namesListed(await as('reader'))).toEqual(['team/notes', 'team/plan']);
    expect(await namesListed(await as('reader', '**'))).toEqual(['ada/diary', 'team/notes', 'team/plan']);
    expect(await namesListed(await as('reader', 'elsewhere/*'))).toEqual([]);
    // The first page holds nothing for them: it is gone past.
    expect(await namesListed(await as('reader'), '?limit=1')).toEqual(['team/notes']);
  });

  it('names nothing to whom it shows nothing, where a list goes on either', async () => {
    const headers = await as('reader', 'elsewhere/*');
    for (const query of ['?limit=1', '?limit=1&order=recent']) {
      const { documents, next } = documentListSchema.parse(
        await (await send(`/v1/documents${query}`, { headers })).json(),
      );
      expect(documents).toEqual([]);
      expect(Buffer.from(next ?? '', 'base64url').toString('latin1')).not.toMatch(/team|ada|plan/);
    }
    const [first] = await namesListed(await as('reader', '**'), '?limit=1');
    const page = documentListSchema.parse(
      await (await send('/v1/documents?limit=1', { headers: await as('reader', '**') })).json(),
    );
    expect([first, await namesListed(await as('reader', '**'), `?limit=1&after=${page.next}`)]).toEqual([
      'ada/diary',
      ['team/notes'],
    ]);
    for (const made of ['team/notes', 'AAAA', `${page.next}AAAA`, '']) {
      const response = await send(`/v1/documents?after=${encodeURIComponent(made)}`, { headers });
      expect(await problemOf(response)).toEqual([400, 'bad-request']);
    }
  });

  it.each([
    ['reader', [200, 403, 403, 403]],
    ['commenter', [200, 403, 403, 403]],
    ['editor', [200, 200, 201, 403]],
    ['owner', [200, 200, 201, 204]],
  ] as const)('lets a %s do what the role says: look, rename, create, delete', async (role, expected) => {
    const headers = await as(role);
    const statuses = [
      await send(one('team/plan'), { headers }),
      await send(one('team/plan'), { method: 'PATCH', json: { title: 'New' }, headers }),
      await send('/v1/documents', { json: { name: 'team/fresh' }, headers }),
      await send(one('team/plan'), { method: 'DELETE', headers }),
    ].map(({ status }) => status);
    expect(statuses).toEqual(expected);
  });

  it('keeps what is not covered from being seen, or told apart from what is not there', async () => {
    const headers = await as('owner');
    for (const name of ['ada/diary', 'nobody/nothing']) {
      expect(await problemOf(await send(one(name), { headers }))).toEqual([403, 'forbidden']);
    }
  });

  it('writes down who was turned away, from where and why, and never a token', async () => {
    const headers = await bearer({ sub: 'mallory', grants: [{ documents: 'team/*', role: 'reader' }] });
    await send(one('team/plan'), { method: 'DELETE', headers });
    await send(one('ada/diary'), { headers });
    const expired = await bearer({ expiresIn: -60 });
    await send(one('team/plan'), { headers: expired });
    expect(audit.map(({ event, code, document, user, why }) => ({ event, code, document, user, why }))).toEqual([
      { event: 'refused', code: 'forbidden', document: 'team/plan', user: 'mallory', why: 'reader is less than owner' },
      {
        event: 'refused',
        code: 'forbidden',
        document: 'ada/diary',
        user: 'mallory',
        why: 'no grant covers the document',
      },
      {
        event: 'refused',
        code: 'unauthorized',
        document: 'team/plan',
        user: null,
        why: expect.stringContaining('exp'),
      },
    ]);
    const written = JSON.stringify(audit);
    for (const { authorization = '' } of [headers, expired]) {
      for (const part of authorization.split('.').slice(1)) expect(written).not.toContain(part);
    }
  });
});

describe('[G6] an authenticator that a program brings', () => {
  let asked: string[];
  beforeEach(async () => {
    asked = [];
    api = await createApiWith({
      async authenticate({ token }) {
        asked.push(token);
        return allow('reader');
      },
    });
  });

  it('gets the token of a request, whether it comes as a bearer or in the query', async () => {
    await send('/v1/documents', { headers: { authorization: 'Bearer from-a-program' } });
    await send(`${one('team/plan')}?token=from-the-query`);
    await send('/v1/documents', { headers: { authorization: 'Basic YTpi' } });
    expect(asked).toEqual(['from-a-program', 'from-the-query', '']);
  });

  it('gets no cookie as a token: which of them to believe is its own to know', async () => {
    await send('/v1/documents', { headers: { cookie: 'quire_token=from-a-cookie' } });
    expect(asked).toEqual(['']);
  });
});

describe('[G6] a cookie', () => {
  const withCookie = async (headers: Record<string, string>, cookie = 'quire_token') => ({
    cookie: `theme=dark; ${cookie}="${await signToken()}"; other=1`,
    ...headers,
  });
  const status = async (headers: Record<string, string>) => (await send('/v1/documents', { headers })).status;

  it('may hold the token, for pages of our own and of those that are named', async () => {
    const host = 'docs.example';
    for (const headers of [{}, { host, origin: 'http://docs.example' }, { host, origin: 'https://docs.example' }]) {
      expect(await status(await withCookie(headers))).toBe(200);
    }
    expect(await status(await withCookie({}, 'another'))).toBe(401);
  });

  it('counts for no other page, whatever else is allowed to them', async () => {
    const strangers = [
      'https://evil.example',
      'http://docs.example.evil.example',
      'http://docs.example:8081',
      'http://localhost:3000',
      'null',
      'http://docs.example@evil.example',
    ];
    for (const origin of strangers) {
      expect([origin, await status(await withCookie({ host: 'docs.example', origin }))]).toEqual([origin, 401]);
    }
  });

  it('gives way to a token that was sent on purpose', async () => {
    const headers = { ...(await withCookie({})), ...(await as('reader', 'team/plan')) };
    expect(await namesListed(headers)).toEqual(['team/plan']);
  });
});
