import { type Client, connect, type Room } from '@quire/client';
import { createdLinkSchema, type DocumentList, documentListSchema } from '@quire/protocol';
import {
  type ClusterNode,
  eventually,
  joinWithHocuspocus,
  type ServerCluster,
  startCluster,
  until,
} from '@quire/testing';
import { SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const SECRET = 'a secret of the tests that is long enough';

let cluster: ServerCluster;
beforeAll(async () => {
  cluster = await startCluster({ settings: { QUIRE_JWT_SECRETS: SECRET } });
}, 60_000);
afterAll(() => cluster.close(), 60_000);

const clients: Client[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

function issue(user: string, role: string): Promise<string> {
  return (
    new SignJWT({ grants: [{ documents: '**', role }] })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(user)
      // As of a while ago: a revocation ends what was issued before it, in whole seconds.
      .setIssuedAt(Math.floor(Date.now() / 1000) - 60)
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode(SECRET))
  );
}

async function ask(node: ClusterNode, method: string, path: string, json?: unknown): Promise<Response> {
  return fetch(`${node.url}${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${await issue('backend', 'owner')}`,
      ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
}

async function enter(node: ClusterNode, document: string, token: string): Promise<Room> {
  const client = connect({ url: `${node.wsUrl}/collab`, token, offline: false });
  clients.push(client);
  const room = client.open(document);
  await room.whenLoaded();
  return room;
}

/** Access is over, and whoever had it does not come back by themself. */
function isOut(room: Room): boolean {
  const { state, retrying } = room.status.get();
  return state === 'cannot-save' && !retrying;
}

/** How a socket that asks for the document with this token fares. */
function knock(node: ClusterNode, document: string, token: string): Promise<string> {
  const person = joinWithHocuspocus(node.wsUrl, document, { token });
  return new Promise<string>((resolve) => {
    person.provider.on('authenticationFailed', ({ reason }: { reason: string }) => resolve(reason));
    person.provider.on('authenticated', ({ scope }: { scope: string }) => resolve(scope));
  }).finally(() => person.leave());
}

/** Resolves once a socket that asks there fares so: what one node decided is on its way to the others. */
async function untilFares(node: ClusterNode, document: string, token: string, expected: string): Promise<void> {
  let fares = '';
  await eventually(
    async () => {
      fares = await knock(node, document, token);
      return fares === expected;
    },
    { what: () => `a socket there fares "${fares}", not "${expected}"` },
  );
}

it('a list whose first page one node gave goes on on another, also after that was restarted', async () => {
  const [one, two] = [cluster.node(0), cluster.node(1)];
  for (const name of ['list/a', 'list/b', 'list/c']) {
    expect((await ask(one, 'POST', '/v1/documents', { name })).status).toBe(201);
  }
  const page = async (node: ClusterNode, query: string): Promise<DocumentList> => {
    const answer = await ask(node, 'GET', `/v1/documents?prefix=list%2F&${query}`);
    expect(answer.status).toBe(200);
    return documentListSchema.parse(await answer.json());
  };
  await eventually(async () => (await page(two, 'limit=3')).documents.length === 3, { what: 'the other has them' });
  for (const order of ['name', 'recent']) {
    const first = await page(one, `limit=2&order=${order}`);
    const rest = await page(two, `order=${order}&after=${encodeURIComponent(first.next ?? '')}`);
    const names = [...first.documents, ...rest.documents].map(({ name }) => name);
    expect([names.sort(), rest.next]).toEqual([['list/a', 'list/b', 'list/c'], null]);
  }
  const { next } = await page(one, 'limit=1');
  await two.restart();
  await two.ready();
  const { documents } = await page(two, `after=${encodeURIComponent(next ?? '')}`);
  expect(documents.map(({ name }) => name)).toEqual(['list/b', 'list/c']);
}, 60_000);

describe('what one node decides', () => {
  it('[G6] a share link that was made on one works on the others, and no longer once a third has ended it', async () => {
    const [one, two, three] = [cluster.node(0), cluster.node(1), cluster.node(2)];
    expect((await ask(one, 'POST', '/v1/documents', { name: 'shared' })).status).toBe(201);
    const { token, id } = createdLinkSchema.parse(
      await (await ask(one, 'POST', '/v1/documents/shared/links', { role: 'reader' })).json(),
    );
    await untilFares(two, 'shared', token, 'readonly');
    const guest = await enter(two, 'shared', token);
    await until(() => guest.status.get().state === 'view-only', { what: 'the guest reads' });
    expect((await ask(three, 'DELETE', `/v1/documents/shared/links/${id}`)).status).toBe(204);
    await untilFares(two, 'shared', token, 'link-ended');
    await until(() => isOut(guest), { what: 'the guest is out' });
  }, 60_000);

  it('[G6] a revocation on one ends the sessions of that person on the others, and drops nobody else', async () => {
    const [one, two] = [cluster.node(0), cluster.node(1)];
    const bens = await issue('ben', 'editor');
    const [ada, ben] = await Promise.all([enter(two, 'plan', await issue('ada', 'editor')), enter(two, 'plan', bens)]);
    const adasStates: string[] = [];
    ada.status.subscribe(({ state }) => adasStates.push(state));
    expect((await ask(one, 'POST', '/v1/revocations', { user: 'ben' })).status).toBe(201);
    await until(() => isOut(ben), { what: 'ben is out' });
    await untilFares(two, 'plan', bens, 'access-revoked');
    ada.doc.getText('body').insert(0, 'still here');
    await ada.whenSaved();
    expect(adasStates.filter((state) => state !== 'saved' && state !== 'saving')).toEqual([]);
  }, 60_000);

  it('[R14] a document that is deleted on one puts everybody out on the others, and its next life begins empty on all', async () => {
    const [one, two, three] = [cluster.node(0), cluster.node(1), cluster.node(2)];
    const token = await issue('ada', 'editor');
    const room = await enter(two, 'doomed', token);
    room.doc.getText('body').insert(0, 'the first life');
    await room.whenSaved();
    await cluster.converged('doomed', { token, until: (doc) => doc.getText('body').length > 0 });
    expect((await ask(one, 'DELETE', '/v1/documents/doomed')).status).toBe(204);
    await until(() => room.status.get().state === 'gone', { what: 'ada is told' });
    const begun = await ask(one, 'POST', '/v1/documents', { name: 'doomed' });
    expect(begun.status).toBe(201);
    const { created } = await begun.json();
    // Whoever comes to a node that has not heard of it yet still meets the first life, and is put out of it.
    await eventually(async () => (await (await ask(three, 'GET', '/v1/documents/doomed')).json()).created === created, {
      what: 'the third node knows the second life',
    });
    const next = await enter(three, 'doomed', token);
    next.doc.getText('body').insert(0, 'the second');
    await next.whenSaved();
    const doc = await cluster.converged('doomed', {
      token,
      until: (each) => each.getText('body').toString() === 'the second',
    });
    expect(doc.getText('body').toString()).toBe('the second');
  }, 60_000);
});

describe('a node that was away', () => {
  it.each([
    ['over Redis', 'in Redis', async () => {}],
    ['from the others, since Redis has forgotten it', 'flushed', () => cluster.redis.flush()],
  ] as const)(
    '[G6] [R12] [R14] knows when it takes edits again what was decided meanwhile: of links, revocations and deletes, %s',
    async (_, suffix, forget) => {
      const [one, three] = [cluster.node(0), cluster.node(2)];
      const [kept, gone] = [`kept ${suffix}`, `gone ${suffix}`];
      const dora = `dora ${suffix}`;
      const pathOf = (name: string): string => `/v1/documents/${encodeURIComponent(name)}`;
      const createLink = async () =>
        createdLinkSchema.parse(await (await ask(one, 'POST', `${pathOf(kept)}/links`, { role: 'reader' })).json());
      for (const name of [kept, gone]) expect((await ask(one, 'POST', '/v1/documents', { name })).status).toBe(201);
      const ended = await createLink();
      const revoked = await issue(dora, 'editor');
      await untilFares(three, kept, ended.token, 'readonly');
      await untilFares(three, kept, revoked, 'read-write');
      await three.stop();

      expect((await ask(one, 'DELETE', `${pathOf(kept)}/links/${ended.id}`)).status).toBe(204);
      expect((await ask(one, 'POST', '/v1/revocations', { user: dora })).status).toBe(201);
      expect((await ask(one, 'DELETE', pathOf(gone))).status).toBe(204);
      const made = await createLink();
      await forget();

      await three.start();
      await three.ready();
      expect({
        ended: await knock(three, kept, ended.token),
        made: await knock(three, kept, made.token),
        revoked: await knock(three, kept, revoked),
        gone: (await ask(three, 'GET', pathOf(gone))).status,
      }).toEqual({ ended: 'link-ended', made: 'readonly', revoked: 'access-revoked', gone: 404 });
    },
    60_000,
  );
});
