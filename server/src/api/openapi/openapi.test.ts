import { operations } from '@quire/protocol/rest';
import type { Hono } from 'hono';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEvents } from '../../events/events.ts';
import { type AccessStage, openAccessStage } from '../../testing/access-stage.ts';
import { openGuard } from '../../testing/open-guard.ts';
import { addOpenThreads } from '../../testing/open-threads.ts';
import { createTurns } from '../../turns.ts';
import { createApi } from '../api.ts';
import { createContents } from '../contents.ts';
import { DocumentStates } from '../document-states.ts';
import { type ApiDescription, describeApi, type JsonSchema } from './describe-api.ts';
import { writeApiMarkdown } from './docs-markdown.ts';

let stage: AccessStage;
let api: Hono;
beforeEach(async () => {
  stage = await openAccessStage();
  const { clock, collaboration, documents, store } = stage;
  const takeTurn = createTurns();
  api = createApi({
    documents,
    contents: createContents({ documents, live: collaboration, takeTurn }),
    states: new DocumentStates({ store, clock }),
    events: createEvents(collaboration),
    guard: openGuard,
    origins: { allowedOrigins: [], isLoopbackOnly: false },
    log: pino({ level: 'silent' }),
    isDraining: () => false,
    rules: stage,
  });
  addOpenThreads(api, { documents, live: collaboration, takeTurn });
});
afterEach(() => stage.stop());

const ask = (path: string, init?: RequestInit) => Promise.resolve(api.request(`http://localhost${path}`, init));

/** Every schema in a description, with where it is. */
function* schemasIn(value: unknown, at: string): Iterable<readonly [string, JsonSchema]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'schema') yield [`${at}/${key}`, inner as JsonSchema];
    yield* schemasIn(inner, `${at}/${key}`);
  }
}

describe('the description of the HTTP API', () => {
  it('is of everything that is served, and of nothing else', () => {
    const served = api.routes
      .filter(({ method, path }) => method !== 'ALL' && method !== 'OPTIONS' && !path.includes('*'))
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{}')}`)
      .filter((route) => !/^GET \/v1\/(docs|openapi\.json)$/.test(route));
    const described = Object.values(operations).map(
      ({ method, path }) => `${method} ${path.replace(/\{\w+\}/g, '{}')}`,
    );
    expect([...new Set(served)].sort()).toEqual([...described].sort());
  });

  it('is served to programs, as OpenAPI 3.1, made of the schemas that check what is sent', async () => {
    const response = await ask('/v1/openapi.json');
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
    const served = (await response.json()) as ApiDescription;
    expect(served).toEqual(JSON.parse(JSON.stringify(describeApi())));
    expect(served.openapi).toBe('3.1.0');
    const title = served.paths['/v1/documents']?.post?.requestBody?.content['application/json']?.schema;
    expect(title).toMatchObject({ type: 'object', properties: { title: { type: 'string', maxLength: 300 } } });
  });

  it('names the headers that a call takes, to programs and to people', async () => {
    const said = describeApi().paths['/v1/documents/{name}/events']?.post?.parameters;
    expect(said).toContainEqual({
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description: expect.any(String),
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    });
    expect(await (await ask('/v1/docs')).text()).toContain('<code>Idempotency-Key</code></td>');
    expect(writeApiMarkdown(describeApi())).toContain('| `Idempotency-Key` | string');
  });

  it('says of everything what it is: each call has an id of its own, and no schema is empty by accident', () => {
    const api = describeApi();
    const ids = Object.values(api.paths).flatMap((methods) => Object.values(methods).map((call) => call.operationId));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.sort()).toEqual(Object.keys(operations).sort());
    for (const [path, methods] of Object.entries(api.paths)) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      for (const call of Object.values(methods)) {
        expect(call.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)).toEqual(named);
      }
    }
    const schemas = [...schemasIn(api.paths, '')];
    expect(schemas.length).toBeGreaterThan(50);
    expect(schemas.filter(([, schema]) => Object.keys(schema).length === 0)).toEqual([]);
  });

  it('is served to people as a page that needs nothing from elsewhere, and runs nothing', async () => {
    const response = await ask('/v1/docs');
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    const page = await response.text();
    expect(page).not.toMatch(/<script|(?:src|href)="(?!#|\/v1\/)/);
    for (const name of Object.keys(operations)) expect(page).toContain(`id="${name}"`);
    expect((await ask('/v1/docs', { method: 'POST' })).status).toBe(405);
  });
});
