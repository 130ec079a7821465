import { MemoryStore } from '@quire/persistence';
import { startRedis, until } from '@quire/testing';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from './clock.ts';
import { type Announcement, encodeAnnouncement } from './cluster/announcement.ts';
import { parseRedisAddress } from './cluster/redis/redis-address.ts';
import { createRedisBus } from './cluster/redis/redis-bus.ts';
import { createServer } from './main.ts';
import { announcementOf } from './testing/announcements.ts';
import { countConnections, openBlackHole } from './testing/black-hole.ts';
import { PEER_SECRET } from './testing/peer-node.ts';

const NODE = '00000000000000a1';

/** What a node says of itself that has one entry and can be asked at this address. */
function describeNode(address: string): Announcement {
  return announcementOf({
    node: NODE,
    incarnation: NODE,
    address,
    roll: { members: new Set([NODE]), forgotten: new Set() },
    holdings: new Map([[NODE, [{ first: 1, last: 1 }]]]),
  });
}

it('[R12] a program that gives up a server which waits for a node that nobody reaches is not held open by it', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const hole = await openBlackHole();
  onTestFinished(() => hole.close());
  const peer = createRedisBus({
    address: parseRedisAddress(redis.url),
    node: NODE,
    prefix: 'quire:',
    clock: systemClock,
    log: pino({ level: 'silent' }),
  });
  onTestFinished(() => peer.close());
  const isThere = Promise.withResolvers<void>();
  peer.onStatus(({ state }) => state === 'connected' && isThere.resolve());
  peer.open();
  await isThere.promise;
  await peer.announce(encodeAnnouncement(describeNode(hole.address)));

  const before = countConnections();
  const waiting = new AbortController();
  const logged: string[] = [];
  const starting = createServer(
    { port: 0, redis: redis.url, cluster: { nodes: 2, secret: PEER_SECRET } },
    {
      store: new MemoryStore(),
      logger: pino({ level: 'info' }, { write: (line: string) => void logged.push(line) }),
      signal: waiting.signal,
    },
  );
  const failing = expect(starting).rejects.toThrow('given up');
  await until(() => logged.some((line) => line.includes('A node does not answer')), {
    what: () => `the node was not asked: ${logged.join('')}`,
  });
  waiting.abort(new Error('given up'));
  await failing;
  await until(() => countConnections() <= before, {
    what: () => `${countConnections() - before} connections are left`,
    timeoutMs: 3_000,
  });
}, 60_000);
