import { type AddressInfo, connect as connectTo, createServer, type Socket } from 'node:net';
import { type Client, connect, type ReceivedEvent, type Room } from '@quire/client';
import { type RedisProcess, type ServerProcess, startRedis, startServer, until } from '@quire/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';

const NODES = 2;

interface Said {
  readonly chat: string;
}

let redis: RedisProcess;
let nodes: readonly ServerProcess[];
let clients: Client[];
let ends: (() => void)[];

beforeEach(async () => {
  clients = [];
  ends = [];
  redis = await startRedis();
  const env = {
    QUIRE_REDIS: redis.url,
    QUIRE_CLUSTER_SECRET: 'a secret of the nodes that is long enough',
    QUIRE_CLUSTER_NODES: String(NODES),
    QUIRE_APP: 'false',
  };
  // Neither is ready before they have met.
  nodes = await Promise.all(Array.from({ length: NODES }, () => startServer({ ownProcess: true, env })));
});
afterEach(async () => {
  for (const client of clients) client.close();
  for (const end of ends) end();
  for (const node of nodes) await node.stop();
  await redis.stop();
});

interface Listener {
  readonly client: Client;
  readonly room: Room<Said>;
  readonly heard: ReceivedEvent<'chat', string>[];
  readonly gaps: string[];
}

async function enter(node: ServerProcess | undefined, url = node?.wsUrl ?? '', document = 'plan'): Promise<Listener> {
  const client = connect({ url: `${url}/collab` });
  clients.push(client);
  const room = client.open<Said>(document);
  const heard: Listener['heard'] = [];
  const gaps: string[] = [];
  room.events.on('chat', (event) => heard.push(event));
  room.events.onGap((gap) => gaps.push(gap));
  await Promise.all([room.whenSaved(), room.events.whenListening()]);
  return { client, room, heard, gaps };
}

const textsOf = ({ heard }: Listener): string => heard.map(({ data }) => data).join();

/** Until the nodes of these two know of each other. */
async function meet(one: Listener, other: Listener): Promise<void> {
  const counts = () => [one, other].map(({ room }) => room.presence.people.get().length);
  await until(() => counts().every((count) => count >= 2), { what: () => `they see ${counts().join(' and ')} people` });
}

async function sayFromBackend(node: ServerProcess | undefined, text: string): Promise<void> {
  const answer = await fetch(`${node?.url}/v1/documents/plan/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'chat', data: text }),
  });
  expect(answer.status).toBe(202);
}

it('[G2] what somebody says is heard on every node, once, in the order in which they said it', async () => {
  const [ada, ben] = [await enter(nodes[0]), await enter(nodes[1])];
  await meet(ada, ben);
  for (let count = 1; count <= 20; count += 1) void ada.room.events.send('chat', `a${count}`);
  await ben.room.events.send('chat', 'from Ben');
  await until(() => ben.heard.length === 21 && ada.heard.length === 21, { what: 'all of it is heard' });
  const ofAda = Array.from({ length: 20 }, (_, index) => `a${index + 1}`).join();
  for (const { heard } of [ada, ben]) {
    expect(heard.flatMap(({ data }) => (data.startsWith('a') ? data : [])).join()).toBe(ofAda);
    expect(new Set(heard.map(({ id }) => id)).size).toBe(21);
  }
  const [fromAda] = ben.heard.filter(({ data }) => data === 'a1');
  const { people } = ben.room.presence;
  expect(people.get().find(({ clientId }) => clientId === fromAda?.from.clientId)?.isMe).toBe(false);
});

it('a backend reaches everybody through any node, be the document open there or not', async () => {
  const ada = await enter(nodes[0]);
  for (const [index, node] of nodes.entries()) await sayFromBackend(node, `from node ${index}`);
  await until(() => ada.heard.length === NODES, { what: () => `only ${textsOf(ada)} is heard` });
  expect(textsOf(ada).split(',').toSorted()).toEqual(['from node 0', 'from node 1']);
});

it('[R11] whoever may have missed something while Redis was away is told, and only they', async () => {
  const [ada, ben, eve] = [await enter(nodes[0]), await enter(nodes[1]), await enter(nodes[0])];
  await meet(ada, ben);
  await redis.kill();
  await ada.room.events.send('chat', 'not heard elsewhere');
  await until(() => textsOf(eve) === 'not heard elsewhere', { what: 'it is heard on its own node' });
  await redis.restart();
  await until(() => ben.gaps.length > 0, { what: 'Ben is told', timeoutMs: 30_000 });
  await ada.room.events.send('chat', 'again');
  await until(() => textsOf(ben) === 'again', { what: () => `Ben has heard ${textsOf(ben)}` });
  expect([ada.gaps, ben.gaps, eve.gaps]).toEqual([[], ['lost'], []]);
});

it('[R11] who stays is told of what a backend gave meanwhile to a node on which nobody is, and elsewhere nobody is told', async () => {
  const [ada, eve] = [await enter(nodes[0]), await enter(nodes[1], undefined, 'other')];
  await redis.kill();
  await sayFromBackend(nodes[1], 'not heard');
  await redis.restart();
  await until(() => ada.gaps.length > 0, { what: 'Ada is told', timeoutMs: 30_000 });
  await sayFromBackend(nodes[1], 'again');
  await until(() => textsOf(ada) === 'again', { what: () => `Ada has heard ${textsOf(ada)}` });
  expect([ada.gaps, eve.gaps]).toEqual([['lost'], []]);
});

it('[G3] who stays is told that nobody knows what a node took that died while Redis was away', async () => {
  const ada = await enter(nodes[0]);
  await redis.kill();
  await sayFromBackend(nodes[1], 'not heard');
  await nodes[1]?.kill();
  await redis.restart();
  await until(() => ada.gaps.length > 0, { what: 'Ada is told', timeoutMs: 30_000 });
  expect(ada.gaps).toEqual(['unknown']);
});

it('whose node was killed hears on another what was said meanwhile, once', async () => {
  const [first, second] = nodes;
  const ben = await enter(second);
  const openedAt = performance.now();
  const balancer = await startBalancer(first?.port ?? 0);
  const ada = await enter(first, balancer.url);
  await meet(ada, ben);
  // Two lines may differ by a second: a node that had listened for less before Ada last heard anything could not be sure.
  await until(() => performance.now() - openedAt > 2_000, { what: 'Ben is there for a while' });
  await ben.room.events.send('chat', 'before');
  await until(() => textsOf(ada) === 'before', { what: 'Ada hears it' });
  balancer.leadTo(0);
  await first?.kill();
  for (const text of ['one', 'two']) await ben.room.events.send('chat', text);
  balancer.leadTo(second?.port ?? 0);
  await until(() => textsOf(ada) === 'before,one,two', { what: () => `Ada has heard ${textsOf(ada)}` });
  await ada.room.events.send('chat', 'thank you');
  await until(() => textsOf(ben) === 'before,one,two,thank you', { what: () => `Ben has heard ${textsOf(ben)}` });
  expect([ada.gaps, ben.gaps]).toEqual([[], []]);
});

/** Leads whoever comes to one node or another, or to none. */
async function startBalancer(port: number): Promise<{ readonly url: string; leadTo(port: number): void }> {
  let target = port;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    if (target === 0) {
      near.resetAndDestroy();
      return;
    }
    const far = connectTo(target, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => {}); // followed by `close`
      from.once('close', () => to.destroy());
      from.pipe(to);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    leadTo(next) {
      target = next;
    },
  };
}
