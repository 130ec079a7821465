import { WebSocket } from 'ws';
import { until } from './until.ts';

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** A WebSocket without a provider: sends any bytes, and remembers what it heard. */
export interface FrameSocket {
  send(frame: Uint8Array | string): void;
  /** Everything heard so far, oldest first. */
  readonly frames: readonly Uint8Array[];
  onFrame(listener: (frame: Uint8Array) => void): void;
  /** Resolves with the code and reason with which either side closed. */
  readonly closed: Promise<Closed>;
  readonly isOpen: boolean;
  /** Frames that wait in this process for the network. */
  readonly unsentBytes: number;
  /** Resolves with the first thing that `find` makes of a frame, of those heard already or of later ones. */
  next<T>(find: (frame: Uint8Array) => T | null, what: string): Promise<T>;
  /** Stops reading, like somebody whose network takes nothing in; `close` still works. */
  pause(): void;
  /** Reads on, beginning with what has waited on the way. */
  resume(): void;
  close(): void;
  /** Without a goodbye. */
  terminate(): void;
}

export interface FrameSocketOptions {
  /** For a server that takes the connection and says nothing. Left out: 15 s. */
  readonly openWithinMs?: number;
  /** Ends the socket, open or not. */
  readonly signal?: AbortSignal;
}

const OPEN_WITHIN_MS = 15_000;

/** @throws when the server refuses the upgrade, or does not answer in time */
export async function openFrameSocket(
  url: string,
  { openWithinMs = OPEN_WITHIN_MS, signal }: FrameSocketOptions = {},
): Promise<FrameSocket> {
  signal?.throwIfAborted();
  const socket = new WebSocket(url, { perMessageDeflate: false, handshakeTimeout: openWithinMs });
  const terminate = (): void => socket.terminate();
  signal?.addEventListener('abort', terminate);
  socket.once('close', () => signal?.removeEventListener('abort', terminate));
  socket.binaryType = 'nodebuffer';
  const frames: Uint8Array[] = [];
  const listeners = new Set<(frame: Uint8Array) => void>();
  let wasClosed: Closed | null = null;
  const closed = new Promise<Closed>((resolve) => {
    socket.once('close', (code, reason) => {
      wasClosed = { code, reason: reason.toString() };
      resolve(wasClosed);
    });
  });
  socket.on('message', (data: Buffer) => {
    const frame = new Uint8Array(data);
    frames.push(frame);
    for (const listener of listeners) listener(frame);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => {}); // followed by `close`

  return {
    frames,
    closed,
    send: (frame) => socket.send(frame),
    onFrame: (listener) => listeners.add(listener),
    get isOpen() {
      return socket.readyState === WebSocket.OPEN;
    },
    get unsentBytes() {
      return socket.bufferedAmount;
    },
    next<T>(find: (frame: Uint8Array) => T | null, what: string) {
      let looked = 0;
      return until(
        () => {
          for (; looked < frames.length; looked += 1) {
            const found = find(frames[looked] as Uint8Array);
            if (found !== null) return { found };
          }
          if (wasClosed !== null) throw new Error(`${what}: closed with ${wasClosed.code} ${wasClosed.reason}`);
          return null;
        },
        {
          what,
          onChange: (look) => {
            listeners.add(look);
            return () => listeners.delete(look);
          },
        },
      ).then(({ found }) => found);
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close: () => socket.close(),
    terminate,
  };
}
