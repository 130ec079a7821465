import { setImmediate as nextTurn } from 'node:timers/promises';
import { type RedisProcess, startRedis, startTcpProxy, type TcpProxy, until } from '@quire/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { toBytes as bytes, toText as text } from '../testing/text-bytes.ts';
import type { BusStatus, ClusterBus } from './cluster-bus.ts';
import { createMemoryHub } from './memory-hub.ts';
import { parseRedisAddress } from './redis/redis-address.ts';
import { createRedisBus } from './redis/redis-bus.ts';

/** A place where buses of several nodes meet, and that can be taken away from them. */
interface Stage {
  bus(node: string): ClusterBus;
  cut(): void;
  heal(): void;
  close(): Promise<void>;
}

function setMemoryStage(): Stage {
  const hub = createMemoryHub(undefined, true);
  return {
    bus: (node) => hub.bus(node),
    cut: () => hub.cut(),
    heal: () => hub.heal(),
    close: async () => {},
  };
}

let redis: RedisProcess;
let stages = 0;

async function setRedisStage(): Promise<Stage> {
  const proxy: TcpProxy = await startTcpProxy(redis.port);
  stages += 1;
  const prefix = `stage-${stages}:`;
  const log = { info: () => {}, warn: () => {} };
  const address = parseRedisAddress(`redis://127.0.0.1:${proxy.port}`);
  return {
    bus: (node) => createRedisBus({ address, node, prefix, clock: systemClock, log }),
    cut: () => proxy.cut(),
    heal: () => proxy.heal(),
    close: () => proxy.close(),
  };
}

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis?.stop());

describe.each([
  ['in memory', setMemoryStage],
  ['on Redis', setRedisStage],
] as const)('a bus %s', (_, setStage) => {
  let stage: Stage;
  let open: ClusterBus[];
  beforeEach(async () => {
    stage = await setStage();
    open = [];
  });
  afterEach(async () => {
    await Promise.all(open.map((bus) => bus.close()));
    await stage.close();
  });

  async function connect(node: string): Promise<ClusterBus> {
    const bus = stage.bus(node);
    open.push(bus);
    bus.open();
    await until(() => bus.status.state === 'connected', { what: `${node} did not connect` });
    return bus;
  }

  /** What is read, as `node: record`. */
  function collect(bus: ClusterBus): string[] {
    const read: string[] = [];
    bus.onRecords(async (from, records) => {
      read.push(...records.map((record) => `${from}: ${text(record)}`));
    });
    return read;
  }

  const statesOf = (bus: ClusterBus): string[] => {
    const states: string[] = [];
    bus.onStatus((status: BusStatus) => states.push(status.state === 'away' ? status.error.code : status.state));
    return states;
  };

  it('[R11] what a node publishes reaches who follows it, once and in order, and nobody else', async () => {
    const [ada, ben, cleo] = [await connect('ada'), await connect('ben'), await connect('cleo')];
    const [ofBen, ofCleo] = [collect(ben), collect(cleo)];
    await ben.follow(['ada']);
    await cleo.follow(['ben']);
    const expected = Array.from({ length: 50 }, (_, number) => `ada: ${number}`);
    for (let number = 0; number < 50; number += 1) await ada.publish(bytes(String(number)));
    await ben.publish(bytes('end'));
    await until(() => ofBen.length >= 50 && ofCleo.length >= 1, { what: () => `${ofBen.length} records arrived` });
    expect(ofBen).toEqual(expected);
    expect(ofCleo).toEqual(['ben: end']);
  });

  it('[R11] records that are under way together arrive in the order in which they were given', async () => {
    const [ada, ben] = [await connect('ada'), await connect('ben')];
    const read = collect(ben);
    await ben.follow(['ada']);
    const records = Array.from({ length: 20 }, (_, number) => String(number).padEnd((number % 3) * 100_000, '.'));
    await Promise.all(records.map((record) => ada.publish(bytes(record))));
    await until(() => read.length >= records.length, { what: () => `${read.length} records arrived` });
    expect(read.every((record, number) => record === `ada: ${records[number]}`)).toBe(true);
    expect(read).toHaveLength(records.length);
  });

  it('[R11] of records that are under way together when it is cut off, the first ones are taken, and all that it says it took', async () => {
    const [ada, ben] = [await connect('ada'), await connect('ben')];
    const read = collect(ben);
    await ben.follow(['ada']);
    const numbers = Array.from({ length: 20 }, (_, number) => String(number));
    const publishing = numbers.map((number) => ada.publish(bytes(number.padEnd(100_000, '.'))));
    const settled = Promise.allSettled(publishing);
    await publishing[0];
    stage.cut();
    const taken = (await settled).filter(({ status }) => status === 'fulfilled').length;
    stage.heal();
    await until(() => ada.status.state === 'connected' && ben.status.state === 'connected', { what: 'not back' });
    await ada.publish(bytes('end'));
    await until(() => read.at(-1) === 'ada: end', { what: () => `${read.length} records arrived` });
    const arrived = read.slice(0, -1).map((record) => record.replace('ada: ', '').replaceAll('.', ''));
    expect(arrived).toEqual(numbers.slice(0, arrived.length));
    expect(arrived.length).toBeGreaterThanOrEqual(taken);
  });

  it('records arrive byte for byte, empty and large ones, whatever becomes of the buffer they were given in', async () => {
    const [ada, ben] = [await connect('ada'), await connect('ben')];
    const read: Uint8Array[] = [];
    ben.onRecords(async (_, records) => {
      read.push(...records);
    });
    await ben.follow(['ada']);
    const reused = new Uint8Array(256).map((_, index) => index);
    const publishing = ada.publish(reused);
    reused.fill(0);
    await publishing;
    await ada.publish(new Uint8Array());
    const large = new Uint8Array(1_000_000).map((_, index) => index % 251);
    await ada.publish(large);
    await until(() => read.length === 3, { what: 'the records did not arrive' });
    expect(read.map((record) => record.byteLength)).toEqual([256, 0, 1_000_000]);
    expect([...(read[0] ?? [])]).toEqual(Array.from({ length: 256 }, (_, index) => index));
    expect(Buffer.compare(read[2] ?? new Uint8Array(), large)).toBe(0);
  });

  it('[R12] following begins now: nothing that was published before is read, and everything after', async () => {
    const [ada, ben] = [await connect('ada'), await connect('ben')];
    const read = collect(ben);
    await ada.publish(bytes('before'));
    await ben.follow(['ada']);
    await ada.publish(bytes('after'));
    await until(() => read.length > 0, { what: 'nothing arrived' });
    expect(read).toEqual(['ada: after']);
  });

  it('what is past is read in pages, whole and in order, and no further than it was when it was asked for', async () => {
    const [ada, ben] = [await connect('ada'), await connect('ben')];
    for (let number = 0; number < 100; number += 1) await ada.publish(bytes(String(number)));
    const past: string[] = [];
    let pages = 0;
    for await (const records of ben.past('ada')) {
      pages += 1;
      past.push(...records.map(text));
      if (pages === 1) await ada.publish(bytes('later'));
    }
    expect(past).toEqual(Array.from({ length: 100 }, (_, number) => String(number)));
    expect(pages).toBeGreaterThan(1);
    for await (const records of ben.past('nobody')) expect(records).toEqual([]);
  });

  it('what is past can not be read while it is away', async () => {
    const ada = await connect('ada');
    stage.cut();
    await until(() => ada.status.state === 'away', { what: 'it was not noticed' });
    await expect(ada.past('ada')[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('who is followed on misses nothing when others are followed besides, or no more', async () => {
    const [ada, ben, cleo] = [await connect('ada'), await connect('ben'), await connect('cleo')];
    const read = collect(cleo);
    await cleo.follow(['ada']);
    const changing = cleo.follow(['ada', 'ben']);
    await ada.publish(bytes('1'));
    await changing;
    await ben.publish(bytes('2'));
    await until(() => read.length === 2, { what: 'both did not arrive' });
    expect([...read].sort()).toEqual(['ada: 1', 'ben: 2']);
    await cleo.follow(['ada']);
    await ben.publish(bytes('3'));
    await ada.publish(bytes('4'));
    await until(() => read.length === 3, { what: 'the last did not arrive' });
    expect(read[2]).toBe('ada: 4');
  });

  it('[G4] nothing further is read while what was read is at work', async () => {
    const [ada, ben] = [await connect('ada'), await connect('ben')];
    const calls: string[][] = [];
    const first = Promise.withResolvers<void>();
    ben.onRecords(async (_, records) => {
      calls.push(records.map(text));
      if (calls.length === 1) await first.promise;
    });
    await ben.follow(['ada']);
    await ada.publish(bytes('1'));
    await until(() => calls.length === 1, { what: 'the first did not arrive' });
    await ada.publish(bytes('2'));
    await ada.publish(bytes('3'));
    // A whole round of ours through the bus: what could have been read would have been.
    await ben.listen('round', () => {});
    await ada.tell('round', bytes('.'));
    expect(calls).toEqual([['1']]);
    first.resolve();
    await until(() => calls.flat().length === 3, { what: 'the others did not arrive' });
    expect(calls.flat()).toEqual(['1', '2', '3']);
  });

  it('of each node, what it said last stands, until it is erased', async () => {
    const [ada, ben] = [await connect('ada'), await connect('ben')];
    await ada.announce(bytes('old'));
    await ada.announce(bytes('new'));
    await ben.announce(bytes('here'));
    const said = async (): Promise<unknown> =>
      Object.fromEntries([...(await ben.announcements())].map(([k, v]) => [k, text(v)]));
    expect(await said()).toEqual({ ada: 'new', ben: 'here' });
    await ben.erase('ada');
    expect(await said()).toEqual({ ben: 'here' });
  });

  it('an erased node that publishes again is read again', async () => {
    const [ada, ben] = [await connect('ada'), await connect('ben')];
    const read = collect(ben);
    await ben.follow(['ada']);
    await ada.publish(bytes('1'));
    await until(() => read.length === 1, { what: 'the first did not arrive' });
    await ben.erase('ada');
    await ada.publish(bytes('2'));
    await until(() => read.length === 2, { what: 'the second did not arrive' });
    expect(read).toEqual(['ada: 1', 'ada: 2']);
  });

  it('what is told is heard by all who listen now, who tells it too, and by nobody who no longer does', async () => {
    const [ada, ben] = [await connect('ada'), await connect('ben')];
    const heard: string[] = [];
    const stopAda = await ada.listen('team/plan', (message) => heard.push(`ada ${text(message)}`));
    await ben.listen('team/plan', (message) => heard.push(`ben ${text(message)}`));
    await ben.listen('other', (message) => heard.push(`other ${text(message)}`));
    expect(await ada.tell('team/plan', bytes('1'))).toBe(2);
    await until(() => heard.length === 2, { what: 'both did not hear it' });
    expect([...heard].sort()).toEqual(['ada 1', 'ben 1']);
    stopAda();
    expect(await ada.tell('team/plan', bytes('2'))).toBe(1);
    expect(await ada.tell('nobody', bytes('3'))).toBe(0);
    await until(() => heard.length === 3, { what: 'the one who still listens did not hear it' });
    expect(heard[2]).toBe('ben 2');
  });

  it('two listeners of one channel both hear, and one goes on when the other stops', async () => {
    const ada = await connect('ada');
    const heard: string[] = [];
    const listener = (message: Uint8Array): number => heard.push(text(message));
    const stop = await ada.listen('plan', listener);
    await ada.listen('plan', listener);
    await ada.tell('plan', bytes('1'));
    await until(() => heard.length === 2, { what: 'not heard twice' });
    stop();
    stop();
    await ada.tell('plan', bytes('2'));
    await until(() => heard.length === 3, { what: 'not heard once more' });
    expect(heard).toEqual(['1', '1', '2']);
  });

  it('a channel is heard on while others come and go by the hundred', async () => {
    const [ada, ben] = [await connect('ada'), await connect('ben')];
    const heard: string[] = [];
    await ben.listen('plan', (message) => heard.push(text(message)));
    for (let round = 0; round < 200; round += 1) {
      const stop = await ben.listen(`room-${round % 7}`, () => {});
      if (round % 10 === 0) expect(await ada.tell('plan', bytes(String(round)))).toBe(1);
      stop();
    }
    await until(() => heard.length === 20, { what: () => `${heard.length} were heard` });
    expect(ben.status.state).toBe('connected');
  });

  it('[G5] away, it says so once, refuses at once, and goes on by itself where it was', async () => {
    const [ada, ben] = [await connect('ada'), await connect('ben')];
    const read = collect(ben);
    const heard: string[] = [];
    await ben.follow(['ada']);
    await ben.listen('plan', (message) => heard.push(text(message)));
    await ada.publish(bytes('1'));
    await until(() => read.length === 1, { what: 'the first did not arrive' });
    const states = statesOf(ada);

    stage.cut();
    await until(() => ada.status.state === 'away' && ben.status.state === 'away', { what: 'nobody noticed' });
    await expect(ada.publish(bytes('lost'))).rejects.toMatchObject({ name: 'BusError', code: 'unreachable' });
    await expect(ada.announce(bytes('lost'))).rejects.toMatchObject({ code: 'unreachable' });
    await expect(ada.announcements()).rejects.toMatchObject({ code: 'unreachable' });
    await expect(ada.follow(['ben'])).rejects.toMatchObject({ code: 'unreachable' });
    expect(await ada.tell('plan', bytes('lost'))).toBe(0);

    stage.heal();
    await until(() => ada.status.state === 'connected' && ben.status.state === 'connected', { what: 'not back' });
    expect(states).toEqual(['unreachable', 'connected']);
    await ada.publish(bytes('2'));
    expect(await ada.tell('plan', bytes('again'))).toBe(1);
    await until(() => read.length === 2 && heard.length === 1, { what: 'not heard again' });
    expect([read, heard]).toEqual([['ada: 1', 'ada: 2'], ['again']]);
  });

  it('[R11] what others published while a node could not be reached, it reads once it can', async () => {
    const [ada, ben] = [await connect('ada'), await connect('ben')];
    const read = collect(ben);
    await ben.follow(['ada']);
    // Before the follower has read it, the bus is taken away from both.
    await ada.publish(bytes('1'));
    stage.cut();
    await until(() => ben.status.state === 'away', { what: 'it was not noticed' });
    stage.heal();
    await until(() => read.length === 1, { what: 'it did not arrive' });
    expect(read).toEqual(['ada: 1']);
  });

  it.each([
    ['a channel', false],
    ['a channel that is listened to already', true],
  ])('who begins to listen to %s while it is away, listens from when it is back', async (_what, isKnown) => {
    const ada = await connect('ada');
    if (isKnown) await ada.listen('plan', () => {});
    stage.cut();
    await until(() => ada.status.state === 'away', { what: 'it was not noticed' });
    const heard: string[] = [];
    let isListening = false;
    const listening = ada
      .listen('plan', (message) => heard.push(text(message)))
      .then(() => {
        isListening = true;
      });
    await nextTurn();
    expect(isListening).toBe(false);
    stage.heal();
    await listening;
    expect(await ada.tell('plan', bytes('1'))).toBe(1);
    await until(() => heard.length === 1, { what: 'it was not heard' });
  });

  it('[G4] who stops listening while it is away does not wait for it, and hears nothing when it is back', async () => {
    const ada = await connect('ada');
    stage.cut();
    await until(() => ada.status.state === 'away', { what: 'it was not noticed' });
    const leaving = new AbortController();
    const listening = ada.listen('plan', () => expect.fail('it still listens'), leaving.signal);
    leaving.abort();
    await listening;
    stage.heal();
    await until(() => ada.status.state === 'connected', { what: 'it did not come back' });
    expect(await ada.tell('plan', bytes('1'))).toBe(0);
  });

  it('it does nothing before it is opened, and connects then', async () => {
    const bus = stage.bus('ada');
    open.push(bus);
    const states = statesOf(bus);
    expect(bus.status).toEqual({ state: 'connecting' });
    await expect(bus.publish(bytes('1'))).rejects.toMatchObject({ code: 'unreachable' });
    bus.open();
    bus.open();
    await until(() => bus.status.state === 'connected', { what: 'it did not connect' });
    expect(states).toEqual(['connected']);
  });

  it('closed, it refuses everything, and nobody waits for it', async () => {
    const bus = await connect('ada');
    const states = statesOf(bus);
    stage.cut();
    await until(() => bus.status.state === 'away', { what: 'it was not noticed' });
    const listening = bus.listen('plan', () => {});
    await bus.close();
    await bus.close();
    await listening;
    expect(states).toEqual(['unreachable', 'closed']);
    await expect(bus.publish(bytes('1'))).rejects.toMatchObject({ code: 'closed' });
    await expect(bus.announcements()).rejects.toMatchObject({ code: 'closed' });
    expect(await bus.tell('plan', bytes('1'))).toBe(0);
  });
});
