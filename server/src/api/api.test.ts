import { MemoryStore, PersistenceError } from '@quire/persistence';
import { documentListSchema, documentSchema, problemSchema } from '@quire/protocol';
import * as fc from 'fast-check';
import type { Hono } from 'hono';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { openGuard } from '../testing/open-guard.ts';
import { createStoreEditor } from '../testing/store-editor.ts';
import { createApi } from './api.ts';
import { createDocuments, type DocumentEditor } from './documents.ts';

const origins = { allowedOrigins: ['https://editor.example.org'], isLoopbackOnly: true };
const log = pino({ level: 'silent' });

let store: MemoryStore;
let api: Hono;
let now: number;
let isDraining: boolean;
beforeEach(() => {
  store = new MemoryStore();
  now = Date.UTC(2026, 0, 1);
  isDraining = false;
  api = serve(createStoreEditor(store, () => now));
});

function serve(editor: DocumentEditor): Hono {
  return createApi({
    documents: createDocuments({ store, editor }),
    guard: openGuard,
    origins,
    log,
    isDraining: () => isDraining,
  });
}

interface Sent {
  readonly method?: string;
  readonly json?: unknown;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

function send(path: string, sent: Sent = {}): Promise<Response> {
  const body = sent.json === undefined ? sent.body : JSON.stringify(sent.json);
  const type = sent.json === undefined ? {} : { 'Content-Type': 'application/json' };
  return Promise.resolve(
    api.request(`http://localhost${path}`, {
      method: sent.method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { ...type, ...sent.headers },
      ...(body === undefined ? {} : { body }),
    }),
  );
}

async function problemOf(response: Response): Promise<{ status: number; code: string; detail: string }> {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const problem = problemSchema.parse(await response.json());
  expect(problem.status).toBe(response.status);
  expect(problem.type).toBe(`urn:quire:problem:${problem.code}`);
  return { status: problem.status, code: problem.code, detail: problem.detail };
}

const path = (name: string): string => `/v1/documents/${encodeURIComponent(name)}`;

describe('creating', () => {
  it('makes a document that exists, under a name nobody guesses', async () => {
    const response = await send('/v1/documents', { json: { title: '  Plan ' } });
    expect(response.status).toBe(201);
    const created = documentSchema.parse(await response.json());
    expect(created.title).toBe('Plan');
    expect(created.name).toMatch(/^([0-9a-z]{4}-){3}[0-9a-z]{4}$/);
    expect(response.headers.get('location')).toBe(path(created.name));
    expect(documentSchema.parse(await (await send(path(created.name))).json())).toEqual(created);
    expect((await store.stat(created.name))?.state).toBe('live');
  });

  it('needs neither a body nor a title', async () => {
    const response = await send('/v1/documents', { method: 'POST' });
    expect(response.status).toBe(201);
    const { name, title } = documentSchema.parse(await response.json());
    expect(title).toBe('');
    expect((await store.stat(name))?.state).toBe('live');
  });

  it('refuses a name that is taken, also when two ask at once', async () => {
    const both = await Promise.all([
      send('/v1/documents', { json: { name: 'team/plan', title: 'first' } }),
      send('/v1/documents', { json: { name: 'team/plan', title: 'second' } }),
    ]);
    expect(both.map((response) => response.status).sort()).toEqual([201, 409]);
    expect(await problemOf(await send('/v1/documents', { json: { name: 'team/plan' } }))).toMatchObject({
      status: 409,
      code: 'document-exists',
    });
  });

  it('gives a deleted name away again', async () => {
    await send('/v1/documents', { json: { name: 'plan', title: 'old' } });
    await send(path('plan'), { method: 'DELETE' });
    const again = await send('/v1/documents', { json: { name: 'plan', title: 'new' } });
    expect(again.status).toBe(201);
    expect(await (await send(path('plan'))).json()).toMatchObject({ title: 'new' });
  });
});

describe('one document', () => {
  it.each(['plan', 'team/plan', 'a b?c#d%', '✓ ünï 🎈', 'constructor', '__proto__', '%2F', 'x'.repeat(512)])(
    'is reached by its name, encoded whole: %s',
    async (name) => {
      expect((await send('/v1/documents', { json: { name, title: 'before' } })).status).toBe(201);
      expect(await (await send(path(name))).json()).toMatchObject({ name });
      const renamed = await send(path(name), { method: 'PATCH', json: { title: 'after' } });
      expect(await renamed.json()).toMatchObject({ name, title: 'after' });
      expect(await (await send(path(name))).json()).toMatchObject({ name, title: 'after' });
      const deleted = await send(path(name), { method: 'DELETE' });
      expect(deleted.status).toBe(204);
      expect(await deleted.text()).toBe('');
      expect((await send(path(name))).status).toBe(404);
    },
  );

  it('is created by no request but the one that says so', async () => {
    for (const sent of [{}, { method: 'PATCH', json: { title: 'x' } }, { method: 'DELETE' }]) {
      expect(await problemOf(await send(path('none'), sent))).toMatchObject({ status: 404, code: 'unknown-document' });
    }
    expect(await store.stat('none')).toBeNull();
  });

  it('is found only under its whole name', async () => {
    await send('/v1/documents', { json: { name: 'team/plan' } });
    expect((await send('/v1/documents/team/plan')).status).toBe(404);
    expect((await send('/v1/documents/team')).status).toBe(404);
    expect((await send('/v1/documents/')).status).toBe(404);
  });
});

describe('the list', () => {
  beforeEach(async () => {
    for (const name of ['b', 'team/1', 'a', 'team/2', 'c']) {
      now += 1000;
      await send('/v1/documents', { json: { name, title: `title of ${name}` } });
    }
  });

  async function pages(query: string): Promise<string[][]> {
    const found: string[][] = [];
    for (let after = ''; ; ) {
      const list = documentListSchema.parse(await (await send(`/v1/documents?${query}${after}`)).json());
      found.push(list.documents.map((document) => document.name));
      if (list.next === null) return found;
      after = `&after=${encodeURIComponent(list.next)}`;
    }
  }

  it('comes in pages, in order of name or of the last edit', async () => {
    expect(await pages('limit=2')).toEqual([['a', 'b'], ['c', 'team/1'], ['team/2']]);
    expect(await pages('limit=3&order=recent')).toEqual([
      ['c', 'team/2', 'a'],
      ['team/1', 'b'],
    ]);
  });

  it('keeps to a prefix', async () => {
    expect(await pages('prefix=team%2F')).toEqual([['team/1', 'team/2']]);
    expect(await pages('prefix=zzz')).toEqual([[]]);
  });

  it('shows titles, times in UTC and sizes', async () => {
    const { documents } = documentListSchema.parse(await (await send('/v1/documents?limit=1')).json());
    expect(documents[0]).toMatchObject({ title: 'title of a', created: '2026-01-01T00:00:03.000Z', damaged: false });
    expect(documents[0]?.size).toBeGreaterThan(0);
  });

  it('leaves out what was deleted', async () => {
    await send(path('b'), { method: 'DELETE' });
    expect(await pages('')).toEqual([['a', 'c', 'team/1', 'team/2']]);
  });

  it('[G3] shows a damaged document as damaged, beside the others', async () => {
    const error = new PersistenceError('CORRUPT_RECORD', 'checksum', { document: 'bad' });
    const page = { documents: [{ document: 'bad', state: 'damaged' as const, error }], next: null };
    const documents = createDocuments({
      store: { list: () => Promise.resolve(page), stat: () => Promise.reject(error) },
      editor: createStoreEditor(store),
    });
    api = createApi({ documents, guard: openGuard, origins, log, isDraining: () => false });
    const list = documentListSchema.parse(await (await send('/v1/documents')).json());
    expect(list.documents).toEqual([expect.objectContaining({ name: 'bad', damaged: true })]);
    expect(await problemOf(await send(path('bad')))).toMatchObject({ status: 500, code: 'document-damaged' });
  });
});

describe('bad input', () => {
  it.each<[string, string, Sent, number, string]>([
    [
      'malformed JSON',
      '/v1/documents',
      { body: '{', headers: { 'Content-Type': 'application/json' } },
      400,
      'bad-json',
    ],
    ['JSON of another shape', '/v1/documents', { json: [] }, 400, 'bad-request'],
    ['null', '/v1/documents', { json: null }, 400, 'bad-request'],
    ['a title that is no text', '/v1/documents', { json: { title: 5 } }, 400, 'bad-request'],
    ['a title that is too long', '/v1/documents', { json: { title: 'x'.repeat(301) } }, 400, 'bad-request'],
    ['an empty name', '/v1/documents', { json: { name: '' } }, 400, 'bad-document-name'],
    ['a name with NUL (R8)', '/v1/documents', { json: { name: 'a\0b' } }, 400, 'bad-document-name'],
    ['a name with half a character', '/v1/documents', { json: { name: 'a\ud800' } }, 400, 'bad-document-name'],
    ['a name that is too long', '/v1/documents', { json: { name: 'x'.repeat(513) } }, 400, 'bad-document-name'],
    ['a rename without a title', path('a'), { method: 'PATCH', json: {} }, 400, 'bad-request'],
    ['a rename without a body', path('a'), { method: 'PATCH' }, 400, 'bad-request'],
    ['a path with broken encoding', '/v1/documents/%zz', {}, 400, 'bad-document-name'],
    ['a path that is not UTF-8', '/v1/documents/%ff%fe', {}, 400, 'bad-document-name'],
    ['a path with NUL', '/v1/documents/a%00b', {}, 400, 'bad-document-name'],
    ['a body that says it is a form', '/v1/documents', { body: 'title=x' }, 415, 'unsupported-media-type'],
    ['a huge body', '/v1/documents', { json: { title: 'x'.repeat(70_000) } }, 413, 'body-too-large'],
    ['a limit of zero', '/v1/documents?limit=0', {}, 400, 'bad-request'],
    ['a limit beyond the largest', '/v1/documents?limit=201', {}, 400, 'bad-request'],
    ['an order that is none', '/v1/documents?order=size', {}, 400, 'bad-request'],
    ['a prefix that is too long', `/v1/documents?prefix=${'x'.repeat(513)}`, {}, 400, 'bad-request'],
    ['another method', '/v1/documents', { method: 'PUT' }, 405, 'method-not-allowed'],
    ['another method for one', path('a'), { method: 'POST' }, 405, 'method-not-allowed'],
    ['a path where nothing is', '/v1/nothing', {}, 404, 'not-found'],
  ])('%s gets a problem that says so', async (_, url, sent, status, code) => {
    const problem = await problemOf(await send(url, sent));
    expect([problem.status, problem.code]).toEqual([status, code]);
    expect(problem.detail).not.toBe('');
  });

  it('says which methods there are', async () => {
    expect((await send('/v1/documents', { method: 'PUT' })).headers.get('allow')).toBe('GET, HEAD, POST');
    expect((await send(path('a'), { method: 'PUT' })).headers.get('allow')).toBe('GET, HEAD, PATCH, DELETE');
  });

  it('whatever is sent, it is never a failure of the server, and only a 2xx changes anything', async () => {
    const anyPath = fc.oneof(
      fc.constant('/v1/documents'),
      fc
        .string({ unit: 'binary' })
        .map((name) => `/v1/documents/${name.isWellFormed() ? encodeURIComponent(name) : ''}`),
      fc.string().map((tail) => `/v1/documents${tail.replaceAll('\\', '/')}`),
      fc.webQueryParameters().map((query) => `/v1/documents?${query}`),
    );
    const anyBody = fc.option(
      fc.oneof(
        fc.json(),
        fc.string(),
        fc.record({ name: fc.string(), title: fc.string() }).map((body) => JSON.stringify(body)),
      ),
      { nil: undefined },
    );
    const anyMethod = fc.constantFrom('GET', 'POST', 'PATCH', 'DELETE', 'PUT');
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(anyPath, anyMethod, anyBody, async (url, method, body) => {
        const before = (await store.list()).documents;
        const response = await send(url, {
          method,
          headers: { 'Content-Type': 'application/json' },
          ...(body === undefined || method === 'GET' ? {} : { body }),
        });
        expect(response.status).toBeLessThan(500);
        if (response.status >= 400) {
          await problemOf(response);
          expect((await store.list()).documents).toEqual(before);
        }
        seen.add(response.status);
      }),
      { numRuns: 400 },
    );
    for (const status of [200, 201, 400, 404]) expect(seen).toContain(status);
  });
});

describe('pages of other sites', () => {
  const changes: [string, string, Sent][] = [
    ['create', '/v1/documents', { json: { name: 'made' } }],
    ['create without a preflight', '/v1/documents', { method: 'POST' }],
    ['rename', path('kept'), { method: 'PATCH', json: { title: 'changed' } }],
    ['delete', path('kept'), { method: 'DELETE' }],
  ];
  beforeEach(() => send('/v1/documents', { json: { name: 'kept', title: 'kept' } }));

  it.each(changes)('can not %s', async (_, url, sent) => {
    for (const origin of ['https://evil.example', 'null', 'http://localhost.evil.example']) {
      const response = await send(url, { ...sent, headers: { origin, host: 'localhost:8080' } });
      expect(await problemOf(response)).toMatchObject({ status: 403, code: 'origin-refused' });
    }
    expect((await store.list()).documents.map((stat) => stat.document)).toEqual(['kept']);
    expect(await (await send(path('kept'))).json()).toMatchObject({ title: 'kept' });
  });

  it.each(changes)('can %s from this machine, from here, and from where the settings allow', async (_, url, sent) => {
    for (const origin of ['http://localhost:5173', 'http://127.0.0.1:8080', 'https://editor.example.org']) {
      await send('/v1/documents', { json: { name: 'kept' } });
      await send(path('made'), { method: 'DELETE' });
      expect((await send(url, { ...sent, headers: { origin, host: 'localhost:8080' } })).status).toBeLessThan(300);
    }
  });

  it('get nothing under a name that was pointed at this machine, not even the list', async () => {
    const headers = { origin: 'http://evil.example:8080', host: 'evil.example:8080' };
    for (const [url, sent] of [
      ['/v1/documents', {}] as const,
      ...changes.map(([, each, body]) => [each, body] as const),
    ]) {
      expect(await problemOf(await send(url, { ...sent, headers }))).toMatchObject({
        status: 403,
        code: 'host-refused',
      });
    }
  });
});

describe('failures', () => {
  it('[G5] answers 503 with a hint when to come back while the disk refuses', async () => {
    await send('/v1/documents', { json: { name: 'plan', title: 'kept' } });
    store.refuse();
    for (const [url, sent] of [
      ['/v1/documents', { json: { title: 'new' } }],
      [path('plan'), { method: 'PATCH', json: { title: 'x' } }],
      [path('plan'), { method: 'DELETE' }],
    ] as const) {
      const response = await send(url, sent);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await problemOf(response)).toMatchObject({ status: 503, code: 'storage-refused' });
    }
    expect((await send('/v1/documents')).status).toBe(200);
    store.recover();
    expect((await send(path('plan'), { method: 'PATCH', json: { title: 'x' } })).status).toBe(200);
  });

  it('says so when the record of a document can not be read, however deep the reason lies', async () => {
    const reason = (code: 'READ_FAILED' | 'CORRUPT_RECORD') =>
      new Error('', { cause: new Error('load', { cause: new PersistenceError(code, 'inner words') }) });
    for (const [code, status] of [
      ['READ_FAILED', 503],
      ['CORRUPT_RECORD', 500],
    ] as const) {
      api = serve({ edit: () => Promise.reject(reason(code)), delete: () => Promise.resolve() });
      expect((await problemOf(await send('/v1/documents', { json: {} }))).status).toBe(status);
    }
  });

  it('begins nothing any more once the server is stopping, and tells pages of other origins too', async () => {
    isDraining = true;
    const headers = { Origin: 'https://editor.example.org' };
    expect((await send('/v1/documents', { method: 'OPTIONS', headers })).status).toBe(204);
    const response = await send('/v1/documents', { json: { name: 'late' }, headers });
    expect(response.headers.get('access-control-allow-origin')).toBe('https://editor.example.org');
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await problemOf(response)).toMatchObject({ status: 503, code: 'service-restart' });
    expect(await store.stat('late')).toBeNull();
  });

  it('keeps the words of an unexpected failure to itself and its log', async () => {
    const logged: string[] = [];
    const documents = createDocuments({
      store,
      editor: {
        edit: () => Promise.reject(new Error('inner words')),
        delete: () => Promise.reject(new Error('inner words')),
      },
    });
    api = createApi({
      documents,
      guard: openGuard,
      origins,
      log: pino({ level: 'info' }, { write: (line) => logged.push(line) }),
      isDraining: () => false,
    });
    const response = await send('/v1/documents', { json: {} });
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('inner words');
    expect(logged.join('')).toContain('inner words');
  });
});
