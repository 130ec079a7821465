import { closeCodes, type DocumentName, presenceListSchema, sessionListSchema } from '@quire/protocol';
import { eventually, joinWithHocuspocus, joinWithYWebsocket, until } from '@quire/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ApiServer, problemIn, startApiServer } from '../testing/api-server.ts';

const plan = 'team/plan' as DocumentName;
const PLAN = '/documents/team%2Fplan';

let stage: ApiServer;
const ends: (() => unknown)[] = [];
beforeEach(async () => {
  stage = await startApiServer();
  await stage.server.documents.create({ name: plan });
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await stage.stop();
});

function join(token: string) {
  const person = joinWithHocuspocus(stage.server.url.replace('http', 'ws'), plan, { token });
  ends.push(() => person.leave());
  return person;
}

async function listPeople() {
  return presenceListSchema.parse(await (await stage.ask(`${PLAN}/presence`)).json());
}

async function listSessions(query = '') {
  return sessionListSchema.parse(await (await stage.ask(`${PLAN}/sessions${query}`)).json());
}

const arePeople = (count: number) =>
  eventually(async () => (await listPeople()).people.length === count, { what: `${count} are there` });

const areSessions = (count: number) =>
  eventually(async () => (await listSessions()).sessions.length === count, { what: `${count} are in` });

describe('[G7] who has a document open', () => {
  it('is told with what they say, and as whom the server knows them', async () => {
    const ada = join('editor');
    ada.provider.setAwarenessField('user', { name: 'somebody else', color: '#123456' });
    await arePeople(1);
    expect((await listPeople()).people).toEqual([
      { clientId: ada.doc.clientID, user: 'editor', state: { user: expect.objectContaining({ name: 'editor' }) } },
    ]);
  });

  it('is nobody once they have left, and of a document that nobody opened', async () => {
    expect(await listPeople()).toEqual({ people: [], counted: 0, unanswered: [] });
    const ada = join('editor');
    ada.provider.setAwarenessField('cursor', 1);
    await arePeople(1);
    ada.leave();
    await arePeople(0);
    expect(await problemIn(await stage.ask('/documents/none/presence'))).toEqual([404, 'unknown-document']);
  });
});

describe('the sessions of a document', () => {
  it('are told to its owners, with who it is, as what, since when and how', async () => {
    join('reader');
    const other = joinWithYWebsocket(stage.server.url.replace('http', 'ws'), plan, { token: 'editor' });
    ends.push(() => other.leave());
    await areSessions(2);
    const { sessions } = await listSessions();
    const told = sessions.map(({ dialect, role, user }) => ({ dialect, role, user }));
    expect(told).toContainEqual({ dialect: 'hocuspocus', role: 'reader', user: 'reader' });
    expect(told).toContainEqual({ dialect: 'y-websocket', role: 'editor', user: 'editor' });
    expect(Math.abs(Date.parse(sessions[0]?.since ?? '') - Date.now())).toBeLessThan(60_000);
    // By the same ids, for as long as they last.
    expect(await listSessions()).toEqual({ sessions, next: null, unanswered: [] });
    expect(await problemIn(await stage.ask(`${PLAN}/sessions`, { role: 'editor' }))).toEqual([403, 'forbidden']);
  });

  it('come page by page', async () => {
    for (const role of ['reader', 'editor', 'owner']) join(role);
    await areSessions(3);
    const first = await listSessions('?limit=2');
    const second = await listSessions(`?limit=2&after=${first.next}`);
    expect([first.sessions.length, second.sessions.length, second.next]).toEqual([2, 1, null]);
    expect([...first.sessions, ...second.sessions]).toEqual((await listSessions()).sessions);
  });

  it('end when an owner says so, with a word that keeps a client from coming back by itself', async () => {
    const [ada, ben] = [join('editor'), join('reader')];
    await areSessions(2);
    const closes: string[] = [];
    ada.provider.on('close', ({ event }: { event: { reason: string } }) => closes.push(event.reason));
    const session = (await listSessions()).sessions.find(({ user }) => user === 'editor');
    const path = `${PLAN}/sessions/${session?.id}`;
    expect(await problemIn(await stage.ask(path, { method: 'DELETE', role: 'editor' }))).toEqual([403, 'forbidden']);
    expect((await stage.ask(path, { method: 'DELETE' })).status).toBe(204);
    await until(() => closes.includes(closeCodes.sessionEnded.name), { what: 'ada is told' });
    expect((await listSessions()).sessions.map(({ user }) => user)).toEqual(['reader']);
    expect(ben.provider.isAuthenticated).toBe(true);
    expect(await problemIn(await stage.ask(path, { method: 'DELETE' }))).toEqual([404, 'unknown-session']);
  });
});
