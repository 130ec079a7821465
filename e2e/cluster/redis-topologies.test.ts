import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate, startCluster, startRedis, startRedisCluster } from '@quire/testing';
import { expect, it, onTestFinished } from 'vitest';
import { connectAll, createWriters, expectKept, typeUntil } from './writers.ts';

/** Two nodes, with these settings, that have no way to each other but Redis. */
async function writesOverRedis(settings: Readonly<Record<string, string>>): Promise<void> {
  const cluster = await startCluster({ nodes: 2, settings });
  onTestFinished(() => cluster.close(), 60_000);
  for (const { peerLink } of cluster.nodes) peerLink.cut();
  const writers = createWriters(
    cluster.nodes.map(({ wsUrl }) => wsUrl),
    'plan',
    1,
  );
  await connectAll(writers);
  await typeUntil(writers, 20);
  for (const writer of writers) writer.leave();
  await expectKept(cluster, 'plan', writers);
}

it('[G2] nodes replicate over a Redis with TLS, as a user of its own, under another prefix', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'quire-tls-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const tls = await makeCertificate(directory);
  const redis = await startRedis({ tls, users: ['ada on >p@ss ~team-a:* &team-a:* +@all'] });
  onTestFinished(() => redis.stop());
  await writesOverRedis({
    QUIRE_REDIS: `rediss://ada:p%40ss@127.0.0.1:${redis.port}`,
    QUIRE_CLUSTER_REDIS_CA_FILE: tls.certificate,
    QUIRE_CLUSTER_PREFIX: 'team-a:',
  });
  const keys = (await redis.command('KEYS', '*')) as string[];
  expect(keys.length).toBeGreaterThan(2);
  expect(keys.filter((key) => !key.startsWith('team-a:'))).toEqual([]);
}, 120_000);

it('[G2] nodes replicate over a Redis Cluster', async () => {
  const redis = await startRedisCluster();
  onTestFinished(() => redis.stop());
  await writesOverRedis({ QUIRE_REDIS: redis.url });
}, 120_000);
