import {
  createEncoder,
  type Encoder,
  toUint8Array,
  writeVarString,
  writeVarUint,
  writeVarUint8Array,
} from 'lib0/encoding';
import type { ClientFrame } from './client-frame.ts';
import { type DocumentName, describeNameFault, findNameFault, isDocumentName } from './document-name.ts';
import { FrameError } from './frame-error.ts';
import { FrameReader } from './frame-reader.ts';
import { readSyncFrame, type SyncFrame, writeSyncFrame } from './sync-frame.ts';

/** Message types of the Hocuspocus dialect (protocol of @hocuspocus/server 4.7). */
export const hocuspocusTypes = {
  sync: 0,
  presence: 1,
  auth: 2,
  queryPresence: 3,
  syncReply: 4,
  stateless: 5,
  broadcastStateless: 6,
  close: 7,
  receipt: 8,
  ping: 9,
  pong: 10,
} as const;

/** Auth messages: the first varint after `auth`. */
export const authTypes = { token: 0, denied: 1, authenticated: 2 } as const;

/**
 * Where a frame belongs: a document and, for session-aware providers, which of several connections to it.
 * `raw` is the address as sent (`name` or `name\0session`), the key under which one socket's connections differ.
 */
export interface Address {
  readonly raw: string;
  readonly document: DocumentName;
  readonly session: string | null;
}

export type HocuspocusClientFrame =
  | { readonly scope: 'document'; readonly rawAddress: string; readonly frame: ClientFrame }
  /** Sent by a provider in answer to a ping; carries no address. */
  | { readonly scope: 'socket'; readonly kind: 'pong' };

/** Session ids come from the client; they are echoed in every frame, so they are kept short. */
const MAX_SESSION_ID_LENGTH = 128;

/** A count, a separator and 16 digits; it is kept for as long as its connection is on the way in. */
const MAX_EPOCH_LENGTH = 40;

/** @throws {FrameError} `bad-address` */
export function parseAddress(raw: string): Address {
  const separator = raw.indexOf('\0');
  const name = separator === -1 ? raw : raw.slice(0, separator);
  const session = separator === -1 ? null : raw.slice(separator + 1);
  if (!isDocumentName(name)) throw new FrameError('bad-address', describeNameFault(findNameFault(name) ?? 'empty'));
  if (session !== null && (session === '' || session.length > MAX_SESSION_ID_LENGTH || session.includes('\0'))) {
    throw new FrameError('bad-address', `a session id has 1 to ${MAX_SESSION_ID_LENGTH} characters and no NUL`);
  }
  return { raw, document: name, session };
}

/**
 * Reads one frame of a client. Byte fields are views into `bytes`. The address is read, not judged: whoever doesn't know
 * it yet passes it to {@link parseAddress}, which costs more than all the rest.
 *
 * @throws {FrameError} for any bytes that are not a frame a client may send
 */
export function decodeHocuspocusFrame(bytes: Uint8Array): HocuspocusClientFrame {
  if (bytes.length === 1 && bytes[0] === hocuspocusTypes.pong) return { scope: 'socket', kind: 'pong' };
  const reader = new FrameReader(bytes);
  const rawAddress = reader.readText();
  const frame = readClientFrame(reader);
  reader.expectEnd();
  return { scope: 'document', rawAddress, frame };
}

function readClientFrame(reader: FrameReader): ClientFrame {
  const type = reader.readUint();
  switch (type) {
    case hocuspocusTypes.sync:
    case hocuspocusTypes.syncReply:
      return readSyncFrame(reader);
    case hocuspocusTypes.presence:
      return { kind: 'presence', presence: reader.readBytes() };
    case hocuspocusTypes.auth: {
      const authType = reader.readUint();
      if (authType !== authTypes.token) {
        throw new FrameError('unknown-type', `a client sends no auth message of type ${authType}`);
      }
      const token = reader.readText();
      const providerVersion = reader.hasMore ? reader.readText() : null;
      return { kind: 'token', token, providerVersion, ...readEpoch(reader) };
    }
    case hocuspocusTypes.queryPresence:
      return { kind: 'query-presence' };
    case hocuspocusTypes.stateless:
      return { kind: 'stateless', payload: reader.readText() };
    case hocuspocusTypes.close:
      return { kind: 'close' };
    default:
      throw new FrameError('unknown-type', `a client sends no message of type ${type}`);
  }
}

/** What may stand at the end of auth messages. */
function readEpoch(reader: FrameReader): { readonly epoch?: string } {
  if (!reader.hasMore) return {};
  const epoch = reader.readText();
  if (epoch.length > MAX_EPOCH_LENGTH) throw new FrameError('bad-epoch', 'this is longer than an epoch');
  return { epoch };
}

function readUser(reader: FrameReader): { readonly user?: string } {
  return reader.hasMore ? { user: reader.readText() } : {};
}

/** Writes one frame as a client would send it; the inverse of {@link decodeHocuspocusFrame}. */
export function encodeHocuspocusFrame(rawAddress: string, frame: ClientFrame): Uint8Array {
  const encoder = addressed(rawAddress);
  switch (frame.kind) {
    case 'step-1':
    case 'step-2':
    case 'update':
      writeVarUint(encoder, hocuspocusTypes.sync);
      writeSyncFrame(encoder, frame);
      break;
    case 'presence':
      writeVarUint(encoder, hocuspocusTypes.presence);
      writeVarUint8Array(encoder, frame.presence);
      break;
    case 'query-presence':
      writeVarUint(encoder, hocuspocusTypes.queryPresence);
      break;
    case 'token':
      writeVarUint(encoder, hocuspocusTypes.auth);
      writeVarUint(encoder, authTypes.token);
      writeVarString(encoder, frame.token);
      if (frame.providerVersion !== null || frame.epoch !== undefined) {
        writeVarString(encoder, frame.providerVersion ?? '');
      }
      if (frame.epoch !== undefined) writeVarString(encoder, frame.epoch);
      break;
    case 'stateless':
      writeVarUint(encoder, hocuspocusTypes.stateless);
      writeVarString(encoder, frame.payload);
      break;
    case 'close':
      writeVarUint(encoder, hocuspocusTypes.close);
      break;
    default:
      frame satisfies never;
  }
  return toUint8Array(encoder);
}

/** What the server says on a document connection, decoded as far as the gateway and the SDK need it. */
export type ServerFrame =
  | SyncFrame
  | { readonly kind: 'presence'; readonly presence: Uint8Array }
  | { readonly kind: 'query-presence' }
  /** `true`: every byte of the acknowledged frame is on disk. `false`: refused, this connection may not write. */
  | { readonly kind: 'receipt'; readonly durable: boolean }
  /**
   * `epoch`: which life of the document this is, for clients that said of which one their copy is. `user`: whom the server
   * takes them for, empty for guests; never without an epoch before it.
   */
  | { readonly kind: 'authenticated'; readonly scope: string; readonly epoch?: string; readonly user?: string }
  | { readonly kind: 'denied'; readonly reason: string }
  | { readonly kind: 'token-request' }
  | { readonly kind: 'stateless'; readonly payload: string }
  | { readonly kind: 'closed'; readonly reason: string };

/**
 * Reads a frame that a server sent in the Hocuspocus dialect.
 *
 * @throws {FrameError}
 */
export function decodeServerFrame(bytes: Uint8Array): { readonly rawAddress: string; readonly frame: ServerFrame } {
  const reader = new FrameReader(bytes);
  const rawAddress = reader.readText();
  return { rawAddress, frame: readServerFrame(reader) };
}

function readServerFrame(reader: FrameReader): ServerFrame {
  const type = reader.readUint();
  switch (type) {
    case hocuspocusTypes.sync:
    case hocuspocusTypes.syncReply:
      return readSyncFrame(reader);
    case hocuspocusTypes.presence:
      return { kind: 'presence', presence: reader.readBytes() };
    case hocuspocusTypes.queryPresence:
      return { kind: 'query-presence' };
    case hocuspocusTypes.receipt:
      return { kind: 'receipt', durable: reader.readUint() === 1 };
    case hocuspocusTypes.auth:
      return readServerAuth(reader);
    case hocuspocusTypes.stateless:
      return { kind: 'stateless', payload: reader.readText() };
    case hocuspocusTypes.close:
      return { kind: 'closed', reason: reader.readText() };
    default:
      throw new FrameError('unknown-type', `a server sends no message of type ${type}`);
  }
}

function readServerAuth(reader: FrameReader): ServerFrame {
  const type = reader.readUint();
  switch (type) {
    case authTypes.token:
      return { kind: 'token-request' };
    case authTypes.denied:
      return { kind: 'denied', reason: reader.readText() };
    case authTypes.authenticated:
      return { kind: 'authenticated', scope: reader.readText(), ...readEpoch(reader), ...readUser(reader) };
    default:
      throw new FrameError('unknown-type', `there is no auth message of type ${type}`);
  }
}

/**
 * What stands before every frame of a connection. Sync and presence frames go on with the same bytes as in the
 * y-websocket dialect (`encodeYWebsocketFrame`), so a message to many can be encoded once for all of them.
 */
export function encodeAddress(rawAddress: string): Uint8Array {
  return toUint8Array(addressed(rawAddress));
}

/** Writes what a server says on a connection, without the address before it; see {@link encodeAddress}. */
export function encodeServerBody(frame: ServerFrame): Uint8Array {
  const encoder = createEncoder();
  writeServerFrame(encoder, frame);
  return toUint8Array(encoder);
}

/** Writes one frame as a server sends it; the inverse of {@link decodeServerFrame}. */
export function encodeServerFrame(rawAddress: string, frame: ServerFrame): Uint8Array {
  const encoder = addressed(rawAddress);
  writeServerFrame(encoder, frame);
  return toUint8Array(encoder);
}

function writeServerFrame(encoder: Encoder, frame: ServerFrame): void {
  switch (frame.kind) {
    case 'step-1':
    case 'step-2':
    case 'update':
      writeVarUint(encoder, hocuspocusTypes.sync);
      writeSyncFrame(encoder, frame);
      return;
    case 'presence':
      writeVarUint(encoder, hocuspocusTypes.presence);
      writeVarUint8Array(encoder, frame.presence);
      return;
    case 'query-presence':
      writeVarUint(encoder, hocuspocusTypes.queryPresence);
      return;
    case 'receipt':
      writeVarUint(encoder, hocuspocusTypes.receipt);
      writeVarUint(encoder, frame.durable ? 1 : 0);
      return;
    case 'authenticated':
      writeVarUint(encoder, hocuspocusTypes.auth);
      writeVarUint(encoder, authTypes.authenticated);
      writeVarString(encoder, frame.scope);
      if (frame.epoch === undefined) return;
      writeVarString(encoder, frame.epoch);
      if (frame.user !== undefined) writeVarString(encoder, frame.user);
      return;
    case 'denied':
      writeVarUint(encoder, hocuspocusTypes.auth);
      writeVarUint(encoder, authTypes.denied);
      writeVarString(encoder, frame.reason);
      return;
    case 'token-request':
      writeVarUint(encoder, hocuspocusTypes.auth);
      writeVarUint(encoder, authTypes.token);
      return;
    case 'stateless':
      writeVarUint(encoder, hocuspocusTypes.stateless);
      writeVarString(encoder, frame.payload);
      return;
    case 'closed':
      writeVarUint(encoder, hocuspocusTypes.close);
      writeVarString(encoder, frame.reason);
      return;
    default:
      frame satisfies never;
  }
}

function addressed(rawAddress: string): Encoder {
  const encoder = createEncoder();
  writeVarString(encoder, rawAddress);
  return encoder;
}
