import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Client, ReceivedEvent, Room } from './api.ts';
import { connect } from './connect.ts';
import { type BlockingProxy, startBlockingProxy } from './testing/blocking-proxy.ts';
import { type RunningServer, serve } from './testing/serve.ts';
import { until, untilState, untilTrue } from './testing/until.ts';
import type { Transport } from './transport-choice.ts';

const SECRET = 'a secret of the tests that is long enough';
const SETTINGS = { QUIRE_JWT_SECRETS: SECRET, QUIRE_EVENTS_REPLAY_EVENTS: '3' };

let data: string;
let server: RunningServer;
let rooms = 0;
/** Each test has a room of its own, on one server. */
let roomName: string;
let proxy: BlockingProxy;
let clients: Client[];
let transport: Transport;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'quire-sdk-events-'));
  server = await serve(0, data, SETTINGS);
});

afterAll(async () => {
  await server.kill();
  await rm(data, { recursive: true, force: true });
});

beforeEach(async () => {
  clients = [];
  rooms += 1;
  roomName = `team/plan-${rooms}`;
  proxy = await startBlockingProxy(() => server.port);
  proxy.websockets = 'pass';
});

afterEach(async () => {
  for (const client of clients) client.close();
  await proxy.close();
});

interface Said {
  readonly chat: string;
}

/** Somebody in the room, and what they hear there. */
interface Listener {
  readonly room: Room<Said>;
  readonly heard: ReceivedEvent<'chat', string>[];
  readonly texts: () => string[];
  readonly gaps: string[];
}

describe.each(['websocket', 'http'] as const)('events of a real server, over %s', (chosen) => {
  beforeEach(() => {
    transport = chosen;
  });

  it('[G6] are heard by everybody in the room, once, in order, with who sent them', async () => {
    const [ada, ben] = [await enter('ada'), await enter('ben', 'commenter')];
    const sent = [await ada.room.events.send('chat', 'one'), await ada.room.events.send('chat', 'two')];
    await ben.room.events.send('chat', 'three');
    for (const { texts } of [ada, ben]) await untilTrue(() => texts().join() === 'one,two,three');
    const { awareness } = ada.room;
    const from = { id: 'ada', name: 'Ada', clientId: awareness.clientID };
    expect(ben.heard[0]).toMatchObject({ id: sent[0]?.id, at: sent[0]?.at, data: 'one', from, isMine: false });
    expect(ada.heard.map(({ isMine }) => isMine)).toEqual([true, true, false]);
  });

  it('[G6] whoever hears them knows whom the server takes them for, also where there is no document', async () => {
    const [ada, rita] = [await enter('ada'), await enter('rita', 'reader')];
    expect([ada.room.userId.get(), rita.room.userId.get()]).toEqual(['ada', 'rita']);
  });

  it('[G6] who comes back with a token of somebody else knows that they are somebody else, before they hear anything', async () => {
    let user = 'ada';
    const heard: unknown[] = [];
    const comers = connect({
      url: `ws://127.0.0.1:${proxy.port}/collab`,
      getToken: async () => tokenOf(user, 'editor'),
      offline: false,
      transport,
    });
    clients.push(comers);
    const room = comers.open<Said>(roomName);
    expect(room.userId.get()).toBeNull();
    room.events.on('chat', ({ data: text }) => heard.push([room.userId.get(), text]));
    await room.events.whenListening();
    await post('shop', 'for Ada');
    await untilTrue(() => heard.length === 1);
    await away({ room }, async () => {
      user = 'ben';
      await post('shop', 'for Ben');
    });
    await untilTrue(() => heard.length === 2);
    expect(heard).toEqual([
      ['ada', 'for Ada'],
      ['ben', 'for Ben'],
    ]);
  });

  it('[G6] a reader hears them, and sends none', async () => {
    const [rita, ada] = [await enter('rita', 'reader'), await enter('ada')];
    await ada.room.events.send('chat', 'hello');
    await untilTrue(() => rita.texts().join() === 'hello');
    await expect(rita.room.events.send('chat', 'me too')).rejects.toMatchObject({
      code: 'refused',
      problem: 'forbidden',
      status: 403,
    });
    expect(ada.texts()).toEqual(['hello']);
  });

  it('what was missed while a connection was lost comes when it is back, once', async () => {
    const [ada, ben] = [await enter('ada'), await enter('ben', 'editor', proxy.port)];
    await ada.room.events.send('chat', 'before');
    await untilTrue(() => ben.texts().join() === 'before');
    await away(ben, async () => {
      for (const text of ['one', 'two', 'three']) await ada.room.events.send('chat', text);
    });
    await ada.room.events.send('chat', 'after');
    await untilTrue(() => ben.texts().includes('after'));
    expect([ben.texts(), ben.gaps]).toEqual([['before', 'one', 'two', 'three', 'after'], []]);
  });

  it('[G3] who missed more than is remembered is told so, and gets the rest', async () => {
    const [ada, ben] = [await enter('ada'), await enter('ben', 'editor', proxy.port)];
    await away(ben, async () => {
      for (const text of ['one', 'two', 'three', 'four', 'five']) await ada.room.events.send('chat', text);
    });
    await untilTrue(() => ben.texts().includes('five'));
    expect([ben.texts(), ben.gaps]).toEqual([['three', 'four', 'five'], ['lost']]);
  });

  it('who is alone in a room gets what a backend has said meanwhile', async () => {
    const ben = await enter('ben', 'editor', proxy.port);
    await away(ben, () => post('ada', 'while you were away'));
    await untilTrue(() => ben.texts().join() === 'while you were away');
    expect(ben.gaps).toEqual([]);
  });

  it('[G3] who comes back to a server that was started anew is told that nobody knows what they missed', async () => {
    const ben = await enter('ben');
    await server.kill();
    server = await serve(server.port, data, SETTINGS);
    await untilTrue(() => ben.gaps.join() === 'unknown');
    await (await enter('ada')).room.events.send('chat', 'hello again');
    await untilTrue(() => ben.texts().join() === 'hello again');
  });

  it('what is sent while there is no connection is heard once there is, by all and once', async () => {
    const [ada, ben] = [await enter('ada', 'editor', proxy.port), await enter('ben')];
    let sending: Promise<unknown> = Promise.resolve();
    await away(ada, async () => {
      sending = ada.room.events.send('chat', 'from a train');
    });
    await sending;
    for (const { texts } of [ada, ben]) await untilTrue(() => texts().join() === 'from a train');
  });

  it('a backend reaches everybody, once for each key', async () => {
    const [ada, ben] = [await enter('ada'), await enter('ben')];
    const first = await post('shop', 'order 17', 'order-17');
    expect(await post('shop', 'order 17', 'order-17')).toEqual(first);
    await post('shop', 'order 18', 'order-18');
    for (const { heard, texts } of [ada, ben]) {
      await untilTrue(() => texts().join() === 'order 17,order 18');
      expect(heard[0]).toMatchObject({ id: first, from: { id: 'shop', name: 'Shop', clientId: null }, isMine: false });
    }
  });
});

async function enter(user: string, role = 'editor', port = server.port): Promise<Listener> {
  const token = tokenOf(user, role);
  const client = connect({ url: `ws://127.0.0.1:${port}/collab`, token, offline: false, transport });
  clients.push(client);
  const room = client.open<Said>(roomName);
  room.presence.setPerson({ name: user, color: '#2563eb' });
  const heard: Listener['heard'] = [];
  const gaps: string[] = [];
  room.events.on('chat', (event) => heard.push(event));
  room.events.onGap((gap) => gaps.push(gap));
  await Promise.all([untilState(room, role === 'editor' ? 'saved' : 'view-only'), room.events.whenListening()]);
  return { room, heard, gaps, texts: () => heard.map(({ data: text }) => text) };
}

/** Keeps somebody who came through the proxy out while something happens; resolves once they are back. */
async function away({ room }: Pick<Listener, 'room'>, happens: () => Promise<unknown>): Promise<void> {
  proxy.websockets = 'refuse';
  proxy.fails = () => true;
  proxy.reset();
  await until(room.status, ({ state }) => state === 'reconnecting' || state === 'offline');
  await happens();
  proxy.websockets = 'pass';
  proxy.fails = () => false;
  await untilState(room, 'saved');
}

/** @returns the id of the event */
async function post(user: string, data: string, key?: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${server.port}/v1/documents/${encodeURIComponent(roomName)}/events`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${tokenOf(user, 'editor')}`,
      'content-type': 'application/json',
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    body: JSON.stringify({ name: 'chat', data }),
  });
  expect(answer.status).toBe(202);
  return ((await answer.json()) as { readonly id: string }).id;
}

function tokenOf(user: string, role: string): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const expires = Math.floor(Date.now() / 1_000) + 3_600;
  const name = user.charAt(0).toUpperCase() + user.slice(1);
  const claims = { sub: user, name, exp: expires, grants: [{ documents: 'team/*', role }] };
  const unsigned = `${encode({ alg: 'HS256' })}.${encode(claims)}`;
  return `${unsigned}.${createHmac('sha256', SECRET).update(unsigned).digest('base64url')}`;
}
