import type { Duplex } from 'node:stream';
import { describeClose } from '@quire/protocol';
import { WebSocket } from 'ws';

/** Who hears what happens on a socket. */
export interface SocketListener {
  onMessage(data: Buffer, isBinary: boolean): void;
  /** `ws` does not answer it. */
  onPing(payload: Buffer): void;
  onPong(): void;
  onError(error: Error): void;
  onClose(code: number, reason: Buffer): void;
}

/** What `ws` does at the end of an upgrade; it is not in its types. */
interface Connectable {
  setSocket(line: Duplex, head: Buffer, options: object): void;
}

const NOTHING = Buffer.alloc(0);

/**
 * A socket of `ws` with one listener, told through functions that all sockets share: a closure for each event of each
 * socket would be a tenth of what an idle connection weighs.
 */
export class SessionSocket extends WebSocket {
  #listener: SocketListener | null = null;

  /** Over a line that came about without an upgrade. @param options of the `WebSocketServer` that would have handled one */
  static over(line: Duplex, options: object): SessionSocket {
    const socket = new SessionSocket(null as never, undefined, options as never);
    (socket as unknown as Connectable).setSocket(line, NOTHING, options);
    return socket;
  }

  /** From the turn in which it opens: bytes that are no frame are an `error`, and one that nobody hears ends the process. */
  listen(listener: SocketListener): void {
    this.#listener = listener;
    this.on('message', hear);
    this.on('ping', hearPing);
    this.on('pong', hearPong);
    this.on('error', hearError);
    this.on('close', hearClose);
  }

  /** Gives a reason with every close, also with the one that `ws` decides on by itself: 1009, for a frame beyond the limit. */
  override close(code?: number, reason?: string | Buffer): void {
    super.close(code, reason ?? (code === undefined ? undefined : describeClose(code).reason));
  }

  static listenerOf(socket: WebSocket): SocketListener | null {
    return #listener in socket ? socket.#listener : null;
  }
}

function hear(this: WebSocket, data: unknown, isBinary: boolean): void {
  SessionSocket.listenerOf(this)?.onMessage(data as Buffer, isBinary); // `ws` gives Buffers unless told otherwise
}

function hearPing(this: WebSocket, payload: Buffer): void {
  SessionSocket.listenerOf(this)?.onPing(payload);
}

function hearPong(this: WebSocket): void {
  SessionSocket.listenerOf(this)?.onPong();
}

function hearError(this: WebSocket, error: Error): void {
  SessionSocket.listenerOf(this)?.onError(error);
}

function hearClose(this: WebSocket, code: number, reason: Buffer): void {
  SessionSocket.listenerOf(this)?.onClose(code, reason);
}
