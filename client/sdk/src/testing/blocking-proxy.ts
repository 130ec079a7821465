import { request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** A proxy as one finds them in companies: it passes requests on, and WebSockets when it is told to. */
export interface BlockingProxy {
  readonly port: number;
  /** `refuse`: says no. `ignore`: says nothing. */
  websockets: 'pass' | 'refuse' | 'ignore';
  /** Answers what it is asked by itself, with a failure, without asking the server. */
  fails: (request: IncomingMessage) => boolean;
  /** Passes a request on, and cuts the connection instead of passing the answer on. */
  losesAnswer: (request: IncomingMessage) => boolean;
  /** What it was asked, oldest first. */
  readonly asked: readonly { readonly method: string; readonly url: string; readonly range: string | undefined }[];
  readonly refusedUpgrades: number;
  /** Cuts every connection; new ones are let through. */
  reset(): void;
  /** Cuts every connection that an answer comes back on once it has brought so many bytes. */
  cutAnswersAfter(bytes: number): void;
  close(): Promise<void>;
}

/** @param target where the server listens; asked anew for each request */
export async function startBlockingProxy(target: () => number): Promise<BlockingProxy> {
  const sockets = new Set<Socket>();
  const asked: { method: string; url: string; range: string | undefined }[] = [];
  let refusedUpgrades = 0;
  let longestAnswer = Number.POSITIVE_INFINITY;

  const pass = (request: IncomingMessage, response: ServerResponse): void => {
    const { headers, method = '', url = '' } = request;
    asked.push({ method, url, range: headers.range });
    if (proxy.fails(request)) {
      response.writeHead(502).end();
      return;
    }
    const isLost = proxy.losesAnswer(request);
    const most = longestAnswer;
    const onward = ask({ host: '127.0.0.1', port: target(), method, path: url, headers }, (answer) => {
      if (isLost) {
        answer.resume().once('end', () => response.destroy());
        return;
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      let passed = 0;
      answer.on('data', (chunk: Buffer) => {
        passed += chunk.length;
        if (passed < most) {
          response.write(chunk);
          return;
        }
        answer.removeAllListeners('data').pause();
        response.write(chunk, () => response.destroy());
      });
      answer.once('end', () => response.end());
      answer.once('error', () => response.destroy());
    });
    onward.once('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
    request.pipe(onward);
    response.once('close', () => onward.destroy());
  };

  const server = createServer(pass);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {}); // followed by `close`
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (request, socket, head) => {
    if (proxy.websockets === 'ignore') return;
    if (proxy.websockets === 'refuse') {
      refusedUpgrades += 1;
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const far = connect(target(), '127.0.0.1');
    sockets.add(far);
    far.on('error', () => {}); // followed by `close`
    far.once('close', () => socket.destroy());
    socket.once('close', () => far.destroy());
    const lines = request.rawHeaders.map((text, index) => (index % 2 === 0 ? `${text}: ` : `${text}\r\n`));
    far.write(`GET ${request.url} HTTP/1.1\r\n${lines.join('')}\r\n`);
    far.write(head);
    far.pipe(socket);
    socket.pipe(far);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const proxy: BlockingProxy = {
    port: (server.address() as AddressInfo).port,
    websockets: 'refuse',
    fails: () => false,
    losesAnswer: () => false,
    asked,
    get refusedUpgrades() {
      return refusedUpgrades;
    },
    reset() {
      for (const socket of sockets) socket.destroy();
    },
    cutAnswersAfter(bytes) {
      longestAnswer = bytes;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return proxy;
}
