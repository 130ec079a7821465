import { cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerCluster, startCluster } from '@quire/testing';
import { afterEach, describe, it } from 'vitest';
import { connectAll, createWriters, expectKept, finishTyping, startTyping } from './writers.ts';

let cluster: ServerCluster | null = null;
afterEach(async () => {
  await cluster?.close();
  cluster = null;
}, 60_000);

interface Fault {
  readonly name: string;
  readonly begin: (cluster: ServerCluster) => unknown;
  readonly end: (cluster: ServerCluster) => unknown;
}

const nothing = (): void => {};
const everyLink = (act: 'cut' | 'freeze' | 'heal') => (one: ServerCluster) => {
  for (const { redisLink } of one.nodes) redisLink[act]();
};

const faults: readonly Fault[] = [
  { name: 'is flushed', begin: ({ redis }) => redis.flush(), end: nothing },
  { name: 'is killed, and comes back empty', begin: ({ redis }) => redis.kill(), end: ({ redis }) => redis.restart() },
  { name: 'is stopped where it is', begin: ({ redis }) => redis.pause(), end: ({ redis }) => redis.resume() },
  {
    name: 'can’t be reached by one node',
    begin: (one) => one.node(1).redisLink.cut(),
    end: (one) => one.node(1).redisLink.heal(),
  },
  {
    name: 'can’t be reached by one node, nor that by the others',
    begin: (one) => one.node(1).isolate(),
    end: (one) => one.node(1).heal(),
  },
  { name: 'can’t be reached by anybody', begin: everyLink('cut'), end: everyLink('heal') },
  { name: 'answers nobody, on connections that look open', begin: everyLink('freeze'), end: everyLink('heal') },
  {
    name: 'is far away',
    begin: (one) => {
      for (const { redisLink } of one.nodes) redisLink.delay(200);
    },
    end: everyLink('heal'),
  },
];

describe('when Redis', () => {
  it.each(faults)(
    '[G5] $name, editing goes on on each node, [G1] nothing receipted is lost, and [G2] all have the same afterwards without a fresh edit',
    async ({ begin, end }) => {
      cluster = await startCluster();
      const urls = cluster.nodes.map(({ wsUrl }) => wsUrl);
      const writers = createWriters([...urls, ...urls], 'plan', 1);
      await connectAll(writers);
      await startTyping(writers, 20);
      await begin(cluster);
      for (const writer of writers) writer.stopTyping();
      // Each by itself: whoever got no receipt since then is named.
      await startTyping(writers, 40);
      await end(cluster);
      await finishTyping(writers);
      for (const writer of writers) writer.leave();
      await expectKept(cluster, 'plan', writers);
    },
    120_000,
  );

  it('[G2] can’t be reached, nodes that can reach each other go on hearing from each other', async () => {
    cluster = await startCluster();
    const urls = cluster.nodes.map(({ wsUrl }) => wsUrl);
    everyLink('cut')(cluster);
    const writers = createWriters(urls, 'plan', 2);
    await connectAll(writers);
    await startTyping(writers, 40);
    await finishTyping(writers);
    for (const writer of writers) writer.leave();
    await expectKept(cluster, 'plan', writers);
  }, 120_000);

  it('[R11] comes back with an old dump, nobody takes what it says for the truth', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'quire-redis-'));
    cluster = await startCluster({ redis: { isAppendOnly: true, dir: directory } });
    const urls = cluster.nodes.map(({ wsUrl }) => wsUrl);
    const writers = createWriters(urls, 'plan', 3);
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
});
