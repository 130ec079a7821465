import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A line to a server that lets everything through on the way there, and a little at a time on the way back. */
export interface NarrowLine {
  readonly port: number;
  close(): void;
}

/** With what Node reads at once, 64 KiB, some ten megabytes a second. */
const WAIT_MS = 5;

/** @param target port of the server, on loopback */
export async function openNarrowLine(target: number): Promise<NarrowLine> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {}); // followed by `close`, which ends the other side
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    near.on('data', (bytes) => far.write(bytes));
    far.on('data', (bytes) => {
      far.pause();
      near.write(bytes, () => setTimeout(() => far.resume(), WAIT_MS));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
