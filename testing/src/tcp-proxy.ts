import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Way } from './links/describe-message.ts';

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
   * Lets everything through on one way, and on the other a little at a time.
   *
   * @param bytesPerSecond left out: some ten megabytes
   * @param way which is narrow, `there` to the server or `back` to the client; left out: `back`
   */
  narrow(bytesPerSecond?: number, way?: Way): void;
  /** Everything works again; what was frozen or delayed is passed on. */
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
  | { readonly kind: 'narrow'; readonly bytesPerMs: number | null; readonly way: Way }
  | { readonly kind: 'frozen' }
  | { readonly kind: 'cut' };

/** What has arrived, and waits for its time. */
interface Held {
  readonly bytes: Buffer;
  readonly dueAt: number;
}

/** One direction of one connection. */
interface Pump {
  /** Passes on what waits, due or not. */
  passAll(): void;
  /** Nothing more comes: once all that waits is passed on, the other side is told. */
  finish(): void;
}

/** After each piece that Node reads at once, 64 KiB, while the line is narrow. */
const NARROW_WAIT_MS = 5;

/** @param target port of the server */
export async function startTcpProxy(
  target: number,
  { host = '127.0.0.1', watch }: TcpProxyOptions = {},
): Promise<TcpProxy> {
  let mode: Mode = { kind: 'passing', delayMs: 0 };
  const pairs = new Set<readonly [Socket, Socket]>();
  const pumps = new Set<Pump>();
  const timers = new Set<NodeJS.Timeout>();

  const resetAll = (): void => {
    for (const pair of pairs) for (const socket of pair) socket.resetAndDestroy();
  };
  /** Whose other side went away while nothing got through hears of it now. */
  const endHalves = (): void => {
    for (const pair of pairs) {
      const left = pair.filter(({ destroyed }) => !destroyed);
      if (left.length === 0) pairs.delete(pair);
      else if (left.length === 1) left[0]?.destroySoon();
    }
  };
  const after = (delayMs: number, run: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, delayMs);
    timers.add(timer);
  };
  const pump = (from: Socket, to: Socket, way: Way, watcher: ConnectionWatch | undefined): Pump => {
    const waiting: Held[] = [];
    let isOver = false;
    const endIfOver = (): void => {
      if (isOver && waiting.length === 0) to.destroySoon();
    };
    const pass = (bytes: Buffer, onWritten?: () => void): void => {
      if (!to.writable) return;
      if (way === 'back') watcher?.back(bytes);
      to.write(bytes, onWritten);
    };
    /** Whichever timer calls, the oldest goes first: the order stays when the delay is changed meanwhile. */
    const passDue = (): void => {
      if (mode.kind === 'frozen') return;
      while (waiting[0] !== undefined && waiting[0].dueAt <= performance.now()) pass((waiting.shift() as Held).bytes);
      endIfOver();
    };
    const hold = (bytes: Buffer, delayMs: number): void => {
      const dueAt = Math.max(performance.now() + delayMs, waiting.at(-1)?.dueAt ?? 0);
      waiting.push({ bytes, dueAt });
      // A timer may be early by a fraction of a millisecond.
      after(Math.ceil(dueAt - performance.now()) + 1, passDue);
    };
    from.on('data', (bytes) => {
      if (way === 'there') watcher?.there(bytes);
      const delayMs = mode.kind === 'passing' ? mode.delayMs : 0;
      if (waiting.length > 0 || delayMs > 0) {
        hold(bytes, delayMs);
      } else if (mode.kind === 'narrow' && way === mode.way) {
        const waitMs = mode.bytesPerMs === null ? NARROW_WAIT_MS : bytes.length / mode.bytesPerMs;
        from.pause();
        pass(bytes, () => after(waitMs, () => mode.kind !== 'frozen' && from.resume()));
      } else {
        pass(bytes);
      }
    });
    return {
      passAll() {
        for (const { bytes } of waiting.splice(0)) pass(bytes);
        endIfOver();
      },
      finish() {
        isOver = true;
        endIfOver();
      },
    };
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
      const pumping = pump(socket, other, way, watcher);
      pumps.add(pumping);
      socket.once('close', () => {
        // While nothing gets through, nobody hears that the other one has gone.
        if (mode.kind === 'frozen') return;
        if (other.destroyed) pairs.delete(pair);
        else pumping.finish();
      });
      other.once('close', () => pumps.delete(pumping));
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
    narrow(bytesPerSecond, way = 'back') {
      mode = { kind: 'narrow', bytesPerMs: bytesPerSecond === undefined ? null : bytesPerSecond / 1000, way };
    },
    heal() {
      mode = { kind: 'passing', delayMs: 0 };
      for (const { passAll } of pumps) passAll();
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
