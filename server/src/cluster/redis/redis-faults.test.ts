import { copyFile, mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, type RedisProcess, type TcpProxy, until } from '@quire/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { arrives, reaches, setRedisStage, works } from '../../testing/redis-stage.ts';
import { toBytes, toText } from '../../testing/text-bytes.ts';

const stage = setRedisStage();
const { openNode, startDirectory, startPair, startProxy, startServer } = stage;
afterEach(() => stage.end());

describe('a bus whose Redis fails', () => {
  let redis: RedisProcess;
  let proxy: TcpProxy;
  let url: string;
  beforeEach(async () => {
    redis = await startServer();
    proxy = await startProxy(redis.port);
    url = `redis://127.0.0.1:${proxy.port}`;
  });

  it('[G5] not there at the start, is away and connects once it is', async () => {
    proxy.cut();
    const ada = openNode('ada', url);
    await reaches(ada, 'unreachable');
    await expect(ada.bus.publish(toBytes('1'))).rejects.toMatchObject({ code: 'unreachable' });
    proxy.heal();
    await reaches(ada, 'connected');
    expect(ada.states).toEqual(['unreachable', 'connected']);
  });

  it('[R11] restarted and empty, works on, and what was there is gone', async () => {
    const [ada, ben] = await startPair(url);
    await ada.bus.announce(toBytes('here'));
    await works(ada, ben, '1');
    await redis.kill();
    await Promise.all([reaches(ada, 'unreachable'), reaches(ben, 'unreachable')]);
    await redis.restart();
    await Promise.all([reaches(ada, 'connected'), reaches(ben, 'connected')]);
    expect((await ada.bus.announcements()).size).toBe(0);
    await works(ada, ben, '2');
    expect(ben.read).toEqual(['1', '2']);
  });

  it('[G5] paused, is away within two deadlines, and back when it goes on', async () => {
    const [ada, ben] = await startPair(url, { commandTimeoutMs: 400 });
    redis.pause();
    await expect(ada.bus.publish(toBytes('1'))).rejects.toMatchObject({ code: 'unreachable' });
    await Promise.all([reaches(ada, 'unreachable'), reaches(ben, 'unreachable')]);
    redis.resume();
    await Promise.all([reaches(ada, 'connected'), reaches(ben, 'connected')]);
    await works(ada, ben, '2');
  });

  it('slow by 200 ms, loses nothing and is not taken to be away', async () => {
    const [ada, ben] = await startPair(url);
    proxy.delay(200);
    for (const record of ['1', '2', '3']) await ada.bus.publish(toBytes(record));
    await arrives(ben, '1', '2', '3');
    expect([ada.states, ben.states]).toEqual([['connected'], ['connected']]);
    expect(ben.read).toEqual(['1', '2', '3']);
  });

  it('slower than its deadline, is away, and back once it is fast', async () => {
    const [ada, ben] = await startPair(url, { commandTimeoutMs: 300 });
    proxy.delay(1_000);
    await Promise.all([reaches(ada, 'unreachable'), reaches(ben, 'unreachable')]);
    proxy.heal();
    await Promise.all([reaches(ada, 'connected'), reaches(ben, 'connected')]);
    await works(ada, ben, '1');
  });

  it('cut off again and again, neither loses nor repeats what it had taken', async () => {
    const [ada, ben] = await startPair(url);
    const taken: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      await works(ada, ben, `${round}`);
      taken.push(`${round}`);
      proxy.reset();
      await until(() => ada.states.length > 1 + 2 * round && ben.states.length > 1 + 2 * round, {
        what: 'not noticed',
      });
      await Promise.all([reaches(ada, 'connected'), reaches(ben, 'connected')]);
    }
    expect(ben.read).toEqual(taken);
  });

  it('[G5] half-open, is found out though nothing is asked of it, and is connected to anew', async () => {
    const [ada, ben] = await startPair(url, { commandTimeoutMs: 400 });
    proxy.freeze();
    await Promise.all([reaches(ada, 'unreachable'), reaches(ben, 'unreachable')]);
    expect(ada.states).toEqual(['connected', 'unreachable']);
    proxy.reset();
    proxy.heal();
    await Promise.all([reaches(ada, 'connected'), reaches(ben, 'connected')]);
    await works(ada, ben, '1');
  });

  it('half-open, is closed at once all the same', async () => {
    const [ada] = await startPair(url);
    proxy.freeze();
    const publishing = ada.bus.publish(toBytes('1')).catch((error: unknown) => error);
    await ada.bus.close();
    expect(await publishing).toMatchObject({ code: 'closed' });
    expect(ada.states.at(-1)).toBe('closed');
  });

  it('closed while it connects, leaves no connection behind', async () => {
    proxy.freeze();
    const ada = openNode('ada', url, { commandTimeoutMs: 300 });
    await ada.bus.close();
    proxy.heal();
    await until(() => proxy.connections === 0, { what: 'a connection was left' });
    expect(ada.states).toEqual(['closed']);
  });

  it('[R11] flushed, reads on from the new start of the streams', async () => {
    const [ada, ben] = await startPair(url);
    await works(ada, ben, '1');
    await redis.flush();
    await works(ada, ben, '2');
    await works(ada, ben, '3');
    expect(ben.read).toEqual(['1', '2', '3']);
    expect([ada.states, ben.states]).toEqual([['connected'], ['connected']]);
  });

  it('listens again after a restart', async () => {
    const [ada, ben] = await startPair(url);
    const heard: string[] = [];
    await ben.bus.listen('plan', (message) => heard.push(toText(message)));
    await redis.restart();
    await until(() => ada.states.length > 1 && ben.states.length > 1, { what: 'the restart was not noticed' });
    await Promise.all([reaches(ada, 'connected'), reaches(ben, 'connected')]);
    expect(await ada.bus.tell('plan', toBytes('1'))).toBe(1);
    await until(() => heard.length === 1, { what: 'it was not heard' });
  });
});

async function countErrors(redis: RedisProcess, word: string): Promise<number> {
  const stats = String(await redis.command('INFO', 'errorstats'));
  return Number(new RegExp(`errorstat_${word}:count=(\\d+)`).exec(stats)?.[1] ?? 0);
}

it('[G5] full, refuses writes by name, goes on reading and telling, and takes them again once there is room', async () => {
  const redis = await startServer();
  const [ada, ben] = await startPair(redis.url);
  await ada.bus.publish(toBytes('1'));
  await redis.command('CONFIG', 'SET', 'maxmemory', '1');
  await expect(ada.bus.publish(toBytes('2'))).rejects.toMatchObject({ code: 'full' });
  await expect(ada.bus.announce(toBytes('here'))).rejects.toMatchObject({ code: 'full' });
  await arrives(ben, '1');
  expect(ben.states).toEqual(['connected']);
  await ben.bus.listen('plan', () => {});
  expect(await ada.bus.tell('plan', toBytes('!'))).toBe(1);
  // Ours, and two askings of the bus after it.
  await eventually(async () => (await countErrors(redis, 'OOM')) >= 3, { what: 'it was not asked again' });
  expect(ada.states).toEqual(['connected', 'full']);
  await redis.command('CONFIG', 'SET', 'maxmemory', '0');
  await reaches(ada, 'connected');
  expect(ada.states).toEqual(['connected', 'full', 'connected']);
  await works(ada, ben, '3');
});

it('[G4] what is told faster than Redis takes it is dropped at once, and counted', async () => {
  const redis = await startServer();
  const proxy = await startProxy(redis.port);
  let [dropped, onTheWay] = [0, 0];
  const meters = {
    published() {},
    received() {},
    connected() {},
    telling: (bytes: number) => (onTheWay += bytes),
    dropped: () => (dropped += 1),
  };
  const ada = openNode('ada', `redis://127.0.0.1:${proxy.port}`, { meters });
  await reaches(ada, 'connected');
  await ada.bus.listen('plan', () => {});
  proxy.freeze();
  const megabyte = new Uint8Array(1024 * 1024);
  const waiting = Array.from({ length: 8 }, () => ada.bus.tell('plan', megabyte));
  expect(await ada.bus.tell('plan', megabyte)).toBe(0);
  expect([dropped, onTheWay]).toEqual([1, 8 * megabyte.length]);
  proxy.heal();
  expect(await Promise.all(waiting)).toEqual(waiting.map(() => 1));
  expect(onTheWay).toBe(0);
  expect(await ada.bus.tell('plan', megabyte)).toBe(1);
});

it('what is published and read is counted, and each time that Redis is reached', async () => {
  const redis = await startServer();
  const counted: string[] = [];
  const meters = {
    published: (size: number, elapsedMs: number) => counted.push(`published ${size}, ${elapsedMs > 0}`),
    received: (records: number, size: number) => counted.push(`received ${records}, ${size}`),
    connected: () => counted.push('connected'),
    telling() {},
    dropped() {},
  };
  const ben = openNode('ben', redis.url, { meters });
  await reaches(ben, 'connected');
  await ben.bus.follow(['ben']);
  await works(ben, ben, 'four');
  expect(counted.sort()).toEqual(['connected', 'published 4, true', 'received 1, 4']);
});

it('full at the start, says so instead of connected', async () => {
  const redis = await startServer({ maxMemory: '1', maxMemoryPolicy: 'noeviction' });
  const ada = openNode('ada', redis.url);
  await reaches(ada, 'full');
  expect(ada.states).toEqual(['full']);
});

it('[R11] back from its append-only file, goes on where it was', async () => {
  const redis = await startServer({ isAppendOnly: true });
  const [ada, ben] = await startPair(redis.url);
  await ada.bus.announce(toBytes('here'));
  await works(ada, ben, '1');
  await redis.kill();
  await reaches(ben, 'unreachable');
  await redis.restart();
  await Promise.all([reaches(ada, 'connected'), reaches(ben, 'connected')]);
  expect([...(await ben.bus.announcements()).keys()]).toEqual(['ada']);
  await works(ada, ben, '2');
  expect(ben.read).toEqual(['1', '2']);
});

describe('[R11] ids that lie behind what was read', () => {
  const stream = 'quire:{q}:s:ada';
  /** Of a Redis whose clock was ahead by millennia. */
  const farId = '99999999999999-1';

  it('after an old dump was restored, the stream is read from its start rather than waited for', async () => {
    const dir = await startDirectory();
    const redis = await startServer({ dir });
    const [ada, ben] = await startPair(redis.url);
    await works(ada, ben, '1');
    await redis.command('SAVE');
    await copyFile(join(dir, 'dump.rdb'), join(dir, 'old.rdb'));
    await redis.command('XADD', stream, farId, 'r', 'far');
    await arrives(ben, 'far');
    await redis.kill();
    await Promise.all([reaches(ada, 'unreachable'), reaches(ben, 'unreachable')]);
    await copyFile(join(dir, 'old.rdb'), join(dir, 'dump.rdb'));
    await redis.restart();
    await Promise.all([reaches(ada, 'connected'), reaches(ben, 'connected')]);
    await works(ada, ben, '2');
    expect(ben.read).toEqual(['1', 'far', '1', '2']);
  });

  it('after a flush without any interruption, too', async () => {
    const redis = await startServer();
    const [ada, ben] = await startPair(redis.url);
    await redis.command('XADD', stream, farId, 'r', 'far');
    await arrives(ben, 'far');
    await redis.flush();
    await works(ada, ben, '1');
    expect(ben.read).toEqual(['far', '1']);
    expect(ben.states).toEqual(['connected']);
  });
});

it('[G5] a read-only replica is read from, refuses by name, and is taken for what it becomes', async () => {
  const master = await startServer();
  const writer = openNode('ada', master.url);
  await reaches(writer, 'connected');
  const replica = await startServer({ replicaOf: { port: master.port } });
  await until(() => replica.log.includes('MASTER <-> REPLICA sync: Finished'), {
    what: 'the replica has not caught up',
  });
  const ben = openNode('ben', replica.url);
  await reaches(ben, 'read-only');
  await ben.bus.follow(['ada']);
  await works(writer, ben, '1');
  await expect(ben.bus.publish(toBytes('2'))).rejects.toMatchObject({ code: 'read-only' });
  await replica.command('REPLICAOF', 'NO', 'ONE');
  await reaches(ben, 'connected');
  expect(ben.states).toEqual(['read-only', 'connected']);
  await ben.bus.publish(toBytes('3'));
});

const unsafeties = [
  {
    name: 'that has too few replicas',
    word: 'NOREPLICAS',
    begin: (redis: RedisProcess) => redis.command('CONFIG', 'SET', 'min-replicas-to-write', 1),
    end: (redis: RedisProcess) => redis.command('CONFIG', 'SET', 'min-replicas-to-write', 0),
  },
  {
    name: 'that can not save to its disk',
    word: 'MISCONF',
    async begin(redis: RedisProcess) {
      await redis.command('CONFIG', 'SET', 'save', '3600 1');
      // Where its file should be; as root, it may write into every directory.
      await mkdir(join(redis.dir, 'dump.rdb'));
      await save(redis, 'err');
    },
    async end(redis: RedisProcess) {
      await rmdir(join(redis.dir, 'dump.rdb'));
      await save(redis, 'ok');
    },
  },
];

async function save(redis: RedisProcess, outcome: 'ok' | 'err'): Promise<void> {
  await redis.command('BGSAVE');
  await eventually(
    async () => String(await redis.command('INFO', 'persistence')).includes(`rdb_last_bgsave_status:${outcome}`),
    { what: `saving does not end with ${outcome}` },
  );
}

it.each(unsafeties)(
  '[G5] a Redis $name refuses by name, and goes on being read and telling over the same connections',
  async ({ word, begin, end }) => {
    const redis = await startServer();
    let connections = 0;
    const connected = () => (connections += 1);
    const meters = { published() {}, received() {}, telling() {}, dropped() {}, connected };
    const [ada, ben] = await startPair(redis.url, { meters });
    await ben.bus.listen('plan', () => {});
    await ada.bus.publish(toBytes('1'));
    await begin(redis);
    await expect(ada.bus.publish(toBytes('2'))).rejects.toMatchObject({
      code: 'unsafe',
      message: expect.stringContaining(word),
    });
    await arrives(ben, '1');
    // Ours, and five askings of the bus after it.
    await eventually(async () => (await countErrors(redis, word)) >= 6, { what: 'it was not asked again' });
    expect(await ada.bus.tell('plan', toBytes('!'))).toBe(1);
    expect([ada.states, connections]).toEqual([['connected', 'unsafe'], 2]);
    await end(redis);
    await reaches(ada, 'connected');
    await works(ada, ben, '3');
    expect([ada.states, connections]).toEqual([['connected', 'unsafe', 'connected'], 2]);
  },
);

it('a master that becomes a replica is noticed by the next write', async () => {
  const [old, next] = [await startServer(), await startServer()];
  const ada = openNode('ada', old.url);
  await reaches(ada, 'connected');
  await old.command('REPLICAOF', '127.0.0.1', next.port);
  const refused = async (): Promise<void> => {
    for (;;) await ada.bus.publish(toBytes('1'));
  };
  await expect(refused()).rejects.toMatchObject({ name: 'BusError' });
  await reaches(ada, 'read-only');
  await old.command('REPLICAOF', 'NO', 'ONE');
  await reaches(ada, 'connected');
});

it('a wrong password is denied, never told, and let in once it is the right one', async () => {
  const redis = await startServer({ password: 'right' });
  const ada = openNode('ada', `redis://:hush-hush@127.0.0.1:${redis.port}`);
  const ben = openNode('ben', `redis://127.0.0.1:${redis.port}`);
  await Promise.all([reaches(ada, 'denied'), reaches(ben, 'denied')]);
  expect(ada.warnings.join()).toContain('WRONGPASS');
  expect(ada.warnings.join()).not.toContain('hush-hush');
  await redis.command('CONFIG', 'SET', 'requirepass', 'hush-hush');
  await reaches(ada, 'connected');
});

describe('the stream of a node', () => {
  it('[G4] is kept below its size, and read on', async () => {
    const redis = await startServer();
    const [ada, ben] = await startPair(redis.url, { streamBytes: 200_000 });
    const record = 'x'.repeat(10_000);
    for (let number = 0; number < 100; number += 1) await ada.bus.publish(toBytes(record));
    let length = 0;
    await eventually(
      async () => {
        length = Number(await redis.command('XLEN', 'quire:{q}:s:ada'));
        return length <= 25;
      },
      { what: () => `${length} records are left` },
    );
    await works(ada, ben, 'last');
    expect(Number(await redis.command('TTL', 'quire:{q}:s:ada'))).toBeGreaterThan(80_000);
  });

  it('lets go of what is old by the clock of Redis', async () => {
    const redis = await startServer();
    await redis.command('XADD', 'quire:{q}:s:ada', '1-1', 'r', 'ancient');
    const ada = openNode('ada', redis.url);
    await reaches(ada, 'connected');
    const isGone = async (): Promise<boolean> => {
      const entries = await redis.command('XRANGE', 'quire:{q}:s:ada', '-', '+');
      return !String(entries).includes('ancient') && String(entries) !== '';
    };
    await eventually(isGone, { what: 'the old record is still there' });
  });
});

describe('an operator is warned', () => {
  // Streams end by themselves at some time, so that they are among what the last two throw away.
  it.each(['allkeys-lru', 'volatile-lru', 'volatile-ttl'])(
    'of a Redis that keeps nothing, and throws away by %s',
    async (maxMemoryPolicy) => {
      const redis = await startServer({ maxMemory: '100mb', maxMemoryPolicy });
      const ada = openNode('ada', redis.url);
      await reaches(ada, 'connected');
      expect(ada.warnings).toEqual([
        expect.stringContaining('set it to noeviction'),
        expect.stringContaining('set appendonly to yes'),
      ]);
    },
  );

  it('of nothing where all is well', async () => {
    const redis = await startServer({ isAppendOnly: true });
    const ada = openNode('ada', redis.url);
    await reaches(ada, 'connected');
    expect(ada.warnings).toEqual([]);
  });
});
