import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { pino } from 'pino';
import { afterEach, expect, it } from 'vitest';
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

async function open(hosts: readonly string[], port = 0) {
  const listener = await openListener({ hosts, port, handlers: saying('first'), log });
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
