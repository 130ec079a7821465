import type { TcpProxy } from '@quire/testing';
import { until } from '@quire/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BusNode, reaches, setRedisStage } from '../../testing/redis-stage.ts';
import { toBytes, toText } from '../../testing/text-bytes.ts';

const stage = setRedisStage();
const { openNode, startProxy, startServer } = stage;
afterEach(() => stage.end());

const MIB = 1024 * 1024;
const DEADLINE_MS = 300;

/** Records of half a MiB, each of them another. */
const createBacklog = (count: number): string[] =>
  Array.from({ length: count }, (_, number) => String.fromCharCode(97 + number).repeat(MIB / 2));

function hasRead(node: BusNode, count: number): Promise<unknown> {
  return until(() => node.read.length === count, {
    what: () => `${node.read.length} records arrived; it was ${node.states.join(', ')}: ${node.warnings.join('; ')}`,
  });
}

describe('a bus on a line that is narrow and never silent', () => {
  let proxy: TcpProxy;
  let ada: BusNode;
  let ben: BusNode;
  beforeEach(async () => {
    const redis = await startServer();
    proxy = await startProxy(redis.port);
    ada = openNode('ada', redis.url);
    ben = openNode('ben', `redis://127.0.0.1:${proxy.port}`, { commandTimeoutMs: DEADLINE_MS });
    await Promise.all([reaches(ada, 'connected'), reaches(ben, 'connected')]);
  });

  it('[G5] on a narrow line, publishes a record that is under way for many deadlines, and says and tells something meanwhile', async () => {
    await ada.bus.follow(['ben']);
    await ada.bus.listen('plan', () => {});
    proxy.narrow(MIB / 2, 'there');
    const record = 'x'.repeat(MIB);
    let isPublished = false;
    const publishing = ben.bus.publish(toBytes(record)).then(() => {
      isPublished = true;
    });
    await ben.bus.announce(toBytes('here'));
    expect(await ben.bus.tell('plan', toBytes('!'))).toBe(1);
    expect(isPublished).toBe(false);
    await publishing;
    await hasRead(ada, 1);
    expect(ada.read[0] === record).toBe(true);
    expect(ben.states).toEqual(['connected']);
  });

  it('[G5] on a narrow line, is away as soon as nothing gets through any more, though a record was under way', async () => {
    proxy.narrow(MIB / 2, 'there');
    const publishing = ben.bus.publish(new Uint8Array(4 * MIB)).catch((error: unknown) => error);
    // By then the record is under way.
    await ben.bus.announce(toBytes('here'));
    proxy.freeze();
    await reaches(ben, 'unreachable');
    expect(await publishing).toMatchObject({ code: 'unreachable' });
  });

  it('[G5] on a narrow line, reads what was published while it was away, however many deadlines that takes', async () => {
    await ben.bus.follow(['ada']);
    proxy.cut();
    await reaches(ben, 'unreachable');
    const backlog = createBacklog(12);
    for (const record of backlog) await ada.bus.publish(toBytes(record));
    proxy.heal();
    proxy.narrow(2 * MIB);
    await hasRead(ben, backlog.length);
    expect(ben.read.every((record, number) => record === backlog[number])).toBe(true);
    expect(ben.states).toEqual(['connected', 'unreachable', 'connected']);
  });

  it('[G5] on a narrow line, reads what is past, however many deadlines that takes', async () => {
    const backlog = createBacklog(12);
    for (const record of backlog) await ada.bus.publish(toBytes(record));
    proxy.narrow(2 * MIB);
    const past: string[] = [];
    for await (const records of ben.bus.past('ada')) past.push(...records.map(toText));
    expect(past.length).toBe(backlog.length);
    expect(past.every((record, number) => record === backlog[number])).toBe(true);
    expect(ben.states).toEqual(['connected']);
  });
});
