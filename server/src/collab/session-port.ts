import type { CloseCode, ServerFrame } from '@quire/protocol';
import type { SlowReaderLimit } from '../observability/metrics/label-values.ts';
import type { SentMeters } from '../observability/metrics/sent-meters.ts';

/**
 * What differs between the dialects when a document speaks. Everything else is the same: a message is the connection's
 * prefix, then the frame of the y-websocket dialect.
 */
export interface DialectWriter {
  readonly name: 'hocuspocus' | 'y-websocket';
  /** What stands before every message of the connection with this address. */
  prefix(rawAddress: string): Uint8Array;
  /** Said for each durable frame; null in a dialect that echoes the client's own bytes instead (R9). */
  readonly receipt: Uint8Array | null;
  /** What follows the prefix; null where this dialect has no word for it. */
  say(frame: ServerFrame): Uint8Array | null;
}

/**
 * Puts one message into the bytes of the transport: one buffer, or two where copying the body would cost more than a
 * second buffer. Depends on nothing but its arguments, so what goes to many is framed once.
 */
export type FrameMessage = (prefix: Uint8Array, body: Uint8Array) => readonly Buffer[];

/** Why a socket is not to be read: the disk has to catch up, or much waits behind what is judged, or behind hooks. */
export type ReadStop = 'disk' | 'judging' | 'hooks';

/** What a document needs of a socket. */
export interface SessionPort {
  readonly dialect: DialectWriter;
  readonly isOpen: boolean;
  /**
   * The socket takes less than it is given. What can be had later from elsewhere is not to be sent until it has taken
   * all, when the session's documents are told.
   */
  readonly isBehind: boolean;
  /** Where those who send on it count what they send; null when nobody counts. */
  readonly sent: SentMeters | null;
  /** The same for all sockets of a transport, so that whoever keeps it keeps no session. */
  readonly frame: FrameMessage;
  /** Everything that is sent while `task` runs leaves in one write. */
  together(task: () => void): void;
  /** All of them in one write. */
  send(framed: readonly Buffer[]): void;
  /**
   * Reads nothing more until `readOn` was called for the same reason: for the disk, which is meant where none is given, as often
   * as this was, since many documents may have it.
   */
  stopReading(reason?: ReadStop): void;
  readOn(reason?: ReadStop): void;
  /** @param limit which one a slow reader has reached */
  close(code: CloseCode, limit?: SlowReaderLimit): void;
}

/** Who is at the other end; fixed when the socket opens. URL and headers are parsed when they are asked for. */
export interface SessionOrigin {
  readonly remoteAddress: string;
  /** Whether there may be a token in its URL or headers. Left out: it takes parsing them to know. */
  readonly mayCarryToken?: boolean;
  readonly url: URL;
  readonly headers: Headers;
}
