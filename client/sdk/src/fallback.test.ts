import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Client, ConnectOptions, Room } from './api.ts';
import { systemClock } from './clock.ts';
import { connectIn } from './connect.ts';
import { type BlockingProxy, startBlockingProxy } from './testing/blocking-proxy.ts';
import { createFakeEnvironment, type FakeEnvironment } from './testing/fake-environment.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { type RunningServer, serve } from './testing/serve.ts';
import { textOf, type } from './testing/stage.ts';
import { until, untilState, untilTrue } from './testing/until.ts';

let data: string;
let server: RunningServer;
let proxy: BlockingProxy;
let clients: Client[];

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'quire-fallback-'));
  server = await serve(0, data);
  proxy = await startBlockingProxy(() => server.port);
  clients = [];
});

afterEach(async () => {
  for (const client of clients) client.close();
  await proxy.close();
  await server.kill();
  await rm(data, { recursive: true, force: true });
});

/** A page behind the proxy. */
function page(options: ConnectOptions & { readonly clock?: ManualClock } = {}): Client & {
  readonly environment: FakeEnvironment;
} {
  const { clock = systemClock, ...rest } = options;
  const environment = createFakeEnvironment();
  const surroundings = { clock, environment, random: () => 0 };
  const client = connectIn(surroundings, { url: `ws://127.0.0.1:${proxy.port}/collab`, ...rest });
  clients.push(client);
  return { ...client, environment };
}

const transportOf = (room: Room) => room.status.get().transport;
const opened = () =>
  proxy.asked.filter(({ method, url }) => method === 'POST' && url.startsWith('/collab/http?')).length;
const posts = () => proxy.asked.filter(({ method, url }) => method === 'POST' && url.includes('from=')).length;

describe('where the network lets no WebSocket through', () => {
  it('[G1] [G2] two people write together all the same, and all of it is saved', async () => {
    const [ada, ben] = [page().open('plan'), page().open('plan')];
    await Promise.all([ada.whenSaved(), ben.whenSaved()]);
    expect([ada, ben].map(transportOf)).toEqual(['http', 'http']);
    for (let round = 0; round < 20; round += 1) {
      type(ada, 'a');
      textOf(ben).insert(0, 'b');
    }
    await Promise.all([ada.whenSaved(), ben.whenSaved()]);
    await untilTrue(() => textOf(ada).length === 40 && textOf(ben).length === 40);
    expect(textOf(ada).toString()).toBe(textOf(ben).toString());
  });

  it('a proxy that says nothing to an upgrade is found out, too', async () => {
    proxy.websockets = 'ignore';
    const clock = new ManualClock();
    const room = page({ clock }).open('plan');
    const isOverHttp = () => proxy.asked.some(({ method }) => method === 'POST');
    await untilTrue(() => {
      clock.advance(isOverHttp() ? 0 : 500);
      return room.status.get().state === 'saved';
    });
    expect(transportOf(room)).toBe('http');
  });

  it('only who says so goes over HTTP from the start, or never', async () => {
    const [wanted, unwanted] = [page({ transport: 'http' }).open('a'), page({ transport: 'websocket' }).open('b')];
    await wanted.whenSaved();
    expect(transportOf(wanted)).toBe('http');
    await untilTrue(() => proxy.refusedUpgrades > 3);
    expect(transportOf(unwanted)).toBe('websocket');
    expect(unwanted.status.get().loaded).toBe(false);
  });

  it('a server that is away sends nobody another way: they come back over a WebSocket', async () => {
    proxy.websockets = 'pass';
    const room = page().open('plan');
    await room.whenSaved();
    await server.kill();
    await untilState(room, 'reconnecting');
    type(room, 'typed meanwhile');
    const attempts = proxy.asked.length;
    await untilTrue(() => proxy.asked.length > attempts + 3);
    server = await serve(server.port, data);
    await untilState(room, 'saved');
    expect(transportOf(room)).toBe('websocket');
    expect(proxy.asked.some(({ method }) => method === 'POST')).toBe(false);
  });

  it('a server that restarts is come back to over HTTP, by the first attempt that it answers', async () => {
    const clock = new ManualClock();
    const room = page({ clock }).open('plan');
    await untilTrue(() => {
      clock.advance(room.status.get().transport === 'http' ? 0 : 500);
      return room.status.get().state === 'saved';
    });
    const upgrades = proxy.refusedUpgrades;
    await server.stop();
    await untilState(room, 'reconnecting');
    type(room, 'typed meanwhile');
    // A closed port, behind a proxy.
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const before = opened();
      await untilTrue(() => {
        clock.advance(opened() === before ? 100 : 0);
        return opened() > before;
      });
      // The attempt is over when there is a next one to wait for.
      await untilState(room, 'reconnecting');
    }
    server = await serve(server.port, data);
    const [before, backAt] = [opened(), clock.now()];
    await untilTrue(() => {
      clock.advance(opened() === before ? 100 : 0);
      return room.status.get().state === 'saved';
    });
    expect(opened()).toBe(before + 1);
    expect(clock.now() - backAt).toBeLessThan(3_000);
    expect(proxy.refusedUpgrades).toBe(upgrades);
    expect(transportOf(room)).toBe('http');
  });

  it('another network is given the chance to let WebSockets through', async () => {
    const client = page();
    const room = client.open('plan');
    await room.whenSaved();
    proxy.websockets = 'pass';
    client.environment.setOnline(false);
    await untilState(room, 'offline');
    client.environment.setOnline(true);
    await untilState(room, 'saved');
    expect(transportOf(room)).toBe('websocket');
  });

  it('[G7] a page that is closed leaves everybody’s screen at once, with what it had just typed', async () => {
    const watcher = page().open('plan');
    const visitor = page();
    const room = visitor.open('plan');
    room.presence.setPerson({ name: 'Ada', color: '#2563eb' });
    await until(watcher.presence.people, (people) => people.some(({ name }) => name === 'Ada'));
    await room.whenSaved();
    type(room, 'last words');
    visitor.environment.dispatch('pagehide');
    // G7's second.
    await until(watcher.presence.people, (people) => people.length === 1, 1_000);
    await untilTrue(() => textOf(watcher).toString() === 'last words');
  });

  it('a page that comes back from the browser’s cache goes on', async () => {
    const client = page();
    const room = client.open('plan');
    await room.whenSaved();
    client.environment.dispatch('pagehide', { persisted: true });
    await untilState(room, 'reconnecting');
    client.environment.dispatch('pageshow', { persisted: true });
    type(room, 'back');
    await room.whenSaved();
  });

  it('[G1] [R2] a server killed while somebody types loses nothing that was called saved, and gets the rest later', async () => {
    const room = page().open('plan');
    await room.whenSaved();
    for (let round = 0; round < 2; round += 1) {
      for (let key = 0; key < 20; key += 1) type(room, `${key},`);
      await until(room.status, (status) => status.unsaved < 20 || status.state === 'saving');
      await server.kill();
      await until(room.status, ({ state }) => state === 'reconnecting' || state === 'offline');
      type(room, '\n');
      server = await serve(server.port, data);
      await untilState(room, 'saved');
    }
    const other = page().open('plan');
    await other.whenLoaded();
    expect(textOf(other).toString()).toBe(textOf(room).toString());
  });
});

describe('a line over HTTP', () => {
  it('[G1] says what was said, once, when the answer to it is lost', async () => {
    const room = page().open('plan');
    await room.whenSaved();
    let lost = 0;
    proxy.losesAnswer = ({ method, url }) => {
      const loses = method === 'POST' && url?.includes('from=') === true && lost < 3;
      if (loses) lost += 1;
      return loses;
    };
    for (const text of ['one ', 'two ', 'three']) {
      type(room, text);
      await room.whenSaved();
    }
    expect(lost).toBe(3);
    expect(opened()).toBe(1);
    const other = page().open('plan');
    await other.whenLoaded();
    expect(textOf(other).toString()).toBe('one two three');
  });

  it('[R4] is taken up again by the next stream when a proxy ends one, and nobody sees anybody leave', async () => {
    const [watcher, writer] = [page().open('plan'), page().open('plan')];
    writer.presence.setPerson({ name: 'Ada', color: '#2563eb' });
    await until(watcher.presence.people, (people) => people.length === 2);
    await writer.whenSaved();
    const fewest: number[] = [];
    watcher.presence.people.subscribe((people) => fewest.push(people.length));
    const streams = () => proxy.asked.filter(({ method, url }) => method === 'GET' && url.includes('after=')).length;
    for (let cut = 0; cut < 5; cut += 1) {
      const before = streams();
      proxy.reset();
      type(writer, `${cut}`);
      await untilTrue(() => streams() >= before + 2);
      await writer.whenSaved();
    }
    await untilTrue(() => textOf(watcher).toString() === '01234');
    expect(Math.min(2, ...fewest)).toBe(2);
    expect(opened()).toBe(2);
  });

  it('begins anew when its session is gone', async () => {
    const room = page().open('plan');
    await room.whenSaved();
    proxy.fails = ({ url }) => url?.includes('after=') === true;
    proxy.reset();
    await untilState(room, 'reconnecting');
    proxy.fails = () => false;
    type(room, 'again');
    await room.whenSaved();
    expect(transportOf(room)).toBe('http');
  });

  it('carries what is larger than a request may be, both ways', async () => {
    const [ada, ben] = [page().open('plan'), page().open('plan')];
    await Promise.all([ada.whenSaved(), ben.whenSaved()]);
    const before = posts();
    const text = 'x'.repeat(1_500_000);
    type(ada, text);
    await ada.whenSaved();
    await untilTrue(() => textOf(ben).length === text.length);
    expect(posts()).toBeGreaterThanOrEqual(before + 3);
  });

  it('leaves no timer and no listener behind', async () => {
    const clock = new ManualClock();
    const client = page({ clock, transport: 'http' });
    await client.open('plan').whenSaved();
    client.close();
    await untilTrue(() => clock.waiting === 0);
    expect(client.environment.countListeners()).toBe(0);
  });
});
