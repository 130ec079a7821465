import {
  createdLinkSchema,
  type DocumentName,
  documentWithRoleSchema,
  problemSchema,
  revocationListSchema,
  revocationSchema,
  shareLinkListSchema,
} from '@quire/protocol';
import type { Hono } from 'hono';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuthenticator } from '../auth/create-authenticator.ts';
import { createGuard } from '../auth/guard.ts';
import { createLinkAuthenticator } from '../auth/link-authenticator.ts';
import { systemClock } from '../clock.ts';
import { readObject } from '../config/layers.ts';
import { parseConfig } from '../config/parse-config.ts';
import { type AccessStage, createDocument, openAccessStage } from '../testing/access-stage.ts';
import { type Sent, sendJson } from '../testing/send-json.ts';
import { SECRET, signToken, type TokenClaims } from '../testing/tokens.ts';
import { createApi } from './api.ts';

const origins = { allowedOrigins: [], isLoopbackOnly: false };

let stage: AccessStage;
let api: Hono;
beforeEach(async () => {
  stage = await openAccessStage();
  await createDocument(stage, 'team/plan');
  await createDocument(stage, 'team/notes');
  api = await serve({ servesApp: true });
});
afterEach(() => stage.stop());

async function serve({ servesApp }: { readonly servesApp: boolean }): Promise<Hono> {
  const log = pino({ level: 'silent' });
  const config = parseConfig([readObject({ kind: 'code' }, { jwt: { secrets: [SECRET] } })]);
  const inner = await createAuthenticator(config, { origins, clock: systemClock, log });
  const guard = createGuard(createLinkAuthenticator(inner, stage.links), log, { standing: stage.standing });
  const { documents } = stage;
  return createApi({ documents, guard, origins, log, isDraining: () => false, rules: stage, servesApp });
}

const send = (path: string, sent?: Sent): Promise<Response> => sendJson(api, path, sent);

async function as(role: string, documents = '**', claims: TokenClaims = {}): Promise<Record<string, string>> {
  return { authorization: `Bearer ${await signToken({ ...claims, grants: [{ documents, role }] })}` };
}

async function problemOf(response: Response): Promise<[number, string]> {
  const { status, code } = problemSchema.parse(await response.json());
  return [status, code];
}

const LINKS = '/v1/documents/team%2Fplan/links';

async function makeLink(json: unknown = { role: 'reader' }) {
  const response = await send(LINKS, { json, headers: await as('owner') });
  expect(response.status).toBe(201);
  return createdLinkSchema.parse(await response.json());
}

describe('[G6] links over HTTP', () => {
  it('are made, listed and revoked by owners of the document', async () => {
    const headers = await as('owner', 'team/*');
    const response = await send(LINKS, { json: { role: 'editor', label: 'All' }, headers });
    const { token, url, ...link } = createdLinkSchema.parse(await response.json());
    expect([response.status, response.headers.get('location')]).toEqual([201, `${LINKS}/${link.id}`]);
    expect(link).toMatchObject({ role: 'editor', label: 'All', createdBy: 'ada' });
    expect(url).toBe(`http://docs.example/d/team%2Fplan#token=${token}`);
    const list = shareLinkListSchema.parse(await (await send(LINKS, { headers })).json());
    expect(list).toEqual({ links: [link], next: null });
    const gone = await send(`${LINKS}/${link.id}`, { method: 'DELETE', headers });
    expect([gone.status, await gone.text()]).toEqual([204, '']);
    expect(await problemOf(await send(`${LINKS}/${link.id}`, { method: 'DELETE', headers }))).toEqual([
      404,
      'unknown-link',
    ]);
  });

  it.each([
    ['nobody', () => ({}), [401, 'unauthorized']],
    ['an editor', () => as('editor'), [403, 'forbidden']],
    ['an owner of other documents', () => as('owner', 'ada/**'), [403, 'forbidden']],
    [
      'who came by a link',
      async () => ({ authorization: `Bearer ${(await makeLink({ role: 'editor' })).token}` }),
      [403, 'forbidden'],
    ],
  ] as const)('are not for %s', async (_, identify, refusal) => {
    const { id } = await makeLink();
    const headers = await identify();
    const { count } = stage.links;
    const asked = [
      await send(LINKS, { headers }),
      await send(LINKS, { json: { role: 'reader' }, headers }),
      await send(`${LINKS}/${id}`, { method: 'DELETE', headers }),
    ];
    for (const response of asked) expect(await problemOf(response)).toEqual(refusal);
    expect(stage.links.count).toBe(count);
    expect((await stage.links.list('team/plan' as DocumentName)).map((link) => link.id)).toContain(id);
  });

  it.each([
    [LINKS, { json: { role: 'owner' } }, [400, 'bad-request']],
    [LINKS, { json: {} }, [400, 'bad-request']],
    [LINKS, { json: { role: 'reader', expires: '2000-01-01T00:00:00Z' } }, [400, 'bad-request']],
    [LINKS, { json: { role: 'reader', label: 'x'.repeat(70_000) } }, [413, 'body-too-large']],
    [LINKS, { method: 'PUT' }, [405, 'method-not-allowed']],
    [`${LINKS}/0`, { method: 'DELETE' }, [404, 'unknown-link']],
    [`${LINKS}/0`, {}, [405, 'method-not-allowed']],
    [`${LINKS}/0/more`, {}, [404, 'not-found']],
    ['/v1/documents/nothing/links', {}, [404, 'unknown-document']],
    ['/v1/documents/nothing/links', { json: { role: 'reader' } }, [404, 'unknown-document']],
    ['/v1/documents/a%00b/links', {}, [400, 'bad-document-name']],
    ['/v1/documents/%zz/links', {}, [400, 'bad-document-name']],
  ] as const)('of %s with %j get a problem', async (path, sent, expected) => {
    const response = await send(path, { ...sent, headers: await as('owner') });
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await problemOf(response)).toEqual(expected);
  });

  it('are addresses of the app where there is one, by which its page was reached', async () => {
    const proxied = { ...(await as('owner')), 'x-forwarded-proto': 'https' };
    const link = createdLinkSchema.parse(
      await (await send(LINKS, { json: { role: 'reader' }, headers: proxied })).json(),
    );
    expect(link.url).toMatch(/^https:\/\/docs\.example\/d\/team%2Fplan#token=qsl_/);
    api = await serve({ servesApp: false });
    expect((await makeLink()).url).toBeNull();
  });

  it('say what they are good for, at the document that they open', async () => {
    const { token } = await makeLink({ role: 'commenter' });
    const headers = { authorization: `Bearer ${token}` };
    const response = await send('/v1/documents/team%2Fplan', { headers });
    expect(documentWithRoleSchema.parse(await response.json())).toMatchObject({ name: 'team/plan', role: 'commenter' });
    expect((await send('/v1/documents/team%2Fplan?token=nonsense', { headers })).status).toBe(200);
    expect((await send(`/v1/documents/team%2Fplan?token=${token}`)).status).toBe(200);
    expect(await problemOf(await send('/v1/documents/team%2Fnotes', { headers }))).toEqual([403, 'forbidden']);
  });
});

describe('[G6] revocations over HTTP', () => {
  it('are made, listed and lifted by whoever owns every document, and take effect', async () => {
    const headers = await as('owner', '**', { sub: 'backend' });
    const bens = await as('editor', '**', { sub: 'ben', iat: Math.floor(stage.clock.now() / 1000) - 10 });
    expect((await send('/v1/documents', { headers: bens })).status).toBe(200);
    const response = await send('/v1/revocations', { json: { user: 'ben' }, headers });
    const revocation = revocationSchema.parse(await response.json());
    expect([response.status, response.headers.get('location')]).toEqual([201, `/v1/revocations/${revocation.id}`]);
    expect(revocation).toMatchObject({ user: 'ben', token: null, createdBy: 'backend' });
    const refused = await send('/v1/documents', { headers: bens });
    expect(await problemOf(refused)).toEqual([401, 'unauthorized']);
    const fresh = await as('editor', '**', { sub: 'ben', iat: Math.ceil(stage.clock.now() / 1000) });
    expect((await send('/v1/documents', { headers: fresh })).status).toBe(200);
    const list = revocationListSchema.parse(await (await send('/v1/revocations?user=ben', { headers })).json());
    expect(list).toEqual({ revocations: [revocation], next: null });
    const lifted = await send(`/v1/revocations/${revocation.id}`, { method: 'DELETE', headers });
    expect(lifted.status).toBe(204);
    expect((await send('/v1/documents', { headers: bens })).status).toBe(200);
  });

  it('void one token by its jti', async () => {
    const headers = await as('owner');
    const [one, two] = await Promise.all(['one', 'two'].map((jti) => as('reader', '**', { sub: 'ben', jti })));
    await send('/v1/revocations', { json: { token: 'one' }, headers });
    const statuses = [];
    for (const each of [one, two]) statuses.push((await send('/v1/documents', { headers: each ?? {} })).status);
    expect(statuses).toEqual([401, 200]);
  });

  it.each([
    ['nobody', () => ({}), [401, 'unauthorized']],
    ['who edits everything', () => as('editor'), [403, 'forbidden']],
    ['who owns all that is in sight, but not everything', () => as('owner', '**/*'), [403, 'forbidden']],
  ] as const)('are not for %s', async (_, identify, refusal) => {
    const { id } = await stage.revocations.revoke({ user: 'somebody' });
    const headers = await identify();
    const asked = [
      await send('/v1/revocations', { headers }),
      await send('/v1/revocations', { json: { user: 'ben' }, headers }),
      await send(`/v1/revocations/${id}`, { method: 'DELETE', headers }),
    ];
    for (const response of asked) expect(await problemOf(response)).toEqual(refusal);
    expect(stage.revocations.count).toBe(1);
  });

  it.each([
    ['/v1/revocations', { json: {} }, [400, 'bad-request']],
    ['/v1/revocations', { json: { user: 'ada', until: 'now' } }, [400, 'bad-request']],
    ['/v1/revocations?limit=0', {}, [400, 'bad-request']],
    ['/v1/revocations?after=nowhere', {}, [400, 'bad-request']],
    ['/v1/revocations', { method: 'PUT' }, [405, 'method-not-allowed']],
    ['/v1/revocations/0', { method: 'DELETE' }, [404, 'unknown-revocation']],
    ['/v1/revocations/0', {}, [405, 'method-not-allowed']],
  ] as const)('of %s with %j get a problem', async (path, sent, expected) => {
    const response = await send(path, { ...sent, headers: await as('owner') });
    expect(await problemOf(response)).toEqual(expected);
  });
});
