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

/** Where Node keeps listeners; not documented. Where there is no table it makes one for the first that comes. */
interface WithTable {
  _events: object | undefined;
}

const NOTHING = Buffer.alloc(0);

/**
 * A socket of `ws` with one listener, which is called as it is: with a table of listeners, though an empty one, each idle
 * connection would weigh a twentieth more.
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
    (this as unknown as WithTable)._events = undefined;
  }

  /** Gives a reason with every close, also with the one that `ws` decides on by itself: 1009, for a frame beyond the limit. */
  override close(code?: number, reason?: string | Buffer): void {
    super.close(code, reason ?? (code === undefined ? undefined : describeClose(code).reason));
  }

  override emit(event: string | symbol, ...told: unknown[]): boolean {
    const listener = this.#listener;
    if (listener === null) return super.emit(event, ...told);
    switch (event) {
      case 'message':
        listener.onMessage(told[0] as Buffer, told[1] as boolean); // `ws` gives Buffers unless told otherwise
        return true;
      case 'ping':
        listener.onPing(told[0] as Buffer);
        return true;
      case 'pong':
        listener.onPong();
        return true;
      case 'error':
        listener.onError(told[0] as Error);
        return true;
      case 'close':
        listener.onClose(told[0] as number, told[1] as Buffer);
        return true;
      default:
        return super.emit(event, ...told);
    }
  }
}
