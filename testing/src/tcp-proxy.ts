import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Stands between clients and a server, and fails on demand. */
export interface TcpProxy {
  readonly port: number;
  /** Resets every connection, and refuses new ones until `heal`. */
  cut(): void;
  /** Resets every connection; new ones are let through. */
  reset(): void;
  /** Lets nothing through any more and says nothing about it: connections look open on both sides. */
  freeze(): void;
  /** What arrives is passed on this much later, in order. */
  delay(delayMs: number): void;
  /** Everything works again; what was frozen is passed on. */
  heal(): void;
  readonly connections: number;
  close(): Promise<void>;
}

type Mode =
  | { readonly kind: 'passing'; readonly delayMs: number }
  | { readonly kind: 'frozen' }
  | { readonly kind: 'cut' };

/** @param target port of the server, on loopback */
export async function startTcpProxy(target: number): Promise<TcpProxy> {
  let mode: Mode = { kind: 'passing', delayMs: 0 };
  const pairs = new Set<readonly [Socket, Socket]>();
  const timers = new Set<NodeJS.Timeout>();

  const resetAll = (): void => {
    for (const pair of pairs) for (const socket of pair) socket.resetAndDestroy();
  };
  const pump = (from: Socket, to: Socket): void => {
    from.on('data', (bytes) => {
      if (mode.kind !== 'passing' || mode.delayMs === 0) {
        to.write(bytes);
        return;
      }
      // Timers of the same length fire in the order in which they were set.
      const timer = setTimeout(() => {
        timers.delete(timer);
        if (to.writable) to.write(bytes);
      }, mode.delayMs);
      timers.add(timer);
    });
  };
  const setFrozen = (frozen: boolean): void => {
    for (const pair of pairs) for (const socket of pair) frozen ? socket.pause() : socket.resume();
  };

  const server = createServer((near) => {
    if (mode.kind === 'cut') {
      near.resetAndDestroy();
      return;
    }
    const far = connect(target, '127.0.0.1');
    const pair = [near, far] as const;
    pairs.add(pair);
    for (const [socket, other] of [pair, [far, near] as const]) {
      socket.setNoDelay(true);
      socket.on('error', () => {}); // followed by `close`, which ends the other side
      socket.on('close', () => {
        pairs.delete(pair);
        if (mode.kind !== 'frozen') other.destroy();
      });
      pump(socket, other);
      if (mode.kind === 'frozen') socket.pause();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      mode = { kind: 'cut' };
      resetAll();
    },
    reset: resetAll,
    freeze() {
      mode = { kind: 'frozen' };
      setFrozen(true);
    },
    delay(delayMs) {
      mode = { kind: 'passing', delayMs };
    },
    heal() {
      mode = { kind: 'passing', delayMs: 0 };
      setFrozen(false);
    },
    get connections() {
      return pairs.size;
    },
    async close() {
      for (const timer of timers) clearTimeout(timer);
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
