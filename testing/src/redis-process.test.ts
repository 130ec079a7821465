import { afterEach, expect, it } from 'vitest';
import { eventually } from './eventually.ts';
import { type RedisProcess, type RedisServerOptions, startRedis } from './redis-process.ts';
import { until } from './until.ts';

const started: RedisProcess[] = [];
afterEach(async () => {
  for (const redis of started.splice(0)) await redis.stop();
});

async function start(options: RedisServerOptions = {}): Promise<RedisProcess> {
  const redis = await startRedis(options);
  started.push(redis);
  return redis;
}

it('a Redis forgets everything when it is killed, and with an append-only file nothing', async () => {
  const [forgetful, faithful] = [await start(), await start({ isAppendOnly: true })];
  for (const redis of [forgetful, faithful]) {
    await redis.command('SET', 'plan', 'tea');
    await redis.kill();
    await redis.restart();
  }
  expect([await forgetful.command('GET', 'plan'), await faithful.command('GET', 'plan')]).toEqual([null, 'tea']);
});

it('paused, it answers nothing; resumed, it answers what it was asked', async () => {
  const redis = await start();
  redis.pause();
  let answer: unknown = null;
  const asking = redis.command('PING').then((value) => {
    answer = value;
  });
  // Another one, asked later, has answered meanwhile.
  const other = await start();
  expect(await other.command('PING')).toBe('PONG');
  expect(answer).toBeNull();
  redis.resume();
  await asking;
  expect(answer).toBe('PONG');
});

it('a password, users and further settings are as they were asked for', async () => {
  const redis = await start({
    password: 'with a "space"',
    users: ['ada on >pw ~* +@read'],
    maxMemory: '3mb',
    settings: { hz: '20' },
  });
  expect(new URL(redis.url).password).not.toBe('');
  expect(await redis.command('CONFIG', 'GET', 'maxmemory')).toEqual(['maxmemory', '3145728']);
  expect(await redis.command('CONFIG', 'GET', 'hz')).toEqual(['hz', '20']);
  expect(String(await redis.command('ACL', 'LIST'))).toContain('user ada on');
});

it('with another password, whoever was connected is out, and without one anybody is let in', async () => {
  const redis = await start();
  const isPutOut = expect(redis.command('BLPOP', 'plan', 0)).rejects.toThrow();
  await eventually(async () => String(await redis.command('CLIENT', 'LIST')).includes('cmd=blpop'), {
    what: 'nobody waits there',
  });
  await redis.setPassword('another');
  await isPutOut;
  expect(await redis.command('PING')).toBe('PONG');
  await redis.setPassword(null);
  expect(await redis.command('PING')).toBe('PONG');
});

it('a replica follows its master', async () => {
  const master = await start();
  await master.command('SET', 'plan', 'tea');
  const replica = await start({ replicaOf: master });
  await until(() => replica.log.includes('sync: Finished'), { what: 'it has not caught up' });
  expect(await replica.command('GET', 'plan')).toBe('tea');
});

it('what it can not be started with is said, with what it printed', async () => {
  await expect(startRedis({ settings: { 'no-such-setting': '1' } })).rejects.toThrow(
    /redis-server ended[\s\S]*no-such-setting/,
  );
});
