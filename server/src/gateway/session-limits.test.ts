import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { openFrameSocket, openRawWebSocket, until } from '@quire/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type AuthRequest, allow } from '../auth/authenticator.ts';
import { createGatewayStage } from '../testing/gateway-stage.ts';
import type { StartedGateway } from '../testing/start-gateway.ts';

const stage = createGatewayStage();
const { start, openRaw } = stage;
afterEach(() => stage.close());

/** Everything on this machine may say for whom it asks. */
const trustedProxies = ['127.0.0.1'];
const forwardedFor = (address: string) => ({ headers: { 'X-Forwarded-For': address } });

async function open(url: string, address = '192.0.2.1'): Promise<WebSocket> {
  const socket = new WebSocket(`${url}/collab`, forwardedFor(address));
  stage.atEnd(() => socket.terminate());
  await once(socket, 'open');
  return socket;
}

/** How an upgrade is refused. */
async function knock(
  url: string,
  address = '192.0.2.1',
): Promise<{ status?: number | undefined; retryAfter?: string | undefined }> {
  const socket = new WebSocket(`${url}/collab`, forwardedFor(address));
  stage.atEnd(() => socket.terminate());
  socket.on('error', () => {});
  const [, response] = await once(socket, 'unexpected-response');
  response.resume();
  return { status: response.statusCode, retryAfter: response.headers['retry-after'] };
}

/** Sends an upgrade and does not wait for what becomes of it. */
async function sendUpgrade({ url }: StartedGateway, lines: readonly string[] = []): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  stage.atEnd(() => socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  const request = ['GET /collab HTTP/1.1', 'Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket', ...lines];
  socket.write(`${request.join('\r\n')}\r\n\r\n`);
  return socket;
}

const handshake = ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='];

describe('[G4] sessions of a node', () => {
  it('[G4] beyond the limit are refused with 503 and a time to come back, and let in once one has left', async () => {
    const { url, gateway } = await start({ limits: { maxSessions: 2 } });
    const [first] = [await open(url), await open(url)];
    expect(await knock(url)).toEqual({ status: 503, retryAfter: '5' });
    expect(gateway.sessions).toBe(2);
    first?.terminate();
    await until(() => gateway.slots === 1, { what: 'the slot is given back' });
    await open(url);
    expect(gateway.sessions).toBe(2);
  });

  it('[G4] of many who come at once, as many get in as there are slots', async () => {
    const { url, gateway } = await start({ limits: { maxSessions: 7 } });
    const answers = await Promise.all(
      Array.from({ length: 40 }, () =>
        openFrameSocket(`${url}/collab`).then(
          (socket) => stage.atEnd(() => socket.terminate()),
          (error: Error) => error.message,
        ),
      ),
    );
    const refusals = answers.filter((answer) => typeof answer === 'string');
    expect(refusals).toHaveLength(33);
    expect(new Set(refusals)).toEqual(new Set(['Unexpected server response: 503']));
    expect(gateway.sessions).toBe(7);
  });

  it('[G4] a slot comes back however its upgrade ends: refused, given up halfway, reset, or closed', async () => {
    const gateway = await start({ limits: { maxSessions: 100 } });
    await sendUpgrade(gateway, ['Sec-WebSocket-Version: 13']); // without a key, and without hanging up
    await sendUpgrade(gateway, ['Sec-WebSocket-Version: 7', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==']);
    (await sendUpgrade(gateway, handshake)).destroy();
    (await sendUpgrade(gateway, handshake)).resetAndDestroy();
    (await sendUpgrade(gateway, handshake)).end();
    const ended = await openRawWebSocket(gateway.url, '/yjs/%00'); // closed by the server with a code
    await ended.ended;
    const left = await openFrameSocket(`${gateway.url}/collab`);
    left.close();
    await left.closed;
    await until(() => gateway.gateway.slots === 0, { what: 'every slot is given back' });
    expect(gateway.gateway.sessions).toBe(0);
  });
});

describe('[G4] sessions from one address', () => {
  it('[G4] beyond the limit are refused with 429, and others are not', async () => {
    const { url, gateway } = await start({ trustedProxies, limits: { maxSessionsPerAddress: 2 } });
    const sockets = [await open(url, '192.0.2.1'), await open(url, '192.0.2.1')];
    expect(await knock(url, '192.0.2.1')).toEqual({ status: 429, retryAfter: '30' });
    await open(url, '192.0.2.2');
    sockets[0]?.terminate();
    await until(() => gateway.slots === 2, { what: 'one has left' });
    await open(url, '192.0.2.1');
    expect((await knock(url, '192.0.2.1')).status).toBe(429);
  });

  it('[G4] are not told apart by what a client claims, without a proxy that is trusted', async () => {
    const { url } = await start({ limits: { maxSessionsPerAddress: 1 } });
    await open(url, '192.0.2.1');
    expect((await knock(url, '192.0.2.2')).status).toBe(429);
  });
});

it('[G6] who decides about access is told the address that our own proxy tells, not the one that a client claims', async () => {
  const asked: AuthRequest[] = [];
  const authenticator = {
    authenticate(request: AuthRequest) {
      asked.push(request);
      return Promise.resolve(allow('editor'));
    },
  };
  const { url } = await start({ authenticator, trustedProxies });
  const proxy = await startProxy(url, '198.51.100.9');
  await openRaw(proxy, 'plan');
  expect(asked.map(({ remoteAddress }) => remoteAddress)).toEqual(['198.51.100.9']);
  expect(asked[0]?.headers.get('x-forwarded-for')).toBe('192.0.2.66, 198.51.100.9');
});

/** Passes connections on, and says of each where it comes from; the client had claimed something else. */
async function startProxy(url: string, client: string): Promise<string> {
  const server = createServer((inbound) => {
    const outbound = connect(Number(new URL(url).port), '127.0.0.1');
    stage.atEnd(() => [inbound, outbound].map((socket) => socket.destroy()));
    for (const socket of [inbound, outbound]) socket.on('error', () => socket.destroy());
    inbound.once('data', (head: Buffer) => {
      outbound.write(head.toString('latin1').replace('\r\n', `\r\nX-Forwarded-For: 192.0.2.66, ${client}\r\n`));
      inbound.pipe(outbound);
      outbound.pipe(inbound);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stage.atEnd(() => server.close());
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
