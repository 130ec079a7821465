import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  makeCertificate,
  type RedisCluster,
  type RedisProcess,
  startRedis,
  startRedisCluster,
  startSentinels,
  until,
} from '@quire/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../clock.ts';
import type { ClusterBus } from '../cluster-bus.ts';
import { parseRedisAddress } from './redis-address.ts';
import { createRedisBus, type RedisBusOptions } from './redis-bus.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (record: Uint8Array): string => new TextDecoder().decode(record);

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

function open(node: string, url: string, options: Partial<RedisBusOptions> = {}): ClusterBus {
  const log = { info: () => {}, warn: () => {} };
  const address = parseRedisAddress(url);
  const bus = createRedisBus({ address, node, prefix: 'quire:', clock: systemClock, log, ...options });
  endings.push(() => bus.close());
  bus.open();
  return bus;
}

const isConnected = (bus: ClusterBus): Promise<unknown> =>
  until(() => bus.status.state === 'connected', {
    what: () => `it is ${bus.status.state === 'away' ? bus.status.error.message : bus.status.state}`,
  });

/** Everything that crosses the bus does, from one to the other. */
async function crosses(ada: ClusterBus, ben: ClusterBus, word: string): Promise<void> {
  const read: string[] = [];
  ben.onRecords(async (_, records) => {
    read.push(...records.map(text));
  });
  await ben.follow(['ada']);
  await ada.publish(bytes(word));
  await ada.announce(bytes(word));
  const said = (await ben.announcements()).get('ada');
  expect(said && text(said)).toBe(word);
  const heard: string[] = [];
  const stop = await ben.listen('plan', (message) => heard.push(text(message)));
  expect(await ada.tell('plan', bytes(word))).toBe(1);
  await until(() => read.includes(word) && heard.includes(word), { what: () => `${read} was read, ${heard} heard` });
  stop();
}

describe('with Sentinels', () => {
  async function startPair(): Promise<readonly [RedisProcess, RedisProcess]> {
    const master = await startRedis();
    endings.push(() => master.stop());
    const replica = await startRedis({ replicaOf: master });
    endings.push(() => replica.stop());
    await until(() => replica.log.includes('sync: Finished'), { what: 'the replica has not caught up' });
    return [master, replica];
  }

  it('[G5] a bus is on the master, and on the one that takes its place', async () => {
    const [master, replica] = await startPair();
    const sentinels = await startSentinels(master);
    endings.push(() => sentinels.stop());
    const [ada, ben] = [open('ada', sentinels.url), open('ben', sentinels.url)];
    await Promise.all([isConnected(ada), isConnected(ben)]);
    await crosses(ada, ben, 'before');

    const states: string[] = [];
    ada.onStatus((status) => states.push(status.state === 'away' ? status.error.code : status.state));
    await master.kill();
    await until(() => states.includes('unreachable'), { what: 'the loss was not noticed' });
    await until(() => ada.status.state === 'connected' && ben.status.state === 'connected', {
      what: 'no other took its place',
      timeoutMs: 20_000,
    });
    expect(await sentinels.masterPort()).toBe(replica.port);
    await crosses(ada, ben, 'after');
  });

  it('one of them that is gone keeps nobody out', async () => {
    const [master] = await startPair();
    const sentinels = await startSentinels(master);
    endings.push(() => sentinels.stop());
    await sentinels.sentinels[0]?.kill();
    const ada = open('ada', sentinels.url);
    await isConnected(ada);
  });

  it('a name that they do not know is said to be', async () => {
    const [master] = await startPair();
    const sentinels = await startSentinels(master);
    endings.push(() => sentinels.stop());
    const ada = open('ada', sentinels.url.replace(/[^/]+$/, 'other'));
    await until(() => ada.status.state === 'away', { what: 'it was not said' });
    expect(ada.status).toMatchObject({ error: { code: 'unsuitable', message: expect.stringContaining('other') } });
  });
});

describe('with a Redis Cluster', () => {
  async function startCluster(): Promise<RedisCluster> {
    const cluster = await startRedisCluster();
    endings.push(() => cluster.stop());
    return cluster;
  }

  it('a bus finds the server that has its slot, whoever it asks, and listens there', async () => {
    const cluster = await startCluster();
    const buses = cluster.servers.map(({ port }, index) =>
      open(['ada', 'ben', 'cleo'][index] ?? '', `redis-cluster://127.0.0.1:${port}`),
    );
    await Promise.all(buses.map(isConnected));
    const [ada, ben, cleo] = buses as [ClusterBus, ClusterBus, ClusterBus];
    await crosses(ada, ben, 'one');
    await crosses(ada, cleo, 'two');
    const owner = await cluster.ownerOf('quire:{q}');
    expect(await owner.command('EXISTS', 'quire:{q}:s:ada')).toBe(1);
  });

  it('[G5] that server gone, the bus is away, and back with it', async () => {
    const cluster = await startCluster();
    const [ada, ben] = [open('ada', cluster.url), open('ben', cluster.url)];
    await Promise.all([isConnected(ada), isConnected(ben)]);
    const owner = await cluster.ownerOf('quire:{q}');
    await owner.kill();
    await until(() => ada.status.state === 'away' && ben.status.state === 'away', { what: 'it was not noticed' });
    await owner.restart();
    await Promise.all([isConnected(ada), isConnected(ben)]);
    await crosses(ada, ben, 'again');
  });
});

describe('with TLS', () => {
  it('a bus trusts whom the given certificates vouch for, and nobody else', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'quire-tls-'));
    endings.push(() => rm(directory, { recursive: true, force: true }));
    const tls = await makeCertificate(directory);
    const redis = await startRedis({ tls, password: 'pw' });
    endings.push(() => redis.stop());
    expect(redis.url).toMatch(/^rediss:/);

    const stranger = open('ada', redis.url);
    await until(() => stranger.status.state === 'away', { what: 'a stranger was trusted' });
    expect(stranger.status).toMatchObject({
      error: { code: 'unreachable', message: expect.stringContaining('certificate') },
    });

    const unread = open('ada', redis.url, { caFile: join(directory, 'none.pem') });
    await until(() => unread.status.state === 'away', { what: 'missing certificates were not noticed' });
    expect(unread.status).toMatchObject({
      error: { code: 'unsuitable', message: expect.stringContaining('none.pem') },
    });

    const caFile = tls.certificate;
    const [ada, ben] = [open('ada', redis.url, { caFile }), open('ben', redis.url, { caFile })];
    await Promise.all([isConnected(ada), isConnected(ben)]);
    await crosses(ada, ben, 'secret');
  });
});
