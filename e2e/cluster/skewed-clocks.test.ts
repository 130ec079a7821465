import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Client, connect, type ReceivedEvent } from '@quire/client';
import {
  eventually,
  type HocuspocusPerson,
  joinWithHocuspocus,
  joinWithYWebsocket,
  type ServerCluster,
  signToken,
  startCluster,
  until,
} from '@quire/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readGauge } from './read-gauge.ts';
import { harmRedisLinks } from './redis-links.ts';
import { connectAll, createWriters, expectKept, typeUntil } from './writers.ts';

const PRELOAD = pathToFileURL(join(import.meta.dirname, 'shift-clock.ts'));
const HOUR_MS = 3_600_000;
/** By node: far ahead, right, and far behind. */
const SHIFTS = [3 * HOUR_MS, 0, -5 * HOUR_MS] as const;
const ALL = [0, 1, 2] as const;
const MINUTE_MS = 60_000;

function clockOf(node: number): Record<string, string> {
  return { NODE_OPTIONS: `--import=${PRELOAD}`, SHIFT_CLOCK_MS: String(SHIFTS[node] ?? 0) };
}

/** How far off a time is that a node has told, in minutes. */
function minutesOff(time: string): number {
  // Without the zero that is less than none.
  return Math.round((Date.parse(time) - Date.now()) / MINUTE_MS) + 0;
}

const leaving: (() => void)[] = [];
afterEach(() => {
  for (const leave of leaving.splice(0)) leave();
});

describe('three nodes, one of them hours ahead and one hours behind', () => {
  let cluster: ServerCluster;
  beforeAll(async () => {
    cluster = await startCluster({ settingsOf: clockOf, balance: 'document' });
    // Beforehand: right after Redis was away a node does not yet know that a name is new (R13).
    await create(1, 'kept');
    for (const { url } of cluster.nodes) {
      await eventually(async () => (await fetch(`${url}/v1/documents/kept`)).ok, { what: 'it is known everywhere' });
    }
  }, 60_000);
  afterAll(() => cluster.close(), 60_000);

  async function create(node: number, name: string): Promise<string> {
    const answer = await fetch(`${cluster.node(node).url}/v1/documents`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name }),
    });
    expect(answer.status).toBe(201);
    return ((await answer.json()) as { readonly created: string }).created;
  }

  it('tell times that are as far off as they are meant to be', async () => {
    const created = await Promise.all(ALL.map((node) => create(node, `made-by-${node}`)));
    expect(created.map(minutesOff)).toEqual(SHIFTS.map((shift) => shift / MINUTE_MS));
  });

  it('say how far they are off Redis, whose clock is right', async () => {
    const hoursOff = async (node: number): Promise<number> =>
      Math.round((await readGauge(cluster.node(node).url, 'quire_cluster_clock_skew_seconds')) / 3_600);
    // As text: rounded, a little less than none is -0.
    expect((await Promise.all(ALL.map(hoursOff))).join()).toBe('3,0,-5');
  });

  it('[G1] [G2] give receipts for what all of them keep, also after a kill, a restart and with Redis away', async () => {
    const urls = cluster.nodes.map(({ wsUrl }) => wsUrl);
    const writers = createWriters([...urls, ...urls], 'busy', 1);
    await connectAll(writers);
    await typeUntil(writers, 50);
    for (const writer of writers) writer.leave();
    await cluster.node(0).kill();
    await cluster.node(2).restart();
    await cluster.node(0).start();
    await cluster.ready();
    const heal = harmRedisLinks(cluster, (link) => link.cut());
    const more = createWriters(urls, 'busy', 2);
    await connectAll(more);
    await typeUntil(more, 20);
    for (const writer of more) writer.leave();
    heal();
    await expectKept(cluster, 'busy', [...writers, ...more]);
  }, 120_000);

  it('[R12] know who is there, lack nothing, and take nobody for silent', async () => {
    const standing = (node: number) =>
      Promise.all(
        ['ready', 'catching-up', 'silent'].map((state) =>
          readGauge(cluster.node(node).url, `quire_cluster_nodes{state="${state}"}`),
        ),
      );
    for (const node of ALL) {
      await expect.poll(() => standing(node)).toEqual([3, 0, 0]);
      const { url } = cluster.node(node);
      await expect.poll(() => readGauge(url, 'quire_cluster_missing_entries')).toBe(0);
    }
  });

  it('keep what lies in Redis for as long as ever, though by one of them it is hours old', async () => {
    const urls = cluster.nodes.map(({ wsUrl }) => wsUrl);
    const writers = createWriters(urls, 'kept', 3);
    await connectAll(writers);
    await typeUntil(writers, 10);
    for (const writer of writers) writer.leave();
    const lengths = async (): Promise<readonly number[]> => {
      const keys = (await cluster.redis.command('KEYS', 'quire:{q}:s:*')) as readonly string[];
      return Promise.all(keys.toSorted().map(async (key) => Number(await cluster.redis.command('XLEN', key))));
    };
    const before = await lengths();
    const trimmed = async (): Promise<number> => {
      const stats = String(await cluster.redis.command('INFO', 'commandstats'));
      return Number(/cmdstat_xtrim:calls=(\d+)/.exec(stats)?.[1] ?? 0);
    };
    const trimmings = await trimmed();
    // Each of them has looked at least once since.
    await eventually(async () => (await trimmed()) > trimmings + 2 * ALL.length, {
      what: 'streams are looked through',
      timeoutMs: 60_000,
    });
    for (const [index, length] of (await lengths()).entries())
      expect(length).toBeGreaterThanOrEqual(before[index] ?? 0);
  }, 90_000);

  it('[G7] [R10] show everybody who is there, and nobody who has gone', async () => {
    const people = ALL.flatMap((node) => [
      joinWithHocuspocus(cluster.node(node).wsUrl, 'seen'),
      joinWithYWebsocket(cluster.node(node).wsUrl, 'seen'),
    ]);
    leaving.push(...people.map((person) => () => person.leave()));
    const counts = () => people.map(({ provider }) => provider.awareness?.getStates().size ?? 0);
    await until(() => counts().every((count) => count === people.length), { what: () => `they see ${counts()}` });
    const [ada, ben] = people.splice(0, 2);
    ada?.leave();
    ben?.leave();
    await until(() => counts().every((count) => count === people.length), {
      what: () => `they still see ${counts()}`,
      timeoutMs: 10_000,
    });
    await cluster.node(2).kill();
    const left = people.splice(0, 2);
    await until(() => left.every(({ provider }) => provider.awareness?.getStates().size === left.length), {
      what: () => `they see ${left.map(({ provider }) => provider.awareness?.getStates().size)} after a node died`,
      timeoutMs: 10_000,
    });
    for (const person of people) person.leave();
    await cluster.node(2).start();
    await cluster.ready();
  }, 60_000);

  /** What a node would say to somebody who has heard all of another one until now, and comes: null where it knows all since. */
  function gapFor({ provider }: HocuspocusPerson): Promise<string | null> {
    return new Promise((resolve) => {
      const hear = ({ payload }: { readonly payload: string }): void => {
        const { type, gap } = JSON.parse(payload) as { readonly type: string; readonly gap: string | null };
        if (type !== 'quire.event.listening') return;
        provider.off('stateless', hear);
        resolve(gap);
      };
      provider.on('stateless', hear);
      const after = { log: 'of another node', heads: [], awayMs: 0 };
      provider.sendStateless(JSON.stringify({ type: 'quire.event.listen', after }));
    });
  }

  it('[R11] replay on another node, once, the events that somebody missed whose node was killed', async () => {
    const heard: ReceivedEvent<'chat', string>[] = [];
    const gaps: string[] = [];
    const clients: Client[] = [];
    leaving.push(() => {
      for (const client of clients) client.close();
    });
    const enter = async (wsUrl: string) => {
      const client = connect({ url: `${wsUrl}/collab`, offline: false });
      clients.push(client);
      const room = client.open<{ readonly chat: string }>('told');
      await Promise.all([room.whenSaved(), room.events.whenListening()]);
      return room;
    };
    const ada = await enter(cluster.balancer.wsUrl);
    ada.events.on('chat', (event) => heard.push(event));
    ada.events.onGap((gap) => gaps.push(gap));
    const connections = (): Promise<readonly number[]> =>
      Promise.all(cluster.nodes.map(({ url }) => readGauge(url, 'quire_document_connections{dialect="hocuspocus"}')));
    await expect.poll(async () => (await connections()).toSorted()).toEqual([0, 0, 1]);
    const hers = (await connections()).indexOf(1);
    const others = ALL.filter((node) => node !== hers);
    const [ben, cleo] = await Promise.all(others.map((node) => enter(cluster.node(node).wsUrl)));
    await until(() => [ada, ben, cleo].every((room) => room?.presence.people.get().length === 3), {
      what: 'all see all',
    });
    // Two lines may differ: a node that had listened for too short a time before she last heard anything could not be sure.
    for (const node of others) {
      const asking = joinWithHocuspocus(cluster.node(node).wsUrl, 'told');
      leaving.push(() => asking.leave());
      await until(() => asking.provider.synced, { what: 'somebody is there who asks' });
      await expect.poll(() => gapFor(asking), { interval: 100 }).toBeNull();
      asking.leave();
    }
    await ben?.events.send('chat', 'before');
    const texts = (): string => heard.map(({ data }) => data).join();
    await until(() => texts() === 'before', { what: 'Ada hears it' });
    const { admissions } = ada.status.get();
    await cluster.node(hers).kill();
    for (const text of ['one', 'two']) await ben?.events.send('chat', text);
    await until(() => texts() === 'before,one,two', { what: () => `Ada has heard ${texts()}`, timeoutMs: 30_000 });
    await cleo?.events.send('chat', 'three');
    await until(() => texts() === 'before,one,two,three', { what: () => `Ada has heard ${texts()}` });
    expect(gaps).toEqual([]);
    expect(ada.status.get().admissions, 'she was let in anew').toBeGreaterThan(admissions);
    await cluster.node(hers).start();
    await cluster.ready();
  }, 90_000);
});

describe('tokens, on nodes whose clocks differ', () => {
  const SECRET = 'a secret of the tests that is long enough';
  let cluster: ServerCluster;
  beforeAll(async () => {
    const settings = { QUIRE_JWT_SECRETS: SECRET };
    cluster = await startCluster({ settings, settingsOf: clockOf });
  }, 60_000);
  afterAll(() => cluster.close(), 60_000);

  async function fares(node: number, token: string): Promise<string> {
    const person = joinWithHocuspocus(cluster.node(node).wsUrl, 'plan', { token });
    leaving.push(() => person.leave());
    return new Promise((resolve) => {
      person.provider.on('authenticationFailed', ({ reason }: { readonly reason: string }) => resolve(reason));
      person.provider.on('authenticated', () => resolve('let in'));
    });
  }

  it('[G6] end by the clock of the node that is asked, and one that was revoked by its id is refused by all', async () => {
    const inAnHour = signToken(SECRET, 'editor', { id: 'one' });
    const anHourAgo = signToken(SECRET, 'editor', { expiresInSeconds: -HOUR_MS / 1000 });
    const each = (token: string) => Promise.all(ALL.map((node) => fares(node, token)));
    expect(await each(inAnHour)).toEqual(['unauthorized', 'let in', 'let in']);
    expect(await each(anHourAgo)).toEqual(['unauthorized', 'unauthorized', 'let in']);
    const forDays = { expiresInSeconds: 48 * 3_600 };
    const backend = signToken(SECRET, 'owner', { ...forDays, user: 'backend' });
    const revoked = signToken(SECRET, 'editor', { ...forDays, user: 'ada', id: 'lost' });
    const answer = await fetch(`${cluster.node(2).url}/v1/revocations`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${backend}` },
      body: JSON.stringify({ token: 'lost' }),
    });
    expect(answer.status).toBe(201);
    for (const node of ALL) {
      await eventually(async () => (await fares(node, revoked)) === 'access-revoked', {
        what: `node ${node} refuses it`,
      });
      expect(await fares(node, backend)).toBe('let in');
    }
  }, 60_000);
});
