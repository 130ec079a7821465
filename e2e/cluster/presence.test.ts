import { presenceListSchema, sessionListSchema } from '@quire/protocol';
import {
  eventually,
  type HocuspocusPerson,
  joinWithHocuspocus,
  type ServerCluster,
  startCluster,
  until,
} from '@quire/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { harmRedisLinks } from './redis-links.ts';
import { seenBy } from './seen-by.ts';
import { startWatchedRedis } from './watched-redis.ts';

let cluster: ServerCluster;
beforeAll(async () => {
  cluster = await startCluster();
}, 60_000);
afterAll(() => cluster.close(), 60_000);

const people: HocuspocusPerson[] = [];
afterEach(() => {
  for (const person of people.splice(0)) person.leave();
});

async function come(node: number, document: string, name: string, nodes = cluster): Promise<HocuspocusPerson> {
  const person = joinWithHocuspocus(nodes.node(node).wsUrl, document);
  people.push(person);
  person.provider.setAwarenessField('user', { name });
  await until(() => person.provider.synced, { what: `${name} is in` });
  return person;
}

const ask = (node: number, path: string, init?: RequestInit) =>
  fetch(`${cluster.node(node).wsUrl.replace('ws', 'http')}/v1/documents/${path}`, init);

/** As a node tells a program that asks it. */
async function listPeople(node: number, document: string) {
  const { people: there, ...others } = presenceListSchema.parse(await (await ask(node, `${document}/presence`)).json());
  return { ...others, names: there.map(({ state }) => (state.user as { readonly name: string }).name).sort() };
}

async function listSessions(node: number, document: string) {
  return sessionListSchema.parse(await (await ask(node, `${document}/sessions`)).json());
}

describe('[G7] a program that asks one node', () => {
  it('is told of the people on all nodes, be the document open there or not, and can end their sessions', async () => {
    await fetch(`${cluster.node(0).wsUrl.replace('ws', 'http')}/v1/documents`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"name":"asked"}',
    });
    await eventually(async () => (await ask(2, 'asked')).status === 200, { what: 'it is known on the third node' });
    const [ada, ben] = [await come(0, 'asked', 'Ada'), await come(1, 'asked', 'Ben')];
    await until(() => seenBy(ada).length === 2 && seenBy(ben).length === 2, { what: 'both see both' });
    for (const node of [0, 1, 2]) {
      expect([node, await listPeople(node, 'asked')]).toEqual([
        node,
        { names: ['Ada', 'Ben'], counted: 0, unanswered: [] },
      ]);
    }
    const { sessions, unanswered } = await listSessions(2, 'asked');
    expect([sessions.length, unanswered]).toEqual([2, []]);
    expect((await listSessions(0, 'asked')).sessions).toEqual(sessions);
    for (const { id } of sessions) {
      expect((await ask(2, `asked/sessions/${id}`, { method: 'DELETE' })).status).toBe(204);
    }
    expect((await listSessions(0, 'asked')).sessions).toEqual([]);
    expect((await listPeople(1, 'asked')).names).toEqual([]);
    expect((await ask(2, `asked/sessions/${sessions[0]?.id}`, { method: 'DELETE' })).status).toBe(404);
  }, 60_000);
});

describe('people of a document that is open on several nodes', () => {
  it('see each other at once, in both directions, and [G7] one who leaves is gone within a second', async () => {
    const ada = await come(0, 'seen', 'Ada');
    const ben = await come(1, 'seen', 'Ben');
    await until(() => seenBy(ada).length === 2 && seenBy(ben).length === 2, { what: 'both see both' });
    const cleo = await come(2, 'seen', 'Cleo');
    await until(() => [ada, ben, cleo].every((person) => seenBy(person).join() === 'Ada,Ben,Cleo'), {
      what: 'all see all',
    });
    cleo.leave();
    await until(() => [ada, ben].every((person) => seenBy(person).join() === 'Ada,Ben'), {
      what: 'Cleo is still shown',
      timeoutMs: 1_000,
    });
  }, 60_000);

  it('[R10] one who moves to another node stays visible', async () => {
    const ada = await come(0, 'moving', 'Ada');
    const ben = await come(1, 'moving', 'Ben');
    await until(() => seenBy(ada).join() === 'Ada,Ben', { what: 'Ada sees Ben' });
    // The same page, by its client id, comes in elsewhere before it is gone here.
    const moved = joinWithHocuspocus(cluster.node(2).wsUrl, 'moving', { doc: ben.doc });
    people.push(moved);
    moved.provider.setAwarenessField('user', { name: 'Ben' });
    await until(() => moved.provider.synced, { what: 'Ben is in again' });
    ben.socket.disconnect();
    // What everybody knows by then came after the goodbye.
    const witness = await come(1, 'moving', 'Cleo');
    await until(() => seenBy(ada).includes('Cleo') && seenBy(witness).length === 3, { what: 'the goodbye is over' });
    expect(seenBy(ada)).toEqual(['Ada', 'Ben', 'Cleo']);
  }, 60_000);

  it('[G7] [R10] one who comes to the node of another sees them at once, though they have not moved since', async () => {
    const ada = await come(0, 'visited', 'Ada');
    const ben = await come(1, 'visited', 'Ben');
    ada.doc.getText('body').insert(0, 'something that she has of it');
    await until(() => seenBy(ada).join() === 'Ada,Ben', { what: 'Ada sees Ben' });
    const { configuration } = ada.socket;
    ada.socket.disconnect();
    await until(() => seenBy(ada).join() === 'Ada', { what: 'she is alone' });
    configuration.url = `${configuration.url}`.replace(cluster.node(0).wsUrl, cluster.node(1).wsUrl);
    await ada.socket.connect();
    // Sooner than Ben says by himself that he is still there.
    await until(() => [ada, ben].every((person) => seenBy(person).join() === 'Ada,Ben'), {
      what: () => `Ada sees ${seenBy(ada)}, and Ben ${seenBy(ben)}`,
      timeoutMs: 10_000,
    });
  }, 60_000);

  it('[G7] those of a node that dies are gone within ten seconds', async () => {
    const ada = await come(0, 'dying', 'Ada');
    const ben = await come(1, 'dying', 'Ben');
    await until(() => seenBy(ada).length === 2 && seenBy(ben).length === 2, { what: 'both see both' });
    await cluster.node(1).kill();
    await until(() => seenBy(ada).join() === 'Ada', { what: 'Ben is still shown', timeoutMs: 10_000 });
    expect((await listPeople(0, 'asked')).unanswered).toHaveLength(1);
    ben.leave();
    await cluster.node(1).start();
    await cluster.ready();
  }, 60_000);

  it.each<[string, string, (harmed: ServerCluster) => () => void]>([
    ['can’t be reached', 'cut', (harmed) => harmRedisLinks(harmed, (link) => link.cut())],
    [
      'answers nobody, on connections that look open',
      'half-open',
      (harmed) => harmRedisLinks(harmed, (link) => link.freeze()),
    ],
    [
      'is stopped where it is',
      'paused',
      ({ redis }) => {
        redis.pause();
        return () => redis.resume();
      },
    ],
  ])(
    '[G5] [G7] see only those on their own node while Redis %s, and each other again once it is back',
    async (_, document, begin) => {
      const ada = await come(0, document, 'Ada');
      const ben = await come(1, document, 'Ben');
      const bothSeeBoth = (): boolean => [ada, ben].every((person) => seenBy(person).join() === 'Ada,Ben');
      await until(bothSeeBoth, { what: 'both see both' });
      const end = begin(cluster);
      try {
        await until(() => seenBy(ada).join() === 'Ada' && seenBy(ben).join() === 'Ben', {
          what: 'they are still shown',
        });
        const cleo = await come(1, document, 'Cleo');
        await until(() => seenBy(ben).join() === 'Ben,Cleo', { what: 'Ben sees Cleo' });
        cleo.leave();
      } finally {
        end();
      }
      await until(bothSeeBoth, { what: 'both see both again, and nobody else' });
    },
    60_000,
  );
});

it('[G5] [G7] when the Redis of Sentinels is killed, who comes and leaves meanwhile is shown so everywhere once another has taken its place', async () => {
  const { master, replica, sentinels } = await startWatchedRedis(onTestFinished);
  const watched = await startCluster({ nodes: 2, settings: { QUIRE_REDIS: sentinels.url } });
  onTestFinished(() => watched.close(), 60_000);
  const [ada, ben, dora] = [
    await come(0, 'plan', 'Ada', watched),
    await come(1, 'plan', 'Ben', watched),
    await come(1, 'plan', 'Dora', watched),
  ];
  await until(() => [ada, ben, dora].every((person) => seenBy(person).join() === 'Ada,Ben,Dora'), {
    what: 'all see all',
  });
  await master.kill();
  dora.leave();
  const cleo = await come(1, 'plan', 'Cleo', watched);
  await until(() => [ada, ben, cleo].every((person) => seenBy(person).join() === 'Ada,Ben,Cleo'), {
    what: () => `they see ${[ada, ben, cleo].map((person) => seenBy(person).join()).join(' and ')}`,
    timeoutMs: 30_000,
  });
  expect(await sentinels.masterPort()).toBe(replica.port);
}, 120_000);
