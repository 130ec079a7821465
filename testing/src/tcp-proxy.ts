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
  /**
   * Lets everything through on the way to the server, and a little at a time on the way back.
   *
   * @param bytesPerSecond left out: some ten megabytes
   */
  narrow(bytesPerSecond?: number): void;
  /** Everything works again; what was frozen is passed on. */
  heal(): void;
  readonly connections: number;
  close(): Promise<void>;
}

export interface TcpProxyOptions {
  /** Where the server is. Left out: on loopback. */
  readonly host?: string;
  /** Asked for every connection. */
  readonly watch?: () => ConnectionWatch;
}

/** Hears what passes on one connection. */
export interface ConnectionWatch {
  /** As it arrives here, on its way to the server. */
  there(bytes: Buffer): void;
  /** As it leaves here, on its way to the client. */
  back(bytes: Buffer): void;
  /** Either side has gone. */
  ended(): void;
}

type Mode =
  | { readonly kind: 'passing'; readonly delayMs: number }
  | { readonly kind: 'narrow'; readonly bytesPerMs: number | null }
  | { readonly kind: 'frozen' }
  | { readonly kind: 'cut' };

/** After each piece that Node reads at once, 64 KiB, while the line is narrow. */
const NARROW_WAIT_MS = 5;

/** @param target port of the server */
export async function startTcpProxy(
  target: number,
  { host = '127.0.0.1', watch }: TcpProxyOptions = {},
): Promise<TcpProxy> {
  let mode: Mode = { kind: 'passing', delayMs: 0 };
  const pairs = new Set<readonly [Socket, Socket]>();
  const timers = new Set<NodeJS.Timeout>();

  const resetAll = (): void => {
    for (const pair of pairs) for (const socket of pair) socket.resetAndDestroy();
  };
  /** Whose other side went away while nothing got through hears of it now. */
  const endHalves = (): void => {
    for (const pair of pairs) {
      if (!pair.some(({ destroyed }) => destroyed)) continue;
      pairs.delete(pair);
      for (const socket of pair) socket.destroy();
    }
  };
  const after = (delayMs: number, run: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, delayMs);
    timers.add(timer);
  };
  const pump = (from: Socket, to: Socket, way: 'there' | 'back', watcher: ConnectionWatch | undefined): void => {
    const waiting: Buffer[] = [];
    const pass = (bytes: Buffer, onWritten?: () => void): void => {
      if (way === 'back') watcher?.back(bytes);
      to.write(bytes, onWritten);
    };
    from.on('data', (bytes) => {
      if (way === 'there') watcher?.there(bytes);
      if (mode.kind === 'narrow' && way === 'back') {
        const waitMs = mode.bytesPerMs === null ? NARROW_WAIT_MS : bytes.length / mode.bytesPerMs;
        from.pause();
        pass(bytes, () => after(waitMs, () => mode.kind !== 'frozen' && from.resume()));
      } else if (waiting.length > 0 || (mode.kind === 'passing' && mode.delayMs > 0)) {
        waiting.push(bytes);
        // Whichever timer fires, the oldest goes first: the order stays when the delay is changed meanwhile.
        after(mode.kind === 'passing' ? mode.delayMs : 0, () => {
          const oldest = waiting.shift();
          if (oldest !== undefined && to.writable) pass(oldest);
        });
      } else {
        pass(bytes);
      }
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
    const far = connect(target, host);
    const pair = [near, far] as const;
    const watcher = watch?.();
    pairs.add(pair);
    for (const [socket, other, way] of [[near, far, 'there'] as const, [far, near, 'back'] as const]) {
      socket.setNoDelay(true);
      socket.on('error', () => {}); // followed by `close`, which ends the other side
      socket.on('close', () => {
        // While nothing gets through, nobody hears that the other one has gone.
        if (mode.kind === 'frozen') return;
        pairs.delete(pair);
        other.destroy();
      });
      pump(socket, other, way, watcher);
      if (mode.kind === 'frozen') socket.pause();
    }
    near.once('close', () => watcher?.ended());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      mode = { kind: 'cut' };
      resetAll();
      endHalves();
    },
    reset: resetAll,
    freeze() {
      mode = { kind: 'frozen' };
      setFrozen(true);
    },
    delay(delayMs) {
      mode = { kind: 'passing', delayMs };
    },
    narrow(bytesPerSecond) {
      mode = { kind: 'narrow', bytesPerMs: bytesPerSecond === undefined ? null : bytesPerSecond / 1000 };
    },
    heal() {
      mode = { kind: 'passing', delayMs: 0 };
      setFrozen(false);
      endHalves();
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
