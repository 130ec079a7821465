import { type HocuspocusPerson, joinWithHocuspocus, type ServerCluster, startCluster, until } from '@quire/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

let cluster: ServerCluster;
beforeAll(async () => {
  cluster = await startCluster();
}, 60_000);
afterAll(() => cluster.close(), 60_000);

const people: HocuspocusPerson[] = [];
afterEach(() => {
  for (const person of people.splice(0)) person.leave();
});

async function come(node: number, document: string, name: string): Promise<HocuspocusPerson> {
  const person = joinWithHocuspocus(cluster.node(node).wsUrl, document);
  people.push(person);
  person.provider.setAwarenessField('user', { name });
  await until(() => person.provider.synced, { what: `${name} is in` });
  return person;
}

function seenBy({ provider }: HocuspocusPerson): string[] {
  const states = [...(provider.awareness?.getStates().values() ?? [])];
  return states.map((state) => (state.user as { readonly name?: string } | undefined)?.name ?? '?').sort();
}

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

  it('[G7] those of a node that dies are gone within ten seconds', async () => {
    const ada = await come(0, 'dying', 'Ada');
    const ben = await come(1, 'dying', 'Ben');
    await until(() => seenBy(ada).length === 2 && seenBy(ben).length === 2, { what: 'both see both' });
    await cluster.node(1).kill();
    await until(() => seenBy(ada).join() === 'Ada', { what: 'Ben is still shown', timeoutMs: 10_000 });
    ben.leave();
    await cluster.node(1).start();
    await cluster.ready();
  }, 60_000);

  it('see each other again once Redis is back', async () => {
    const ada = await come(0, 'healing', 'Ada');
    for (const { redisLink } of cluster.nodes) redisLink.cut();
    const ben = await come(1, 'healing', 'Ben');
    for (const { redisLink } of cluster.nodes) redisLink.heal();
    await until(() => [ada, ben].every((person) => seenBy(person).join() === 'Ada,Ben'), { what: 'both see both' });
  }, 60_000);
});
