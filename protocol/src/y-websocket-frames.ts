import { createEncoder, toUint8Array, writeVarString, writeVarUint } from 'lib0/encoding';
import type { ClientFrame } from './client-frame.ts';
import { FrameError } from './frame-error.ts';
import { FrameReader } from './frame-reader.ts';
import type { ServerFrame } from './hocuspocus-frames.ts';
import { readSyncFrame, syncTypes } from './sync-frame.ts';

/** Message types of the y-websocket dialect (y-websocket 3.1). One socket is one document, named by the URL. */
export const yWebsocketTypes = { sync: 0, presence: 1, auth: 2, queryPresence: 3 } as const;

const PERMISSION_DENIED = 0;

/** The frames a y-websocket client can send: a subset of what a Hocuspocus client can. */
export type YWebsocketClientFrame = Extract<
  ClientFrame,
  { kind: 'step-1' | 'step-2' | 'update' | 'presence' | 'query-presence' }
>;

/**
 * Reads one frame of a client. Byte fields are views into `bytes`.
 *
 * @throws {FrameError} for any bytes that are not a frame a client may send
 */
export function decodeYWebsocketFrame(bytes: Uint8Array): YWebsocketClientFrame {
  const reader = new FrameReader(bytes);
  const frame = readFrame(reader);
  reader.expectEnd();
  return frame;
}

function readFrame(reader: FrameReader): YWebsocketClientFrame {
  const type = reader.readUint();
  switch (type) {
    case yWebsocketTypes.sync:
      return readSyncFrame(reader);
    case yWebsocketTypes.presence:
      return { kind: 'presence', presence: reader.readBytes() };
    case yWebsocketTypes.queryPresence:
      return { kind: 'query-presence' };
    default:
      throw new FrameError('unknown-type', `a y-websocket client sends no message of type ${type}`);
  }
}

/**
 * Writes one frame as a client, and the server, would send it. Every broadcast passes here, so the bytes are put into an
 * array of the right size at once; lib0's encoder grows one and copies it.
 */
export function encodeYWebsocketFrame(frame: YWebsocketClientFrame): Uint8Array {
  switch (frame.kind) {
    case 'step-1':
      return packBytes([yWebsocketTypes.sync, syncTypes.step1], frame.stateVector);
    case 'step-2':
      return packBytes([yWebsocketTypes.sync, syncTypes.step2], frame.update);
    case 'update':
      return packBytes([yWebsocketTypes.sync, syncTypes.update], frame.update);
    case 'presence':
      return packBytes([yWebsocketTypes.presence], frame.presence);
    case 'query-presence':
      return new Uint8Array([yWebsocketTypes.queryPresence]);
    default:
      return frame satisfies never;
  }
}

/** Types, which are below 128 and so one byte each, then the length of the content, then the content. */
function packBytes(types: readonly number[], content: Uint8Array): Uint8Array {
  let lengthBytes = 1;
  for (let rest = content.length; rest >= 128; rest = Math.floor(rest / 128)) lengthBytes += 1;
  const frame = new Uint8Array(types.length + lengthBytes + content.length);
  frame.set(types);
  let at = types.length;
  let rest = content.length;
  for (; rest >= 128; rest = Math.floor(rest / 128)) {
    frame[at] = (rest % 128) | 128;
    at += 1;
  }
  frame[at] = rest;
  frame.set(content, at + 1);
  return frame;
}

/** y-websocket's only word for "you may not": shown by its client as a warning, the connection stays. */
export function encodePermissionDenied(reason: string): Uint8Array {
  const encoder = createEncoder();
  writeVarUint(encoder, yWebsocketTypes.auth);
  writeVarUint(encoder, PERMISSION_DENIED);
  writeVarString(encoder, reason);
  return toUint8Array(encoder);
}

/**
 * Says in the y-websocket dialect what a server said in the Hocuspocus dialect; null for what it has no word for.
 * A receipt has none: a client's own bytes, echoed once durable, take its place (R9).
 */
export function translateServerFrame(frame: ServerFrame): Uint8Array | null {
  switch (frame.kind) {
    case 'step-1':
    case 'step-2':
    case 'update':
    case 'presence':
    case 'query-presence':
      return encodeYWebsocketFrame(frame);
    case 'denied':
      return encodePermissionDenied(frame.reason);
    case 'receipt':
      return frame.durable ? null : encodePermissionDenied('this connection may read, not write');
    case 'authenticated':
    case 'token-request':
    case 'stateless':
    case 'closed':
      return null;
    default:
      return frame satisfies never;
  }
}
