import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** Takes a process to wherever it wants to go. */
export interface ForwardProxy {
  readonly port: number;
  close(): Promise<void>;
}

/** An HTTP proxy as `HTTP_PROXY` names one: it connects whoever sends `CONNECT`, and knows nothing of what passes. */
export async function startForwardProxy(): Promise<ForwardProxy> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => {}); // followed by `close`
    socket.once('close', () => sockets.delete(socket));
  };
  const server = createServer((_, response) => {
    response.writeHead(405, { Allow: 'CONNECT' }).end();
  });
  server.on('connect', (request, near: Socket, head: Buffer) => {
    keep(near);
    const target = URL.parse(`http://${request.url}`);
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
