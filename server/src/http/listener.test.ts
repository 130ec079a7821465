import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ConnectionBounds } from './connection-slots.ts';
import { ListenError } from './listen-error.ts';
import { type Handlers, openListener } from './listener.ts';
import { findListeningInodes, findPortHolder } from './port-holder.ts';

const log = pino({ level: 'silent' });
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const saying = (text: string): Handlers => ({
  onRequest: (_, response) => response.end(text),
  onUpgrade: (_, socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
});

const plenty: ConnectionBounds = { maxConnections: 100, maxConnectionsPerAddress: 100, proxies: [] };

async function open(hosts: readonly string[], port = 0, bounds = plenty) {
  const listener = await openListener({ hosts, port, handlers: saying('first'), bounds, log });
  ends.push(() => listener.close());
  return listener;
}

async function takePort(host: string): Promise<number> {
  const server = createServer();
  server.listen(0, host);
  await once(server, 'listening');
  ends.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

const failureOf = (opening: Promise<unknown>): Promise<unknown> =>
  opening.then(
    () => null,
    (error: unknown) => error,
  );

it('listens on one port of several addresses, and hands over to new handlers', async () => {
  const listener = await open(['127.0.0.1', '127.0.0.2']);
  for (const host of ['127.0.0.1', '127.0.0.2']) {
    expect(await (await fetch(`http://${host}:${listener.port}`)).text()).toBe('first');
  }
  listener.handle(saying('second'));
  expect(await (await fetch(`http://127.0.0.1:${listener.port}`)).text()).toBe('second');
});

it('goes on with one loopback address where the machine lacks the other, and with no other address', async () => {
  const listener = await open(['127.0.0.1', '::1']);
  expect(listener.hosts[0]).toBe('127.0.0.1');
  const missing = await failureOf(open(['127.0.0.1', '203.0.113.7']));
  expect(missing).toBeInstanceOf(ListenError);
  expect(String(missing)).toContain('203.0.113.7');
  expect(String(missing)).toContain('QUIRE_HOST');
});

it('names the process that holds a port, and the setting that chooses another', async () => {
  const port = await takePort('127.0.0.1');
  const failure = await failureOf(open(['127.0.0.1'], port));
  expect(failure).toBeInstanceOf(ListenError);
  expect(String(failure)).toContain(`Port ${port} is taken by process ${process.pid}`);
  expect(String(failure)).toContain('QUIRE_PORT');
});

it('gives back what it had when a later address can not be had', async () => {
  const port = await takePort('127.0.0.2');
  expect(await failureOf(open(['127.0.0.1', '127.0.0.2'], port))).toBeInstanceOf(ListenError);
  expect((await open(['127.0.0.1'], port)).port).toBe(port);
});

it('says so when a name leads nowhere', async () => {
  expect(String(await failureOf(open(['no-such-host.invalid'])))).toContain('no-such-host.invalid');
});

it('ends upgraded and idle connections when it closes, and frees the port', async () => {
  const listener = await open(['127.0.0.1']);
  const upgraded = connect(listener.port, '127.0.0.1');
  upgraded.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  await once(upgraded, 'data');
  const idle = connect(listener.port, '127.0.0.1');
  await once(idle, 'connect');
  const ended = Promise.all([once(upgraded, 'close'), once(idle, 'close')]);
  await listener.close();
  await ended;
  await listener.close();
  expect((await open(['127.0.0.1'], listener.port)).port).toBe(listener.port);
});

describe('connections that say nothing', () => {
  const PROXY = '127.0.0.9';
  const bounds: ConnectionBounds = { maxConnections: 5, maxConnectionsPerAddress: 2, proxies: [PROXY] };

  /** Resolves once it is known whether there was room for it: whoever has some is answered. */
  async function knock(port: number, localAddress: string): Promise<Socket | null> {
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    ends.push(() => socket.destroy());
    const isAnswered = new Promise((resolve) => {
      socket.on('data', () => resolve(true));
      socket.on('error', () => {}); // followed by `close`
      socket.on('close', () => resolve(false));
    });
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    return (await isAnswered) ? socket : null;
  }

  it('[G4] are ended where there are too many, from one address or from all, and make room when they leave', async () => {
    const { port } = await open(['127.0.0.1'], 0, bounds);
    const first = await knock(port, '127.0.0.2');
    expect(await knock(port, '127.0.0.2')).not.toBeNull();
    expect(await knock(port, '127.0.0.2')).toBeNull();
    for (const address of ['127.0.0.3', '127.0.0.3', '127.0.0.4']) expect(await knock(port, address)).not.toBeNull();
    expect(await knock(port, '127.0.0.5')).toBeNull();
    first?.destroy();
    await vi.waitFor(async () => expect(await knock(port, '127.0.0.5')).not.toBeNull());
  });

  it('[G4] may be as many as there is room for at all where a proxy has opened them for others', async () => {
    const { port } = await open(['127.0.0.1'], 0, bounds);
    for (let count = 0; count < bounds.maxConnections; count += 1) expect(await knock(port, PROXY)).not.toBeNull();
    expect(await knock(port, PROXY)).toBeNull();
  });

  it('count on all addresses together, upgraded ones too', async () => {
    const { port } = await open(['127.0.0.1', '127.0.0.2'], 0, { ...bounds, maxConnections: 1 });
    const upgraded = connect(port, '127.0.0.2');
    ends.push(() => upgraded.destroy());
    upgraded.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    await once(upgraded, 'data');
    expect(await knock(port, '127.0.0.3')).toBeNull();
  });
});

describe('a request that offers to upgrade', () => {
  const echo: Handlers = {
    onRequest(request, response) {
      let body = '';
      request.on('data', (chunk) => {
        body += String(chunk);
      });
      request.on('end', () => response.end(`${request.method} ${request.url} ${body};`));
    },
    onUpgrade: (_, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
  };

  /** What comes back for requests that are sent one after the other on one connection. */
  async function send(...requests: readonly string[]): Promise<string> {
    const listener = await open(['127.0.0.1']);
    listener.handle(echo);
    const socket = connect(listener.port, '127.0.0.1');
    let heard = '';
    for (const request of requests) {
      socket.write(request.replaceAll('\n', '\r\n'));
      const [answer] = (await once(socket, 'data')) as [Buffer];
      heard += String(answer);
    }
    socket.destroy();
    return heard;
  }

  const offer = (protocol: string): string =>
    `Host: localhost\nConnection: Upgrade, HTTP2-Settings\nUpgrade: ${protocol}\n`;
  const last = 'GET /last HTTP/1.1\nHost: localhost\nConnection: close\n\n';

  it.each(['h2c', 'TLS/1.0', 'h2c, websocket'])(
    'to %s is answered like any other, and so is the next',
    async (protocol) => {
      const heard = await send(
        `GET /first HTTP/1.1\n${offer(protocol)}\n`,
        `POST /second HTTP/1.1\n${offer(protocol)}Content-Length: 4\n\nbody`,
        last,
      );
      expect([...heard.matchAll(/[A-Z]+ \/\w+ \w*;/g)].map(String)).toEqual([
        'GET /first ;',
        'POST /second body;',
        'GET /last ;',
      ]);
      expect(heard).not.toContain('101');
    },
  );

  it.each(['websocket', 'WebSocket'])('to a WebSocket is handed over: %s', async (protocol) => {
    expect(await send(`GET / HTTP/1.1\n${offer(protocol)}\n`)).toContain('HTTP/1.1 101');
  });

  it('to a WebSocket by any method but GET is answered like any other', async () => {
    const heard = await send(`POST /second HTTP/1.1\n${offer('websocket')}Content-Length: 4\n\nbody`, last);
    expect(heard).toContain('POST /second body;');
    expect(heard).toContain('GET /last ;');
  });
});

it('finds listening sockets of a port in the tables of Linux, and nothing else', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1234 1 0000 100 0 0 10 0',
    '   1: 0100007F:1F90 0100007F:C001 01 00000000:00000000 00:00000000 00000000     0        0 5678 1 0000 20 4 30 10 -1',
    '   2: 0100007F:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 9999 1 0000 100 0 0 10 0',
  ].join('\n');
  expect(findListeningInodes(table, 8080)).toEqual(['1234']);
  expect(findListeningInodes('', 8080)).toEqual([]);
});

it('does not know who holds a port that nobody holds', async () => {
  const listener = await open(['127.0.0.1']);
  expect((await findPortHolder(listener.port))?.pid).toBe(process.pid);
  await listener.close();
  expect(await findPortHolder(listener.port)).toBeNull();
});
