import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** Takes a process to wherever it wants to go. */
export interface ForwardProxy {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * An HTTP proxy as `HTTP_PROXY` names one: it connects whoever sends `CONNECT`, as `fetch` does, and knows nothing of what passes;
 * requests that name where they go, as `node:http` sends them, it makes itself.
 */
export async function startForwardProxy(): Promise<ForwardProxy> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => {}); // followed by `close`
    socket.once('close', () => sockets.delete(socket));
  };
  const server = createServer(passOn);
  server.on('connection', keep);
  server.on('connect', (asked, near: Socket, head: Buffer) => {
    const target = URL.parse(`http://${asked.url}`);
    if (target === null) {
      near.end('HTTP/1.1 400 Bad Request\r\n\r\n');
      return;
    }
    const far = connect(Number(target.port || 80), target.hostname);
    keep(far);
    far.once('connect', () => {
      near.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      far.write(head);
      near.pipe(far);
      far.pipe(near);
    });
    // A reset is passed on as one: whoever asked must not take it for an answer that ends.
    near.once('close', () => far.destroy());
    far.once('close', (hadError) => (hadError ? near.resetAndDestroy() : near.destroySoon()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** On a connection of its own, which ends with the one on which it was asked, and that with it when it breaks. */
function passOn(asked: IncomingMessage, answer: ServerResponse): void {
  const target = URL.parse(asked.url ?? '');
  if (target === null) {
    answer.writeHead(400).end();
    return;
  }
  const { socket: near } = asked;
  const breakOff = (): void => void near.resetAndDestroy();
  const far = request(target, { agent: false, method: asked.method ?? 'GET', headers: withoutHop(asked.headers) });
  far.once('response', (response) => {
    answer.writeHead(response.statusCode ?? 502, withoutHop(response.headers));
    answer.flushHeaders();
    response.once('error', breakOff);
    response.pipe(answer);
  });
  far.on('error', breakOff);
  answer.once('close', () => far.destroy());
  asked.pipe(far);
}

/** Those headers that are about more than one connection. */
function withoutHop(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  const hop = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding']);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hop.has(name)));
}
