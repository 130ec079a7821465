import {
  type ClientFrame,
  decodeServerFrame,
  decodeYWebsocketFrame,
  encodeAddress,
  encodeHocuspocusFrame,
  encodeYWebsocketFrame,
  FrameError,
  FrameReader,
  type ServerFrame,
  type YWebsocketClientFrame,
  yWebsocketTypes,
} from '@quire/protocol';

export const dialectNames = ['hocuspocus', 'y-websocket'] as const;
export type DialectName = (typeof dialectNames)[number];

/** What a client can say in both dialects. */
export type SaidFrame = YWebsocketClientFrame;

/** What a server said; what this suite has no word for is nothing that it checks. */
export type HeardFrame = ServerFrame | { readonly kind: 'unreadable' };

/** Where a document is, and who asks for it. */
export interface Place {
  readonly url: string;
  readonly document: string;
  readonly token: string;
}

/** How one of the two protocols of Yjs servers is spoken. */
export interface Dialect {
  readonly name: DialectName;
  socketUrl(place: Place): string;
  /** What a client has to say before anything else. */
  greet(place: Place): readonly Uint8Array[];
  encode(document: string, frame: SaidFrame): Uint8Array;
  /** What stands before the type of a message, and the message, whatever it is. */
  raw(document: string, message: readonly number[]): Uint8Array;
  /** `address` is null where a socket has one document. */
  decode(bytes: Uint8Array): { readonly address: string | null; readonly frame: HeardFrame };
}

const UNREADABLE = { kind: 'unreadable' } as const;

const hocuspocus: Dialect = {
  name: 'hocuspocus',
  socketUrl: ({ url }) => url,
  greet: ({ document, token }) => [encodeHocuspocusFrame(document, { kind: 'token', token, providerVersion: null })],
  encode: (document, frame: ClientFrame) => encodeHocuspocusFrame(document, frame),
  raw: (document, message) => new Uint8Array([...encodeAddress(document), ...message]),
  decode(bytes) {
    const heard = orUnreadable(() => decodeServerFrame(bytes));
    return 'kind' in heard ? { address: null, frame: UNREADABLE } : { address: heard.rawAddress, frame: heard.frame };
  },
};

const yWebsocket: Dialect = {
  name: 'y-websocket',
  socketUrl({ url, document, token }) {
    const place = new URL(url);
    place.pathname = `${place.pathname.replace(/\/+$/, '')}/${encodeURIComponent(document)}`;
    if (token !== '') place.searchParams.set('token', token);
    return place.href;
  },
  greet: () => [],
  encode: (_document, frame) => encodeYWebsocketFrame(frame),
  raw: (_document, message) => new Uint8Array(message),
  decode: (bytes) => ({ address: null, frame: orUnreadable(() => readYWebsocketFrame(bytes)) }),
};

export const dialects: Readonly<Record<DialectName, Dialect>> = { hocuspocus, 'y-websocket': yWebsocket };

function readYWebsocketFrame(bytes: Uint8Array): HeardFrame {
  if (bytes[0] !== yWebsocketTypes.auth) return decodeYWebsocketFrame(bytes);
  const reader = new FrameReader(bytes);
  reader.readUint();
  reader.readUint(); // the one thing that there is to say: permission denied
  return { kind: 'denied', reason: reader.readText() };
}

function orUnreadable<T>(read: () => T): T | typeof UNREADABLE {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return UNREADABLE;
  }
}
