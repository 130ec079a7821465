import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { type FrameListener, FrameSplitter, frameForServer, opcodes } from './websocket-frames.ts';

export interface LoadSocket {
  /** Writes a frame that is complete with its WebSocket header. */
  write(frame: Buffer): void;
  /** Stops reading, like somebody whose network takes nothing in. */
  pause(): void;
  resume(): void;
  /** Resolves once the connection is gone, with the close code if the server gave one. */
  readonly closed: Promise<number | null>;
  /** Resets the connection: no goodbye, and no port that lingers. */
  destroy(): void;
}

export interface SocketAddress {
  readonly port: number;
  readonly path: string;
  /** Of the request, besides those of the handshake; each with its line break. */
  readonly headers?: string;
  /** Sent in the same packet as the request, before anybody can have answered. */
  readonly early?: Buffer;
}

const CONNECT_TIMEOUT_MS = 60_000;
const READ_BYTES = 256 * 1024;
const END_OF_HEAD = Buffer.from('\r\n\r\n');

/** Every socket reads into this one: what arrives is looked at before the next read. */
const readBuffer = Buffer.allocUnsafeSlow(READ_BYTES);

export interface SocketListener {
  /** Called before anything is heard. */
  onOpen(socket: LoadSocket): void;
  /** Is given binary messages; their bytes are valid only during the call. */
  onMessage(bytes: Buffer, start: number, end: number): void;
  /** Likewise. */
  onPong?(bytes: Buffer, start: number, end: number): void;
}

/** A WebSocket client on a bare TCP socket: no allocation for a read, none for a frame that is whole. */
export function openSocket(address: SocketAddress, listener: SocketListener): Promise<void> {
  return new Promise((resolve, reject) => {
    let closeCode: number | null = null;
    let head: Buffer | null = Buffer.alloc(0);
    const closed = Promise.withResolvers<number | null>();

    const onFrame: FrameListener = (opcode, bytes, start, end) => {
      if (opcode === opcodes.binary) listener.onMessage(bytes, start, end);
      else if (opcode === opcodes.ping) socket.write(frameForServer(bytes.subarray(start, end), opcodes.pong));
      else if (opcode === opcodes.pong) listener.onPong?.(bytes, start, end);
      else if (opcode === opcodes.close) {
        closeCode = end - start >= 2 ? bytes.readUInt16BE(start) : 1005;
        socket.destroy();
      }
    };
    const splitter = new FrameSplitter(onFrame);

    function read(bytesRead: number): boolean {
      const chunk = readBuffer.subarray(0, bytesRead);
      if (head === null) splitter.feed(chunk);
      else readHead(Buffer.concat([head, chunk]));
      return true;
    }

    function readHead(bytes: Buffer): void {
      head = bytes;
      const end = bytes.indexOf(END_OF_HEAD);
      if (end === -1) return;
      head = null;
      clearTimeout(timeout);
      const status = bytes.toString('latin1', 0, bytes.indexOf('\r\n'));
      if (!status.includes(' 101 ')) {
        socket.destroy(new Error(`the server refused ${address.path}: ${status}`));
        return;
      }
      listener.onOpen({
        write: (frame) => socket.write(frame),
        pause: () => socket.pause(),
        resume: () => socket.resume(),
        closed: closed.promise,
        destroy: () => socket.resetAndDestroy(),
      });
      resolve();
      // The first frames may have come with the head.
      if (end + 4 < bytes.length) splitter.feed(bytes.subarray(end + 4));
    }

    const socket: Socket = connect({
      host: '127.0.0.1',
      port: address.port,
      noDelay: true,
      onread: { buffer: readBuffer, callback: read },
    });
    const timeout = setTimeout(() => socket.destroy(new Error('no answer to an upgrade')), CONNECT_TIMEOUT_MS);
    socket.once('connect', () => {
      const request = Buffer.from(upgradeRequest(address));
      socket.write(address.early === undefined ? request : Buffer.concat([request, address.early]));
    });
    socket.on('error', (error) => reject(error)); // after the upgrade `close` tells
    socket.once('close', () => {
      clearTimeout(timeout);
      closed.resolve(closeCode);
      reject(new Error('closed before the upgrade'));
    });
  });
}

function upgradeRequest({ port, path, headers = '' }: SocketAddress): string {
  return (
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n${headers}\r\n`
  );
}
