import type { CloseCode, DocumentName } from '@quire/protocol';

/** A message that many sockets share: its bytes for the wire are made once, by whichever socket sends it first. */
export class SharedMessage {
  readonly payload: Uint8Array;
  #framed: Buffer | null = null;

  constructor(payload: Uint8Array) {
    this.payload = payload;
  }

  framedBy(frame: (payload: Uint8Array) => Buffer): Buffer {
    this.#framed ??= frame(this.payload);
    return this.#framed;
  }
}

/** How one dialect puts into bytes what a document says. Pure; null where the dialect has no word for it. */
export interface DialectWriter {
  readonly name: 'hocuspocus' | 'y-websocket';
  update(rawAddress: string, update: Uint8Array): Uint8Array;
  presence(rawAddress: string, presence: Uint8Array): Uint8Array;
  receipt(rawAddress: string, durable: boolean): Uint8Array | null;
  /** The client's own bytes, once durable (R9). */
  echo(update: Uint8Array): Uint8Array | null;
  /** Says in this dialect a frame that Hocuspocus wrote. */
  fromHocuspocus(frame: Uint8Array): Uint8Array | null;
}

/** What a document needs of a socket. */
export interface SessionPort {
  readonly dialect: DialectWriter;
  readonly isOpen: boolean;
  /** All of them in one write. */
  write(messages: readonly SharedMessage[]): void;
  close(code: CloseCode): void;
}

/** Who is at the other end; fixed when the socket opens. */
export interface SessionOrigin {
  readonly remoteAddress: string;
  readonly url: URL;
  readonly headers: Headers;
}

export type { DocumentName };
