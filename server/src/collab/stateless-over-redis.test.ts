import { MemoryStore } from '@quire/persistence';
import { type HocuspocusPerson, joinWithHocuspocus, startRedis, until } from '@quire/testing';
import { pino } from 'pino';
import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { parseRedisAddress } from '../cluster/redis/redis-address.ts';
import { createRedisBus } from '../cluster/redis/redis-bus.ts';
import { createRooms } from '../cluster/rooms/rooms.ts';
import { MOST_STATELESS_CHARACTERS } from '../cluster/rooms/stateless-parts.ts';
import { startGateway } from '../testing/start-gateway.ts';
import type { Extension } from './collaboration.ts';
import { alone } from './replication.ts';

const log = pino({ level: 'silent' });
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Answers everybody who has the document open, as extensions of Hocuspocus do. */
const answering: Extension = {
  onStateless: async ({ document, payload }) => document.broadcastStateless(`${payload}, answered`),
};

/** A node with sockets, whose documents tell those of other nodes over Redis, and nothing else. */
async function startNode(redisUrl: string): Promise<string> {
  const store = new MemoryStore();
  const { incarnation } = store;
  const address = parseRedisAddress(redisUrl);
  const bus = createRedisBus({ address, node: incarnation, prefix: 'quire:', clock: systemClock, log });
  const rooms = createRooms({ bus, incarnation, clock: systemClock, log });
  bus.open();
  ends.push(() => bus.close());
  const gateway = await startGateway({
    store,
    extensions: [answering],
    replication: { ...alone, join: (document, room) => rooms.join(document, room) },
  });
  ends.push(async () => {
    await gateway.close();
    rooms.close();
    await store.close();
  });
  await until(() => bus.status.state === 'connected', { what: 'Redis is reached' });
  return gateway.url;
}

function join(url: string, heard: string[]): HocuspocusPerson {
  const person = joinWithHocuspocus(url, 'plan');
  person.provider.on('stateless', ({ payload }: { readonly payload: string }) => heard.push(payload));
  ends.push(() => person.leave());
  return person;
}

it('what an extension broadcasts on one node is heard by published providers on all, once each and in its order', async () => {
  const redis = await startRedis();
  ends.push(() => redis.stop());
  const urls = await Promise.all([startNode(redis.url), startNode(redis.url)]);
  const heard: string[][] = urls.map(() => []);
  const people = urls.map((url, index) => join(url, heard[index] ?? []));
  const [ada, ben] = people;
  ada?.provider.setAwarenessField('user', { name: 'Ada' });
  ben?.provider.setAwarenessField('user', { name: 'Ben' });
  await until(() => people.every(({ provider }) => provider.awareness?.getStates().size === 2), {
    what: 'the nodes know of each other',
  });
  const words = Array.from({ length: 50 }, (_, index) => `word ${index}`);
  for (const word of words) ada?.provider.sendStateless(word);
  await until(() => heard.every((each) => each.length >= words.length), { what: () => `heard: ${heard.map(String)}` });
  ben?.provider.sendStateless('goodbye');
  await until(() => heard.every((each) => each.includes('goodbye, answered')), { what: 'the way back works, too' });
  const expected = [...words, 'goodbye'].map((word) => `${word}, answered`);
  expect(heard).toEqual([expected, expected]);
}, 60_000);

it('what is too large for one message between nodes is heard by all of them as well, whole, and before what follows', async () => {
  const redis = await startRedis();
  ends.push(() => redis.stop());
  const urls = await Promise.all([startNode(redis.url), startNode(redis.url)]);
  const heard: string[][] = urls.map(() => []);
  const [ada, ben] = urls.map((url, index) => join(url, heard[index] ?? []));
  ada?.provider.setAwarenessField('user', { name: 'Ada' });
  ben?.provider.setAwarenessField('user', { name: 'Ben' });
  await until(() => [ada, ben].every((each) => each?.provider.awareness?.getStates().size === 2), {
    what: 'the nodes know of each other',
  });
  const large = `x${'🔔'.repeat(MOST_STATELESS_CHARACTERS)}`;
  const words = [large, 'small', large, 'goodbye'];
  for (const word of words) ada?.provider.sendStateless(word);
  await until(() => heard.every((each) => each.length >= words.length), {
    what: () => `heard: ${heard.map((each) => each.map(({ length }) => length)).join(' and ')}`,
  });
  const expected = words.map((word) => `${word}, answered`);
  expect(heard.map((each) => each.map((word, index) => word === expected[index]))).toEqual(
    heard.map(() => words.map(() => true)),
  );
}, 60_000);
