import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openEventStream } from './event-stream.ts';
import type { DownStream } from './http-line.ts';

const server = createServer();
let reader: Socket;
let response: ServerResponse;
let stream: DownStream;

beforeEach(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  reader = connect((server.address() as AddressInfo).port, '127.0.0.1');
  reader.on('error', () => {}); // followed by `close`
  reader.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
  stream = openEventStream(response);
});

afterEach(async () => {
  reader.destroy();
  await new Promise((resolve) => server.close(resolve));
});

/** Until neither the system nor the response takes more. */
async function fill(): Promise<void> {
  for (let number = 1; number < 10_000; number += 1) {
    if (stream.isFull && !(await drains())) return;
    stream.send(number, Buffer.alloc(48 * 1024));
  }
  throw new Error('it is never full');
}

async function drains(): Promise<boolean> {
  const given = new AbortController();
  const soon = setTimeout(() => given.abort(), 100);
  try {
    await once(response, 'drain', { signal: given.signal });
    return true;
  } catch {
    return false; // nobody reads
  } finally {
    clearTimeout(soon);
  }
}

it('[G4] is full when nobody reads it, and says when somebody does', async () => {
  await fill();
  expect(stream.isFull).toBe(true);
  const { writableLength } = response;
  stream.keepAlive();
  expect(response.writableLength).toBe(writableLength);
  const drained = once(response, 'drain');
  reader.resume();
  await drained;
  expect(stream.isFull).toBe(false);
});

it('[G4] keeps nothing once it is cut, read or not', async () => {
  await fill();
  const closed = once(response, 'close');
  stream.cut();
  await closed;
  expect(response.destroyed).toBe(true);
});
