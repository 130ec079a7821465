import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  CONNECTIONS_BESIDES_SESSIONS,
  CONNECTIONS_PER_SESSION,
  encodeHocuspocusFrame,
  parseAddress,
} from '@quire/protocol';
import { type FrameSocket, type HocuspocusPerson, joinWithHocuspocus, openFrameSocket, until } from '@quire/testing';
import * as Y from 'yjs';
import { type Authenticator, allow } from '../../auth/authenticator.ts';
import type { ConfigInput, ServerParts } from '../../main.ts';
import type { MeasuredServer } from '../measured-server.ts';

export interface Stage {
  readonly measured: MeasuredServer;
  /** Called when the scenario is over, the last one first. */
  atEnd(end: () => unknown): void;
}

/** Something that happens to a server, and every series that it moves. */
export interface Scenario {
  readonly title: string;
  readonly settings?: ConfigInput;
  /** What has to be there before the server is, which gets these settings. */
  prepare?(atEnd: Stage['atEnd']): Promise<ConfigInput>;
  /** Made anew for each run. */
  readonly parts?: () => ServerParts;
  readonly moves: readonly string[];
  play(stage: Stage): Promise<void>;
}

/** The document that everything happens to. */
export const name = 'plan';

export async function joinSynced({ measured, atEnd }: Stage, doc = new Y.Doc()): Promise<HocuspocusPerson> {
  const person = joinWithHocuspocus(measured.wsUrl, name, { doc });
  atEnd(() => person.leave());
  await until(() => person.provider.isSynced && !person.provider.hasUnsyncedChanges, { what: 'synced' });
  return person;
}

export async function open({ measured, atEnd }: Stage): Promise<FrameSocket> {
  const socket = await openFrameSocket(`${measured.wsUrl}/collab`);
  atEnd(() => socket.terminate());
  return socket;
}

export const frame = (sent: Parameters<typeof encodeHocuspocusFrame>[1]): Uint8Array =>
  encodeHocuspocusFrame(parseAddress(name).raw, sent);
export const token = frame({ kind: 'token', token: '', providerVersion: null });

export function keystroke(): Uint8Array {
  const doc = new Y.Doc();
  doc.getText('body').insert(0, 'x');
  return Y.encodeStateAsUpdate(doc);
}

/** An upgrade request with a status line for an answer, for those that are refused. */
export async function ask(
  { measured, atEnd }: Stage,
  path: string,
  headers: Record<string, string>,
  method = 'GET',
): Promise<Socket> {
  const socket = connect(measured.server.port, '127.0.0.1');
  atEnd(() => socket.destroy());
  const sent = {
    Host: 'localhost',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  };
  const lines = Object.entries(sent).map(([header, value]) => `${header}: ${value}\r\n`);
  socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
  await once(socket, 'data');
  return socket;
}

/** More connections than there may be where there may be one session, none of which says anything; until one is ended. */
export async function crowdPort({ measured }: Stage): Promise<void> {
  const most = CONNECTIONS_PER_SESSION + CONNECTIONS_BESIDES_SESSIONS;
  const sockets = Array.from({ length: most + 1 }, () => connect(measured.server.port, '127.0.0.1'));
  const ends = sockets.map(
    (socket) =>
      new Promise((resolve) => {
        socket.on('error', () => {}); // followed by `close`
        socket.on('close', resolve);
        socket.resume();
      }),
  );
  await Promise.race(ends);
  for (const socket of sockets) socket.destroy();
}

export function withRole(role: 'reader' | 'editor'): Authenticator {
  return { authenticate: async () => allow(role, { id: 'ada', name: 'Ada' }) };
}
