import { type HocuspocusPerson, joinWithHocuspocus, type ServerCluster, startCluster, until } from '@quire/testing';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openRedisGauge, type RedisGauge } from '../bench/load/redis-gauge.ts';
import { sumGauges } from './read-gauge.ts';

/** What a stream may take beside what is typed: so much for each journal entry, and the name of its document; and for each further update in it. */
const ENTRY_BYTES = 28;
const UPDATE_BYTES = 2;
const LATER = 8_640_000_000_000_000;

let cluster: ServerCluster;
let gauge: RedisGauge;
beforeAll(async () => {
  cluster = await startCluster({ nodes: 2 });
  gauge = await openRedisGauge(cluster.redis.port);
}, 60_000);
afterAll(async () => {
  gauge.close();
  await cluster.close();
}, 60_000);

const people: HocuspocusPerson[] = [];
afterEach(() => {
  for (const person of people.splice(0)) person.leave();
});

async function come(node: number, document: string): Promise<HocuspocusPerson> {
  const person = joinWithHocuspocus(cluster.node(node).wsUrl, document);
  people.push(person);
  await until(() => person.provider.synced, { what: `somebody is in ${document}` });
  return person;
}

interface Spent {
  readonly appends: number;
  readonly records: number;
  readonly bytes: number;
  readonly entries: number;
  readonly flushes: number;
}

async function spent(): Promise<Spent> {
  const { records, bytes } = await gauge.payload(0, LATER);
  return {
    appends: await gauge.calls('xadd'),
    records,
    bytes,
    entries: await sumGauges(cluster.nodes, 'quire_cluster_entries_total{way="published"}'),
    // Of those in which something was typed here: what came from the other node is flushed, too, and not told again.
    flushes: await sumGauges(cluster.nodes, 'quire_flush_edits_count'),
  };
}

/** Since then; each append is in the stream, and each entry in an append. */
async function spentSince(before: Spent): Promise<Spent> {
  const now = await spent();
  return {
    appends: now.appends - before.appends,
    records: now.records - before.records,
    bytes: now.bytes - before.bytes,
    entries: now.entries - before.entries,
    flushes: now.flushes - before.flushes,
  };
}

/** Counts what somebody types themselves. */
function weigh({ doc }: HocuspocusPerson): () => number {
  let bytes = 0;
  doc.on('update', (update: Uint8Array, _origin: unknown, _doc: unknown, { local }: { readonly local: boolean }) => {
    if (local) bytes += update.byteLength;
  });
  return () => bytes;
}

const saved = (writers: readonly HocuspocusPerson[]) =>
  until(() => writers.every(({ provider }) => !provider.hasUnsyncedChanges), { what: 'all is saved' });

it('typing costs Redis at most one entry of a stream for each flush and document, and for each entry 28 bytes and the name beside what is typed', async () => {
  const documents = Array.from({ length: 10 }, (_, index) => `team/quarterly-plan-${index}`);
  const writers = await Promise.all(documents.map((document, index) => come(index % 2, document)));
  const readers = await Promise.all(documents.map((document, index) => come((index + 1) % 2, document)));
  const weights = writers.map(weigh);
  const before = await spent();
  const rounds = 20;
  for (let round = 0; round < rounds; round += 1) {
    // One key at a time, each saved by itself: what an entry costs beside its update is paid for every one of them.
    for (const { doc } of writers) doc.getText('body').insert(round, 'x');
    await saved(writers);
  }
  // And as fast as it goes.
  for (const { doc } of writers) for (let key = 0; key < rounds; key += 1) doc.getText('body').insert(key, 'y');
  await saved(writers);
  await until(() => readers.every(({ doc }) => doc.getText('body').length === 2 * rounds), { what: 'all have all' });

  const { appends, bytes, entries, flushes, records } = await spentSince(before);
  const typed = weights.reduce((all, weight) => all + weight(), 0);
  const edits = 2 * rounds * documents.length;
  expect({ appends, isWritten: entries > rounds, fewer: entries <= edits }).toEqual({
    appends: records,
    isWritten: true,
    fewer: true,
  });
  expect(appends).toBeLessThanOrEqual(entries);
  expect(entries).toBeLessThanOrEqual(flushes);
  expect(bytes).toBeGreaterThan(typed / 2);
  const [name = ''] = documents;
  expect(bytes).toBeLessThanOrEqual(typed + (ENTRY_BYTES + name.length) * entries + UPDATE_BYTES * (edits - entries));
}, 60_000);

/** How often each command was called since Redis was started, without what this test asks itself. */
async function calls(): Promise<ReadonlyMap<string, number>> {
  const stats = String(await cluster.redis.command('INFO', 'commandstats'));
  const lines = stats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm);
  return new Map([...lines].map(([, name = '', count]) => [name, Number(count)]));
}

/** What is called while both nodes have announced themselves some times. */
async function callsOfSomeBeats(): Promise<ReadonlyMap<string, number>> {
  const before = await calls();
  const since = (now: ReadonlyMap<string, number>, name: string) => (now.get(name) ?? 0) - (before.get(name) ?? 0);
  let now = before;
  await expect
    .poll(async () => {
      now = await calls();
      return since(now, 'hset');
    })
    .toBeGreaterThanOrEqual(10);
  return new Map([...now.keys()].map((name) => [name, since(now, name)]));
}

/** What is told of records, of people and of who listens; the rest is what nodes do whatever they have. */
const OF_DOCUMENTS = [
  'xadd',
  'publish',
  'spublish',
  'subscribe',
  'ssubscribe',
  'unsubscribe',
  'sunsubscribe',
  'xrange',
];

it('documents that nobody changes cost Redis nothing, be they closed, or open on one node with people in them', async () => {
  const announced = async (): Promise<number> =>
    ((await cluster.redis.command('HVALS', 'quire:{q}:a')) as readonly string[]).join('').length;
  const before = await announced();
  const documents = Array.from({ length: 60 }, (_, index) => `idle/${index}`);
  const writers = await Promise.all(documents.map((document, index) => come(index % 2, document)));
  for (const { doc } of writers) doc.getText('body').insert(0, 'x');
  await saved(writers);
  // Half of them are closed again.
  for (const person of people.splice(0, documents.length / 2)) person.leave();
  const quiet = async (): Promise<readonly string[]> => {
    const spent = await callsOfSomeBeats();
    return OF_DOCUMENTS.filter((name) => (spent.get(name) ?? 0) > 0);
  };
  // What was typed last is told of for some seconds yet.
  await expect.poll(quiet, { timeout: 60_000 }).toEqual([]);
  expect(await announced()).toBeLessThan(before + 200);
}, 120_000);
