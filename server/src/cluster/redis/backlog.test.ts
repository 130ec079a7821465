import { type ConnectionWatch, eventually, type RedisProcess, startTcpProxy, until } from '@quire/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { type Backlog, countUp, createBacklog, readNumbers } from '../../testing/backlog.ts';
import { type BusNode, reaches, setRedisStage } from '../../testing/redis-stage.ts';

const stage = setRedisStage();
const { startPair, startServer } = stage;
afterEach(() => stage.end());

const KIB = 1024;
const STREAM = 'quire:{q}:s:ada';

async function backlogOf({ bus }: BusNode, options: Parameters<typeof createBacklog>[1]): Promise<Backlog> {
  const backlog = await createBacklog(bus, options);
  stage.onEnd(async () => backlog.publisher.close());
  return backlog;
}

function isOut({ published }: Backlog, upTo: number): Promise<unknown> {
  return until(() => published.at(-1) === upTo, { what: () => `it is out up to ${published.at(-1)}` });
}

/** How often records were sent on a connection after something was answered there: each time somebody waited for that. */
function countRoundTrips(): { readonly watch: () => ConnectionWatch; count(): number } {
  let roundTrips = 0;
  const watch = (): ConnectionWatch => {
    let isAnswered = true;
    return {
      there(bytes) {
        if (!isAnswered || !bytes.includes('XADD')) return;
        roundTrips += 1;
        isAnswered = false;
      },
      back() {
        isAnswered = true;
      },
      ended() {},
    };
  };
  return { watch, count: () => roundTrips };
}

const lengthOf = async (redis: RedisProcess): Promise<number> => Number(await redis.command('XLEN', STREAM));

describe('a backlog on its way to Redis', () => {
  it('[G5] takes a round trip for several records, not one for each', async () => {
    const redis = await startServer();
    const { watch, count } = countRoundTrips();
    const proxy = await startTcpProxy(redis.port, { watch });
    stage.onEnd(() => proxy.close());
    const [ada, ben] = await startPair(`redis://127.0.0.1:${proxy.port}`);
    const read = readNumbers(ben.bus);
    const backlog = await backlogOf(ada, { entries: 240, recordEntries: 10 });
    proxy.delay(50);
    const before = count();
    backlog.begin();
    await isOut(backlog, 240);
    expect(count() - before).toBe(3);
    await until(() => read.length === 240, { what: () => `${read.length} entries arrived` });
    expect(read).toEqual(countUp(240));
    expect([ada.states, backlog.errors]).toEqual([['connected'], []]);
  });

  it('[G1] counts as published up to where Redis has no room in the middle of a pipeline, and all of it is read once there is', async () => {
    const redis = await startServer();
    const [ada, ben] = await startPair(redis.url);
    const read = readNumbers(ben.bus);
    const backlog = await backlogOf(ada, { entries: 8, bytes: 300 * KIB });
    const used = Number(/used_memory:(\d+)/.exec(String(await redis.command('INFO', 'memory')))?.[1]);
    await redis.command('CONFIG', 'SET', 'maxmemory', used + 1_200 * KIB);
    backlog.begin();
    await reaches(ada, 'full');
    await backlog.publisher.drained();
    const taken = backlog.published.length;
    expect(taken).toBeGreaterThan(0);
    expect(taken).toBeLessThan(8);
    await until(() => countUp(taken).every((number) => read.includes(number)), { what: () => `read: ${read}` });
    await redis.command('CONFIG', 'SET', 'maxmemory', 0);
    await isOut(backlog, 8);
    expect(backlog.published).toEqual(countUp(8));
    await until(() => countUp(8).every((number) => read.includes(number)), { what: () => `read: ${read}` });
    expect([ada.states, backlog.errors]).toEqual([['connected', 'full', 'connected'], []]);
  });

  it('[G4] is trimmed as it grows, not by the clock alone: while records are alike the stream is never larger than one and a half times its size', async () => {
    const redis = await startServer();
    const streamBytes = 16 * 1024 * KIB;
    const ada = stage.openNode('ada', redis.url, { streamBytes });
    await reaches(ada, 'connected');
    // The one by the clock is over: the next is ten seconds away.
    await eventually(async () => String(await redis.command('INFO', 'commandstats')).includes('cmdstat_memory|usage'), {
      what: 'it is trimmed once',
    });
    const sizes: number[] = [];
    let isDone = false;
    const look = async (): Promise<void> => {
      while (!isDone) sizes.push(Number(await redis.command('MEMORY', 'USAGE', STREAM)));
    };
    const looking = look();
    // As what goes out at once is to what a stream holds: 4 MiB to 64.
    const record = new Uint8Array(128 * KIB);
    for (let pipeline = 0; pipeline < 64; pipeline += 1) {
      await Promise.all(Array.from({ length: 8 }, () => ada.bus.publish(record)));
    }
    isDone = true;
    await looking;
    const largest = Math.max(...sizes);
    expect(largest).toBeGreaterThan(streamBytes / 2);
    expect(largest).toBeLessThan(1.5 * streamBytes);
  });

  it('[G2] cut off before any of a pipeline was answered goes out again, in order', async () => {
    const redis = await startServer();
    const proxy = await stage.startProxy(redis.port);
    const [ada, ben] = await startPair(`redis://127.0.0.1:${proxy.port}`);
    const read = readNumbers(ben.bus);
    const backlog = await backlogOf(ada, { entries: 8 });
    const before = await lengthOf(redis);
    // Long enough that what has arrived there is seen to before it is answered here.
    proxy.delay(500);
    backlog.begin();
    await eventually(async () => (await lengthOf(redis)) >= before + 8, { what: 'it did not arrive' });
    proxy.cut();
    await reaches(ada, 'unreachable');
    expect(backlog.published).toEqual([]);
    proxy.heal();
    await isOut(backlog, 8);
    await until(() => read.length === 16, { what: () => `read: ${read}` });
    expect(read).toEqual([...countUp(8), ...countUp(8)]);
  });
});
