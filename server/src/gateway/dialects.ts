import {
  type ClientFrame,
  decodeHocuspocusFrame,
  decodeYWebsocketFrame,
  encodeAddress,
  encodeServerBody,
  type ServerFrame,
  translateServerFrame,
} from '@quire/protocol';
import type { DialectWriter } from '../collab/session-port.ts';

/** A frame of a client and the document connection that it belongs to; null for what only shows that a socket lives. */
export type ReceivedFrame = { readonly rawAddress: string; readonly frame: ClientFrame } | null;

/** One of the two ways in which clients and this server put the same things into bytes. */
export interface Dialect extends DialectWriter {
  /** @throws {FrameError} */
  read(bytes: Uint8Array): ReceivedFrame;
}

/** Messages come in runs for one address: the few of a connection that enters, or all that one document has to say. */
function rememberLast(encode: (rawAddress: string) => Uint8Array): (rawAddress: string) => Uint8Array {
  let last: { readonly rawAddress: string; readonly prefix: Uint8Array } = { rawAddress: '', prefix: new Uint8Array() };
  return (rawAddress) => {
    if (last.rawAddress !== rawAddress) last = { rawAddress, prefix: encode(rawAddress) };
    return last.prefix;
  };
}

/** Many documents on one socket, for `@hocuspocus/provider`. */
export const hocuspocusDialect: Dialect = {
  name: 'hocuspocus',
  read(bytes) {
    const received = decodeHocuspocusFrame(bytes);
    return received.scope === 'socket' ? null : received;
  },
  prefix: rememberLast(encodeAddress),
  receipt: encodeServerBody({ kind: 'receipt', durable: true }),
  say: encodeServerBody,
};

const NO_ADDRESS = new Uint8Array();

/** One document on one socket, named by the URL, for `WebsocketProvider` of y-websocket. */
export class YWebsocketDialect implements Dialect {
  readonly #rawAddress: string;

  constructor(rawAddress: string) {
    this.#rawAddress = rawAddress;
  }

  get name(): 'y-websocket' {
    return 'y-websocket';
  }

  get receipt(): null {
    return null;
  }

  read(bytes: Uint8Array): ReceivedFrame {
    return { rawAddress: this.#rawAddress, frame: decodeYWebsocketFrame(bytes) };
  }

  prefix(): Uint8Array {
    return NO_ADDRESS;
  }

  say(frame: ServerFrame): Uint8Array | null {
    return translateServerFrame(frame);
  }
}
