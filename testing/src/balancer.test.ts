import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Balance, type HaproxyProcess, startBalancer } from './haproxy-process.ts';
import { askAsIs } from './testing/ask-as-is.ts';
import { openStand, type Stand } from './testing/stand.ts';
import { until } from './until.ts';

let stands: Stand[];
let balancer: HaproxyProcess;

async function open(balance: Balance): Promise<void> {
  stands = await Promise.all(['one', 'two', 'three'].map(openStand));
  balancer = await startBalancer(
    stands.map(({ address }) => address),
    balance,
  );
}

async function close(): Promise<void> {
  await balancer.stop();
  for (const stand of stands) await stand.close();
}

const get = async (path: string, init: RequestInit = {}): Promise<string> => {
  const answer = await fetch(`${balancer.url}${path}`, { ...init, headers: { connection: 'close' } });
  return answer.ok ? answer.text() : String(answer.status);
};

/** Who answers a WebSocket, and the socket. */
async function connect(path: string): Promise<{ readonly node: string; readonly socket: WebSocket }> {
  const socket = new WebSocket(`${balancer.wsUrl}${path}`);
  const [message] = (await once(socket, 'message')) as [Buffer];
  return { node: message.toString(), socket };
}

async function nodeOf(path: string): Promise<string> {
  const { node, socket } = await connect(path);
  socket.terminate();
  return node;
}

const names = Array.from({ length: 60 }, (_, number) => `team/document ${number}`);
const stateOf = (name: string): string => `/v1/documents/${encodeURIComponent(name)}/state`;
const homesOf = async (): Promise<Map<string, string>> =>
  new Map(await Promise.all(names.map(async (name) => [name, await get(stateOf(name))] as const)));

describe('the balancer of deploy/', () => {
  beforeAll(() => open('document'));
  afterAll(close);

  it.each(['plan', 'team/plan', 'ä ö/ü', 'a+b & c=d', '100 %', "it's (new)!", 'team/a/b/c/d'])(
    'brings %j to one node, in whatever spelling and for whatever purpose',
    async (name) => {
      const encoded = encodeURIComponent(name);
      const form = new URLSearchParams({ document: name }).toString();
      const sockets = [
        `/collab?document=${encoded}`,
        `/collab?token=x&${form}`,
        `/yjs/${encoded}`,
        `/yjs/${encodeURI(name)}?token=x`,
      ];
      const requests = [
        `/v1/documents/${encoded}/state`,
        `/v1/documents/${encoded}/threads?after=1`,
        `/collab/http?document=${encoded}`,
        `/collab/http/aGVsbG8?document=${encoded}&after=3`,
      ];
      const nodes = await Promise.all([...sockets.map(nodeOf), ...requests.map((path) => get(path))]);
      expect(new Set(nodes).size).toBe(1);
      expect(['one', 'two', 'three']).toContain(nodes[0]);
    },
  );

  it('spreads documents over all nodes, and what has none', async () => {
    expect(new Set((await homesOf()).values()).size).toBe(3);
    expect(new Set(await Promise.all(names.map(() => get('/')))).size).toBe(3);
  });

  it('tells nodes where somebody comes from', async () => {
    await get('/v1/documents');
    expect(stands.flatMap(({ asked }) => asked)).toContain('GET /v1/documents for 127.0.0.1');
  });

  it.each([
    '/metrics',
    '/metrics?x',
    '/%6detrics',
    '/cluster/v1/status',
    '/cluster/v1/entries',
    '/cluster',
    '/%63luster/v1/status',
  ])('[G6] lets nobody in from outside to %s', async (path) => {
    expect(await get(path)).toBe('404');
    expect(stands.flatMap(({ asked }) => asked).filter((line) => line.includes(path))).toEqual([]);
  });

  it.each([
    '/./metrics',
    '/x/../metrics',
    '/x/%2e%2E/cluster/v1/status',
    '/%2e/cluster/v1/status',
    '/cluster/../metrics',
    '/yjs/../%63luster/v1/status',
    '/..',
    '/x/..?y',
  ])('[G6] lets nobody in by %s, which nodes take for another path than it looks', async (path) => {
    expect(await askAsIs(balancer.url, path)).toBe(400);
    expect(stands.flatMap(({ asked }) => asked).filter((line) => line.includes(path))).toEqual([]);
  });

  it.each(['/yjs/.plan', '/yjs/plan..', '/yjs/a%2F..%2Fb', '/v1/documents/...', '/?next=/../x'])(
    'lets %s through, where dots mean nothing but themselves',
    async (path) => {
      expect(await askAsIs(balancer.url, path)).toBe(200);
      expect(stands.flatMap(({ asked }) => asked)).toContain(`GET ${path} for 127.0.0.1`);
    },
  );

  it('keeps names and tokens out of its log', async () => {
    await get(`${stateOf('secret plan')}?token=abc`);
    await nodeOf('/collab?document=secret&token=abc');
    await until(() => balancer.log.includes(' GET\n'), { what: 'requests are logged' });
    expect(balancer.log).not.toMatch(/secret|abc/);
  });
});

describe('a node of which the balancer hears', () => {
  beforeEach(() => open('document'));
  afterEach(close);

  it('that it takes no edits gets nobody new and keeps those whom it has; only its documents move, and they return', async () => {
    const homes = await homesOf();
    const [going] = stands;
    if (going === undefined) throw new Error('three nodes expected');
    const name = names.find((one) => homes.get(one) === 'one') ?? '';
    const { socket } = await connect(`/yjs/${encodeURIComponent(name)}`);
    going.status = 503;
    // The first already that it does not let in.
    expect(await nodeOf(`/yjs/${encodeURIComponent(name)}`)).not.toBe('one');
    const before = going.checks;
    await until(() => going.checks >= before + 4, { what: 'it is asked whether it takes edits' });
    const asked = going.asked.length;
    const moved = await homesOf();
    expect(going.asked.length).toBe(asked);
    for (const [one, home] of homes) {
      if (home === 'one') expect(moved.get(one)).not.toBe('one');
      else expect(moved.get(one)).toBe(home);
    }
    expect(socket.readyState).toBe(WebSocket.OPEN);
    socket.terminate();
    going.status = 200;
    const low = going.checks;
    await until(() => going.checks >= low + 3, { what: 'it is asked again' });
    expect(await homesOf()).toEqual(homes);
  });

  it('nothing is passed over at once, and a request that changes something is sent to one node only', async () => {
    const homes = await homesOf();
    const name = names.find((one) => homes.get(one) === 'two') ?? '';
    const [, dead] = stands;
    if (dead === undefined) throw new Error('three nodes expected');
    dead.status = 503;
    const post = `/v1/documents/${encodeURIComponent(name)}/links`;
    const sentTo = (): number => stands.flatMap(({ asked }) => asked).filter((line) => line.startsWith('POST')).length;
    // Unless it has been found out by then; in any case one node hears of it.
    await get(post, { method: 'POST' });
    expect(sentTo()).toBe(1);
    await dead.close();
    expect(await get(stateOf(name))).toMatch(/^(one|three)$/);
    expect(await get(post, { method: 'POST' })).toMatch(/^(one|three)$/);
    await dead.listen();
  });
});

describe('the balancer of deploy/, told to ask each in turn', () => {
  beforeAll(() => open('roundrobin'));
  afterAll(close);

  it('does so, whatever the document', async () => {
    const nodes: string[] = [];
    for (let turn = 0; turn < 6; turn += 1) nodes.push(await nodeOf('/collab?document=plan'));
    expect([...nodes].sort()).toEqual(['one', 'one', 'three', 'three', 'two', 'two']);
  });
});
