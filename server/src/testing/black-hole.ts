import { once } from 'node:events';
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';

/** A port of loopback that swallows whoever comes: they are neither let in nor refused, as by a firewall. */
export interface BlackHole {
  /** `http://127.0.0.1:port` */
  readonly address: string;
  close(): Promise<void>;
}

/** The system lets in as many as may wait for a server, and one more; from then on it answers nobody. */
const WAITING = 1;

/** A thread that listens, and never looks who has come. */
const listener = `
  const server = require('node:net').createServer();
  server.listen({ port: 0, host: '127.0.0.1', backlog: ${WAITING} }, () => {
    require('node:worker_threads').parentPort.postMessage(server.address().port);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
`;

export async function openBlackHole(): Promise<BlackHole> {
  const worker = new Worker(listener, { eval: true });
  const [port] = (await once(worker, 'message')) as [number];
  const waiting = Array.from({ length: WAITING + 1 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  await Promise.all(waiting.map((socket) => once(socket, 'connect')));
  return {
    address: `http://127.0.0.1:${port}`,
    async close() {
      for (const socket of waiting) socket.destroy();
      await worker.terminate();
    },
  };
}

/** How many connections hold this process open, those that are still being opened among them. */
export function countConnections(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
}
