import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import type { Closed } from './frame-socket.ts';
import { serverMessagesIn } from './websocket-messages.ts';

/** A WebSocket without a library: whatever bytes a test likes follow the handshake. */
export interface RawWebSocket {
  send(bytes: Uint8Array): void;
  /** Resolves when the connection is gone, with what the first close frame of the server said; null without one. */
  readonly ended: Promise<Closed | null>;
  terminate(): void;
}

export interface RawWebSocketOptions {
  /** Sent in the same packet as the request, before anybody can have answered. */
  readonly early?: Uint8Array;
  /** Does not hang up when the server does, like somebody who takes up room on purpose. */
  readonly lingers?: boolean;
}

/** @throws when the upgrade is refused */
export async function openRawWebSocket(
  wsUrl: string,
  path: string,
  { early = new Uint8Array(), lingers = false }: RawWebSocketOptions = {},
): Promise<RawWebSocket> {
  const { host } = new URL(wsUrl);
  const socket = connectTo(wsUrl, lingers);
  let heard = Buffer.alloc(0);
  socket.on('error', () => {}); // followed by `close`
  const ended = new Promise<Closed | null>((resolve) => {
    socket.on('close', () => resolve(findClose(heard)));
  });
  const request =
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`;
  socket.write(Buffer.concat([Buffer.from(request), early]));
  await new Promise<void>((resolve, reject) => {
    socket.on('data', (data: Buffer) => {
      heard = Buffer.concat([heard, data]);
      const headersEnd = heard.indexOf('\r\n\r\n');
      if (headersEnd === -1) return;
      if (heard.toString('latin1', 0, 12) === 'HTTP/1.1 101') resolve();
      else reject(new Error(heard.toString('latin1', 0, headersEnd)));
    });
    socket.on('close', () => reject(new Error('closed before it was answered')));
  });
  return { send: (bytes) => socket.write(bytes), ended, terminate: () => socket.destroy() };
}

function connectTo(wsUrl: string, allowHalfOpen: boolean): Socket {
  const { hostname, port, protocol } = new URL(wsUrl);
  const host = hostname.replaceAll(/[[\]]/g, '');
  // Over TLS nobody can linger: its goodbye ends both ways.
  if (protocol === 'wss:') return connectSecurely({ port: Number(port || 443), host });
  return connect({ port: Number(port || 80), host, allowHalfOpen });
}

const CLOSE = 0x88;

/** What the first close frame after the handshake says. */
function findClose(heard: Buffer): Closed | null {
  const afterHandshake = heard.subarray(heard.indexOf('\r\n\r\n') + 4);
  for (const { head, content } of serverMessagesIn(afterHandshake)) {
    if (head !== CLOSE) continue;
    return content.length < 2
      ? { code: 1005, reason: '' }
      : { code: content.readUInt16BE(0), reason: content.toString('utf8', 2) };
  }
  return null;
}
