import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { frameBinary } from './websocket-framing.ts';

const lengths = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000];
const payloadOf = (length: number): Uint8Array => new Uint8Array(length).map((_, index) => index % 251);

const server = createServer();
const webSockets = new WebSocketServer({ noServer: true });

beforeAll(async () => {
  server.on('upgrade', (request, socket, head) => {
    webSockets.handleUpgrade(request, socket, head, () => {
      for (const length of lengths) {
        const payload = payloadOf(length);
        const parts = frameBinary(payload.subarray(0, length >> 3), payload.subarray(length >> 3));
        for (const part of parts) socket.write(part);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.close();
});

it('a client reads frames of every length form as they were written', async () => {
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const received: Buffer[] = [];
  await new Promise<void>((resolve, reject) => {
    client.on('error', reject);
    client.on('message', (data: Buffer, isBinary: boolean) => {
      expect(isBinary).toBe(true);
      received.push(data);
      if (received.length === lengths.length) resolve();
    });
  });
  expect(received.map((data) => data.length)).toEqual(lengths);
  for (const data of received) expect(data.equals(payloadOf(data.length))).toBe(true);
  client.terminate();
});
