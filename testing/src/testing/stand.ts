import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

/** What stands for a node: says who it is to whoever asks, over HTTP and on sockets. */
export interface Stand {
  readonly address: string;
  /** What it says to who asks whether it takes edits, and to everybody else. */
  status: number;
  readonly asked: readonly string[];
  readonly checks: number;
  listen(): Promise<void>;
  close(): Promise<void>;
}

export async function openStand(name: string): Promise<Stand> {
  let status = 200;
  let checks = 0;
  const asked: string[] = [];
  const sockets = new WebSocketServer({ noServer: true });
  const server: Server = createServer((request, response) => {
    if (request.url === '/readyz') checks += 1;
    else asked.push(describeRequest(request));
    response.writeHead(status).end(name);
  });
  server.on('upgrade', (request, socket, head) => {
    asked.push(describeRequest(request));
    if (status === 200) sockets.handleUpgrade(request, socket, head, (one) => one.send(name));
    else socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
  });
  let port = 0;
  const stand: Stand = {
    get address() {
      return `127.0.0.1:${port}`;
    },
    get status() {
      return status;
    },
    set status(next) {
      status = next;
    },
    asked,
    get checks() {
      return checks;
    },
    async listen() {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      ({ port } = server.address() as AddressInfo);
    },
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  await stand.listen();
  return stand;
}

function describeRequest({ method, url, headers }: IncomingMessage): string {
  return `${method} ${url} for ${headers['x-forwarded-for']}`;
}
