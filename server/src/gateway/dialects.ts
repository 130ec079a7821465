import {
  type Address,
  type ClientFrame,
  decodeHocuspocusFrame,
  decodeServerFrame,
  decodeYWebsocketFrame,
  encodePresenceFrame,
  encodeReceipt,
  encodeUpdateFrame,
  encodeYWebsocketFrame,
  translateServerFrame,
} from '@quire/protocol';
import type { DialectWriter } from '../collab/session-port.ts';

/** A frame of a client and the document connection that it belongs to; null for what only shows that a socket lives. */
export type ReceivedFrame = { readonly address: Address; readonly frame: ClientFrame } | null;

/** One of the two ways in which clients and this server put the same things into bytes. */
export interface Dialect extends DialectWriter {
  /** @throws {FrameError} */
  read(bytes: Uint8Array): ReceivedFrame;
}

/** Many documents on one socket, for `@hocuspocus/provider`. */
export const hocuspocusDialect: Dialect = {
  name: 'hocuspocus',
  read(bytes) {
    const received = decodeHocuspocusFrame(bytes);
    return received.scope === 'socket' ? null : received;
  },
  update: encodeUpdateFrame,
  presence: encodePresenceFrame,
  receipt: encodeReceipt,
  echo: () => null,
  fromHocuspocus: (frame) => frame,
};

/** One document on one socket, named by the URL, for `WebsocketProvider` of y-websocket. */
export function createYWebsocketDialect(address: Address): Dialect {
  return {
    name: 'y-websocket',
    read: (bytes) => ({ address, frame: decodeYWebsocketFrame(bytes) }),
    update: (_address, update) => encodeYWebsocketFrame({ kind: 'update', update }),
    presence: (_address, presence) => encodeYWebsocketFrame({ kind: 'presence', presence }),
    receipt: (_address, durable) => translateServerFrame({ kind: 'receipt', durable }),
    echo: (update) => encodeYWebsocketFrame({ kind: 'update', update }),
    fromHocuspocus: (frame) => translateServerFrame(decodeServerFrame(frame).frame),
  };
}
