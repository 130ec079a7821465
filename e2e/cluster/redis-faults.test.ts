import { cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { problemSchema } from '@quire/protocol';
import {
  type ClusterNode,
  eventually,
  type HocuspocusPerson,
  joinWithHocuspocus,
  type ServerCluster,
  startCluster,
  until,
} from '@quire/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readGauge } from './read-gauge.ts';
import { harmRedisLinks } from './redis-links.ts';
import { seenBy } from './seen-by.ts';
import { startWatchedRedis } from './watched-redis.ts';
import { connectAll, createWriters, expectKept, finishTyping, startTyping } from './writers.ts';

/** Ends the fault. */
type End = () => unknown;

interface Fault {
  readonly name: string;
  /** What those to whom it happens take it for; null where they are to notice nothing. */
  readonly code: 'unreachable' | 'full' | 'read-only' | 'denied' | null;
  /** To node 1 alone. */
  readonly isOfOne?: true;
  /** It answers, but late: an operator sees by how much. */
  readonly isSlow?: true;
  readonly begin: (cluster: ServerCluster) => End | Promise<End>;
}

const faults: readonly Fault[] = [
  {
    name: 'is flushed',
    code: null,
    async begin({ redis }) {
      await redis.flush();
      return () => {};
    },
  },
  {
    name: 'is killed, and comes back empty',
    code: 'unreachable',
    async begin({ redis }) {
      await redis.kill();
      return () => redis.restart();
    },
  },
  {
    name: 'is stopped where it is',
    code: 'unreachable',
    begin({ redis }) {
      redis.pause();
      return () => redis.resume();
    },
  },
  {
    name: 'is full',
    code: 'full',
    async begin({ redis }) {
      await redis.command('CONFIG', 'SET', 'maxmemory', '1');
      return () => redis.command('CONFIG', 'SET', 'maxmemory', '0');
    },
  },
  {
    name: 'is a replica that takes no writes',
    code: 'read-only',
    async begin({ redis }) {
      // Of a master that is not there: it has nothing to copy, and nothing of its own goes away.
      await redis.command('REPLICAOF', '127.0.0.1', '1');
      return () => redis.command('REPLICAOF', 'NO', 'ONE');
    },
  },
  {
    name: 'wants another password',
    code: 'denied',
    async begin({ redis }) {
      await redis.setPassword('another');
      return () => redis.setPassword(null);
    },
  },
  {
    name: 'can’t be reached by one node',
    code: 'unreachable',
    isOfOne: true,
    begin(one) {
      one.node(1).redisLink.cut();
      return () => one.node(1).redisLink.heal();
    },
  },
  {
    name: 'can’t be reached by one node, nor that by the others',
    code: 'unreachable',
    isOfOne: true,
    begin(one) {
      one.node(1).isolate();
      return () => one.node(1).heal();
    },
  },
  {
    name: 'can’t be reached by anybody',
    code: 'unreachable',
    begin: (all) => harmRedisLinks(all, (link) => link.cut()),
  },
  {
    name: 'answers nobody, on connections that look open',
    code: 'unreachable',
    begin: (all) => harmRedisLinks(all, (link) => link.freeze()),
  },
  {
    name: 'is far away',
    code: null,
    isSlow: true,
    begin: (all) => harmRedisLinks(all, (link) => link.delay(200)),
  },
];

const failuresOf = ({ url }: ClusterNode, code: string): Promise<number> =>
  readGauge(url, `quire_cluster_bus_failures_total{code="${code}"}`);

/** What an operator sees from now on: that Redis is away, and why, and that there is something which only this node has. */
async function watchWhy(node: ClusterNode, code: string): Promise<() => Promise<void>> {
  const { url, server } = node;
  const [failures, logged] = [await failuresOf(node, code), server.log.length];
  return async () => {
    await expect.poll(() => readGauge(url, 'quire_cluster_bus_state{state="away"}'), WAIT).toBe(1);
    await expect.poll(() => failuresOf(node, code), WAIT).toBeGreaterThan(failures);
    await expect.poll(() => readGauge(url, 'quire_cluster_unpublished_entries'), WAIT).toBeGreaterThan(0);
    await expect.poll(() => server.log.slice(logged), WAIT).toContain(`"code":"${code}"`);
    expect(server.log.slice(logged)).toContain('editing goes on without Redis');
  };
}

/** How often something has taken longer than a quarter of a second. */
async function countSlow(url: string, histogram: string): Promise<number> {
  const count = await readGauge(url, `${histogram}_count`);
  return count - (await readGauge(url, `${histogram}_bucket{le="0.25"}`));
}

/** How many records of a node Redis confirmed late, and how many receipts waited for that. */
async function lateOnes({ url }: ClusterNode): Promise<readonly number[]> {
  const histograms = ['quire_cluster_publish_seconds', 'quire_cluster_receipt_wait_seconds'];
  return Promise.all(histograms.map((name) => countSlow(url, name)));
}

async function tellsOfNothing({ url }: ClusterNode): Promise<void> {
  await expect.poll(() => readGauge(url, 'quire_cluster_bus_state{state="connected"}'), WAIT).toBe(1);
  await expect.poll(() => readGauge(url, 'quire_cluster_unpublished_entries'), WAIT).toBe(0);
}

const WAIT = { timeout: 30_000 };

const documentOf = (fault: number): string => `plan-${fault}`;
const roomOf = (fault: number): string => `room-${fault}`;
const PULLED = 'by-pulling';

/** Makes documents that every node knows of. */
async function found({ nodes }: ServerCluster, documents: readonly string[]): Promise<void> {
  for (const name of documents) {
    const headers = { 'Content-Type': 'application/json' };
    await fetch(`${nodes[0]?.url}/v1/documents`, { method: 'POST', headers, body: JSON.stringify({ name }) });
  }
  const addresses = nodes.flatMap(({ url }) => documents.map((name) => `${url}/v1/documents/${name}`));
  await eventually(
    async () => (await Promise.all(addresses.map(async (address) => (await fetch(address)).status))).every(isOk),
    { what: 'the documents are not known everywhere' },
  );
}

const isOk = (status: number): boolean => status === 200;

async function come({ wsUrl }: ClusterNode, document: string, name: string): Promise<HocuspocusPerson> {
  const person = joinWithHocuspocus(wsUrl, document);
  onTestFinished(() => person.leave());
  person.provider.setAwarenessField('user', { name });
  await until(() => person.provider.synced, { what: `${name} is in` });
  return person;
}

/** One after the other in the same cluster, which has to be as good as new after each. */
describe('when Redis', () => {
  let cluster: ServerCluster;
  beforeAll(async () => {
    cluster = await startCluster();
    // Beforehand: right after a fault a node does not yet know that a name is new, and asks its people to try again (R13).
    await found(cluster, [...faults.flatMap((_, index) => [documentOf(index), roomOf(index)]), PULLED]);
  }, 60_000);
  afterAll(() => cluster.close(), 60_000);

  it.each(faults.map((fault, index) => ({ ...fault, document: documentOf(index), seed: index + 1 })))(
    '[G5] $name, editing goes on on each node, an operator sees what is wrong, [G1] nothing receipted is lost, and [G2] all have the same afterwards without a fresh edit',
    async ({ begin, code, document, isOfOne, isSlow, seed }) => {
      const urls = cluster.nodes.map(({ wsUrl }) => wsUrl);
      const writers = createWriters([...urls, ...urls], document, seed);
      await connectAll(writers);
      await startTyping(writers, 20);
      const befallen = isOfOne === true ? [cluster.node(1)] : cluster.nodes;
      const watches = code === null ? [] : await Promise.all(befallen.map((node) => watchWhy(node, code)));
      const late = await Promise.all(cluster.nodes.map(lateOnes));
      const end = await begin(cluster);
      for (const writer of writers) writer.stopTyping();
      // Each by itself: whoever got no receipt since then is named.
      await startTyping(writers, 40);
      await Promise.all(watches.map((tellWhy) => tellWhy()));
      if (isSlow === true) {
        for (const [number, node] of cluster.nodes.entries()) {
          const grown = (await lateOnes(node)).map((count, index) => count - (late[number]?.[index] ?? 0));
          expect([number, grown.map((more) => more > 0)]).toEqual([number, [true, true]]);
        }
      }
      await end();
      await finishTyping(writers);
      for (const writer of writers) writer.leave();
      await expectKept(cluster, document, writers);
      await Promise.all(cluster.nodes.map(tellsOfNothing));
    },
    120_000,
  );

  it.each(faults.map((fault, index) => ({ ...fault, document: roomOf(index) })))(
    '[G7] $name, people on two nodes see each other afterwards as they are by then, and nobody who has left meanwhile',
    async ({ begin, code, document, isOfOne }) => {
      const [ada, ben, cleo] = await Promise.all([
        come(cluster.node(0), document, 'Ada'),
        come(cluster.node(1), document, 'Ben'),
        come(cluster.node(1), document, 'Cleo'),
      ]);
      const screens = (): string => [ada, ben].map((person) => seenBy(person).join()).join(' and ');
      const show = (who: string, what: string) =>
        until(() => screens() === `${who} and ${who}`, {
          what: () => `${what}; Ada and Ben see ${screens()}`,
          timeoutMs: 30_000,
        });
      await show('Ada,Ben,Cleo', 'they do not see each other before');
      const befallen = isOfOne === true ? [cluster.node(1)] : cluster.nodes;
      const failures = await Promise.all(befallen.map((node) => (code === null ? 0 : failuresOf(node, code))));
      const end = await begin(cluster);
      try {
        for (const [index, node] of befallen.entries()) {
          if (code !== null)
            await expect.poll(() => failuresOf(node, code), WAIT).toBeGreaterThan(failures[index] ?? 0);
        }
        cleo.leave();
        ben.provider.setAwarenessField('user', { name: 'Ben, elsewhere' });
        await until(() => seenBy(ben).includes('Ben, elsewhere') && !seenBy(ben).includes('Cleo'), {
          what: () => `Ben sees ${seenBy(ben)}`,
        });
      } finally {
        await end();
      }
      await show('Ada,Ben, elsewhere', 'they do not see each other afterwards');
      await Promise.all(cluster.nodes.map(tellsOfNothing));
    },
    60_000,
  );

  it('[G2] can’t be reached, nodes that can reach each other go on hearing from each other', async () => {
    const writers = createWriters(
      cluster.nodes.map(({ wsUrl }) => wsUrl),
      PULLED,
      100,
    );
    await connectAll(writers);
    const heal = harmRedisLinks(cluster, (link) => link.cut());
    await startTyping(writers, 40);
    await finishTyping(writers);
    for (const writer of writers) writer.leave();
    await expectKept(cluster, PULLED, writers);
    heal();
  }, 120_000);
});

it('[G5] when the Redis of Sentinels is killed and another takes its place, editing goes on, [G1] [G2] and all have everything', async () => {
  const { master, replica, sentinels } = await startWatchedRedis(onTestFinished);
  const cluster = await startCluster({ settings: { QUIRE_REDIS: sentinels.url } });
  onTestFinished(() => cluster.close(), 60_000);
  const writers = createWriters(
    cluster.nodes.map(({ wsUrl }) => wsUrl),
    'plan',
    200,
  );
  await connectAll(writers);
  await startTyping(writers, 20);
  await master.kill();
  for (const writer of writers) writer.stopTyping();
  await startTyping(writers, 40);
  await until(() => cluster.nodes.every(({ server }) => server.log.includes('is back')), {
    what: () => `not every node is on the new master; the first: ${cluster.node(0).server.log.slice(-2_000)}`,
    timeoutMs: 30_000,
  });
  expect(await sentinels.masterPort()).toBe(replica.port);
  await finishTyping(writers);
  for (const writer of writers) writer.leave();
  await expectKept(cluster, 'plan', writers);
}, 120_000);

it('[R11] when Redis comes back with an old dump, nobody takes what it says for the truth', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'quire-redis-'));
  const cluster = await startCluster({ redis: { isAppendOnly: true, dir: directory } });
  onTestFinished(() => cluster.close(), 60_000);
  const urls = cluster.nodes.map(({ wsUrl }) => wsUrl);
  const writers = createWriters(urls, 'plan', 300);
  await connectAll(writers);
  await startTyping(writers, 20);
  const dump = `${directory}-old`;
  await cp(directory, dump, { recursive: true });
  await startTyping(writers, 40);
  await cluster.redis.kill();
  await rm(directory, { recursive: true });
  await rename(dump, directory);
  await cluster.redis.restart();
  await startTyping(writers, 40);
  await finishTyping(writers);
  for (const writer of writers) writer.leave();
  await expectKept(cluster, 'plan', writers);
}, 120_000);

it('[G1] with the strict policy, what is changed over HTTP while nobody else can be reached is there, and said to be unconfirmed', async () => {
  const cluster = await startCluster({ nodes: 2, settings: { QUIRE_CLUSTER_RECEIPTS: 'strict' } });
  onTestFinished(() => cluster.close(), 60_000);
  const [one, two] = [cluster.node(0), cluster.node(1)];
  const ask = (method: string, name: string, json?: unknown) =>
    fetch(`${one.url}/v1/documents${name}`, {
      method,
      ...(json === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(json) }),
    });
  for (const name of ['plan', 'doomed']) expect((await ask('POST', '', { name })).status).toBe(201);
  await two.stop();
  await cluster.redis.kill();
  const answers = [ask('PATCH', '/plan', { title: 'Alone' }), ask('PATCH', '/plan', { title: 'Still alone' })];
  answers.push(ask('DELETE', '/doomed'));
  for (const answer of await Promise.all(answers)) {
    expect([answer.status, problemSchema.parse(await answer.json()).code]).toEqual([504, 'unconfirmed']);
  }
  expect(await (await ask('GET', '/plan')).json()).toMatchObject({ title: expect.stringMatching(/alone/i) });
  await cluster.redis.restart();
  await two.start();
  await cluster.ready();
  expect((await ask('PATCH', '/plan', { title: 'Together' })).status).toBe(200);
  // Nothing is called so on any node: until all have been asked, it might be (R13).
  await eventually(async () => (await ask('GET', '/doomed')).status === 404, { what: 'it is deleted' });
}, 120_000);
