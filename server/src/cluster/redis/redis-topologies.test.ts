import { join } from 'node:path';
import {
  eventually,
  makeCertificate,
  type RedisCluster,
  type RedisProcess,
  type RedisSentinels,
  startRedisCluster,
  startSentinels,
  until,
} from '@quire/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { countUp, createBacklog, readNumbers } from '../../testing/backlog.ts';
import { type BusNode, reaches, setRedisStage, works } from '../../testing/redis-stage.ts';
import { toBytes, toText } from '../../testing/text-bytes.ts';

const stage = setRedisStage();
const { openNode, startServer } = stage;
afterEach(() => stage.end());

const connect = async (...nodes: BusNode[]): Promise<void> => {
  await Promise.all(nodes.map((node) => reaches(node, 'connected')));
};

/** Everything that crosses the bus does, from one to the other. */
async function crosses(ada: BusNode, ben: BusNode, word: string): Promise<void> {
  await ben.bus.follow(['ada']);
  await works(ada, ben, word);
  await ada.bus.announce(toBytes(word));
  expect([...(await ben.bus.announcements())].map(([node, said]) => [node, toText(said)])).toContainEqual([
    'ada',
    word,
  ]);
  const heard: string[] = [];
  const stop = await ben.bus.listen('plan', (message) => heard.push(toText(message)));
  expect(await ada.bus.tell('plan', toBytes(word))).toBe(1);
  await until(() => heard.includes(word), { what: () => `only ${heard} was heard` });
  stop();
}

describe('with Sentinels', () => {
  async function startReplicated(): Promise<readonly [RedisProcess, RedisProcess]> {
    const master = await startServer();
    const replica = await startServer({ replicaOf: master });
    await until(() => replica.log.includes('sync: Finished'), { what: 'the replica has not caught up' });
    return [master, replica];
  }

  async function watch(master: RedisProcess): Promise<RedisSentinels> {
    const sentinels = await startSentinels(master);
    stage.onEnd(() => sentinels.stop());
    return sentinels;
  }

  it('[G5] a bus is on the master, and on the one that takes its place', async () => {
    const [master, replica] = await startReplicated();
    const sentinels = await watch(master);
    const [ada, ben] = [openNode('ada', sentinels.url), openNode('ben', sentinels.url)];
    await connect(ada, ben);
    await crosses(ada, ben, 'before');

    await master.kill();
    await Promise.all([reaches(ada, 'unreachable'), reaches(ben, 'unreachable')]);
    await connect(ada, ben);
    expect(await sentinels.masterPort()).toBe(replica.port);
    await crosses(ada, ben, 'after');
  });

  it('[G5] a bus whose master is left by its replicas is on the one that took its place, once that is known', async () => {
    const [left, next] = [await startServer(), await startServer()];
    const { url, sentinels } = await watch(left);
    const ada = openNode('ada', url);
    await connect(ada);
    await left.command('CONFIG', 'SET', 'min-replicas-to-write', 1);
    await expect(ada.bus.publish(toBytes('1'))).rejects.toMatchObject({ code: 'unsafe' });
    for (const sentinel of sentinels) {
      await sentinel.command('SENTINEL', 'REMOVE', 'quire');
      await sentinel.command('SENTINEL', 'MONITOR', 'quire', '127.0.0.1', next.port, 2);
    }
    await connect(ada);
    await ada.bus.publish(toBytes('2'));
    expect(String(await next.command('XRANGE', 'quire:{q}:s:ada', '-', '+'))).toContain('2');
    // In between nothing is heard, unlike while writes alone are refused.
    expect(ada.states).toEqual(['connected', 'unsafe', 'unreachable', 'connected']);
  });

  it('one of them that is gone keeps nobody out', async () => {
    const [master] = await startReplicated();
    const sentinels = await watch(master);
    await sentinels.sentinels[0]?.kill();
    const ada = openNode('ada', sentinels.url);
    await connect(ada);
  });

  it('a name that they do not know is said to be', async () => {
    const [master] = await startReplicated();
    const sentinels = await watch(master);
    const ada = openNode('ada', sentinels.url.replace(/[^/]+$/, 'other'));
    await reaches(ada, 'unsuitable');
    expect(ada.bus.status).toMatchObject({ error: { code: 'unsuitable', message: expect.stringContaining('other') } });
  });
});

describe('with a Redis Cluster', () => {
  async function startCluster(): Promise<RedisCluster> {
    const cluster = await startRedisCluster();
    stage.onEnd(() => cluster.stop());
    return cluster;
  }

  it('a bus finds the server that has its slot, whoever it asks, and listens there', async () => {
    const cluster = await startCluster();
    const [ada, ben, cleo] = (['ada', 'ben', 'cleo'] as const).map((node, index) =>
      openNode(node, `redis-cluster://127.0.0.1:${cluster.servers[index]?.port}`),
    ) as [BusNode, BusNode, BusNode];
    await connect(ada, ben, cleo);
    await crosses(ada, ben, 'one');
    await crosses(ada, cleo, 'two');
    const owner = await cluster.ownerOf('quire:{q}');
    expect(await owner.command('EXISTS', 'quire:{q}:s:ada')).toBe(1);
  });

  /** One that takes over once its master is gone. */
  async function addReplica(cluster: RedisCluster, master: RedisProcess): Promise<RedisProcess> {
    const replica = await startServer({ isClusterNode: true });
    const busPort = String(await replica.command('CONFIG', 'GET', 'cluster-port')).split(',')[1] ?? '';
    await master.command('CLUSTER', 'MEET', '127.0.0.1', replica.port, busPort);
    const known = `cluster_known_nodes:${cluster.servers.length + 1}`;
    const isKnown = async (server: RedisProcess): Promise<boolean> =>
      String(await server.command('CLUSTER', 'INFO')).includes(known);
    await eventually(async () => (await Promise.all([...cluster.servers, replica].map(isKnown))).every(Boolean), {
      what: 'not all know the replica',
    });
    await replica.command('CLUSTER', 'REPLICATE', String(await master.command('CLUSTER', 'MYID')));
    await eventually(
      async () => String(await replica.command('INFO', 'replication')).includes('master_link_status:up'),
      { what: 'the replica has not caught up' },
    );
    return replica;
  }

  it('[G5] that server gone, the bus is on the replica that takes its place', async () => {
    const cluster = await startCluster();
    const owner = await cluster.ownerOf('quire:{q}');
    const replica = await addReplica(cluster, owner);
    const [ada, ben] = [openNode('ada', cluster.url), openNode('ben', cluster.url)];
    await connect(ada, ben);
    await crosses(ada, ben, 'before');
    await owner.kill();
    await Promise.all([reaches(ada, 'unreachable'), reaches(ben, 'unreachable')]);
    await connect(ada, ben);
    await crosses(ada, ben, 'after');
    expect(await replica.command('EXISTS', 'quire:{q}:s:ada')).toBe(1);
    expect(String(await replica.command('INFO', 'replication'))).toContain('role:master');
  });

  it('[G2][G5] that server gone in the middle of a pipeline, the backlog goes on to the replica, and all of it is read', async () => {
    const cluster = await startCluster();
    const owner = await cluster.ownerOf('quire:{q}');
    await addReplica(cluster, owner);
    const [ada, ben] = [openNode('ada', cluster.url), openNode('ben', cluster.url)];
    await connect(ada, ben);
    await ben.bus.follow(['ada']);
    const read = readNumbers(ben.bus);
    let given = 0;
    const bus = {
      get status() {
        return ada.bus.status;
      },
      onStatus: ada.bus.onStatus.bind(ada.bus),
      publish(record: Uint8Array) {
        given += 1;
        // In the third pipeline.
        if (given === 20) void owner.kill();
        return ada.bus.publish(record);
      },
    };
    const backlog = await createBacklog(bus, { entries: 40 });
    stage.onEnd(async () => backlog.publisher.close());
    backlog.begin();
    await reaches(ada, 'unreachable');
    const before = backlog.published.length;
    expect(before).toBeGreaterThanOrEqual(16);
    expect(before).toBeLessThan(24);
    await reaches(ada, 'connected');
    await until(() => backlog.published.at(-1) === 40, { what: () => `it is out up to ${backlog.published.at(-1)}` });
    expect(backlog.published).toEqual(countUp(40));
    const later = countUp(40).slice(before);
    await until(() => later.every((number) => read.includes(number)), { what: () => `read: ${read}` });
  });

  it('[G5] that server gone, the bus is away, and back with it', async () => {
    const cluster = await startCluster();
    const [ada, ben] = [openNode('ada', cluster.url), openNode('ben', cluster.url)];
    await connect(ada, ben);
    const owner = await cluster.ownerOf('quire:{q}');
    await owner.kill();
    await Promise.all([reaches(ada, 'unreachable'), reaches(ben, 'unreachable')]);
    await owner.restart();
    await connect(ada, ben);
    await crosses(ada, ben, 'again');
  });
});

describe('with TLS', () => {
  it('a bus trusts whom the given certificates vouch for, and nobody else', async () => {
    const directory = await stage.startDirectory();
    const tls = await makeCertificate(directory);
    const redis = await startServer({ tls, password: 'pw' });
    expect(redis.url).toMatch(/^rediss:/);

    const stranger = openNode('ada', redis.url);
    await reaches(stranger, 'unreachable');
    expect(stranger.warnings.join()).toContain('certificate');

    const unread = openNode('ada', redis.url, { caFile: join(directory, 'none.pem') });
    await reaches(unread, 'unsuitable');
    expect(unread.warnings.join()).toContain('none.pem');

    const caFile = tls.certificate;
    const [ada, ben] = [openNode('ada', redis.url, { caFile }), openNode('ben', redis.url, { caFile })];
    await connect(ada, ben);
    await crosses(ada, ben, 'secret');
  });
});

describe('with TLS, and a user of its own', () => {
  const users = ['quire on >p@ss ~* &* +@all'];

  it('a bus asks Sentinels, who let in nobody else, and is on the master that they name', async () => {
    const tls = await makeCertificate(await stage.startDirectory());
    const master = await startServer({ tls, password: 'of-the-master' });
    const sentinels = await startSentinels(master, {
      tls,
      users,
      password: 'among them',
      masterPassword: 'of-the-master',
    });
    stage.onEnd(() => sentinels.stop());
    const url = sentinels.url.replace('://', '://:of-the-master@');
    const caFile = tls.certificate;

    const stranger = openNode('ada', url, { caFile });
    await reaches(stranger, 'denied');

    const known = `${url}?sentinel-user=quire&sentinel-password=p%40ss`;
    const [ada, ben] = [openNode('ada', known, { caFile }), openNode('ben', known, { caFile })];
    await connect(ada, ben);
    await crosses(ada, ben, 'secret');
  });

  it('a bus is on the server of a Redis Cluster that has its slot', async () => {
    const tls = await makeCertificate(await stage.startDirectory());
    const cluster = await startRedisCluster({ tls, users, password: 'among them' });
    stage.onEnd(() => cluster.stop());
    const caFile = tls.certificate;

    const stranger = openNode('ada', cluster.url, { caFile });
    await reaches(stranger, 'denied');

    const known = cluster.url.replace('://', '://quire:p%40ss@');
    const [ada, ben] = [openNode('ada', known, { caFile }), openNode('ben', known, { caFile })];
    await connect(ada, ben);
    await crosses(ada, ben, 'secret');
    const owner = await cluster.ownerOf('quire:{q}');
    expect(await owner.command('EXISTS', 'quire:{q}:s:ada')).toBe(1);
  });
});

describe('with another prefix', () => {
  it('two clusters share a Redis, and neither reads, hears or counts the other, whatever their nodes are called', async () => {
    const redis = await startServer();
    const [ada, ben] = await stage.startPair(redis.url, { prefix: 'one:' });
    const [stranger, other] = await stage.startPair(redis.url, { prefix: 'two:' });
    await crosses(ada, ben, 'in one');
    await crosses(stranger, other, 'in two');
    expect([ben.read, other.read]).toEqual([['in one'], ['in two']]);
    expect((await ada.bus.announcements()).size).toBe(1);
    const heard: string[] = [];
    await other.bus.listen('plan', (message) => heard.push(toText(message)));
    expect(await ada.bus.tell('plan', toBytes('to one'))).toBe(0);
    expect(await stranger.bus.tell('plan', toBytes('to two'))).toBe(1);
    await until(() => heard.includes('to two'), { what: 'it was not heard' });
    expect(heard).toEqual(['to two']);
    const keys = (await redis.command('KEYS', '*')) as string[];
    expect(keys.filter((key) => !/^(one|two):/.test(key))).toEqual([]);
  });
});
