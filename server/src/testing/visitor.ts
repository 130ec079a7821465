import {
  type ClientFrame,
  decodeServerFrame,
  decodeYWebsocketFrame,
  encodeHocuspocusFrame,
  encodeYWebsocketFrame,
  yWebsocketTypes,
} from '@quire/protocol';
import { type FrameSocket, openFrameSocket, until } from '@quire/testing';
import { createEncoder, toUint8Array, writeVarString, writeVarUint } from 'lib0/encoding';
import { EMPTY_UPDATE, EMPTY_VECTOR } from './gateway-stage.ts';

export type DialectName = 'hocuspocus' | 'y-websocket';

/** A client of either dialect that says only what a test has it say, be it what no client may. */
export interface Visitor {
  readonly socket: FrameSocket;
  /** What it heard since it was let in, in words that are the same in both dialects. */
  readonly heard: readonly string[];
  say(frame: ClientFrame): void;
  /** A message of this type, which no client sends, followed by numbers. */
  sayNumbers(type: number, ...rest: readonly number[]): void;
  /** Resolves once the server has dealt with all that was said so far: what this asks is answered after it. */
  settled(): Promise<void>;
}

/** Resolves once the handshake is over, whatever the visitor may do. */
export async function visit(
  url: string,
  name: string,
  { dialect, token }: { readonly dialect: DialectName; readonly token: string },
): Promise<Visitor> {
  const path = dialect === 'hocuspocus' ? '/collab' : `/yjs/${name}?token=${token}`;
  const socket = await openFrameSocket(`${url}${path}`);
  const heard: string[] = [];
  socket.onFrame((frame) => heard.push(dialect === 'hocuspocus' ? nameFrame(frame) : nameYWebsocketFrame(frame)));
  const say = (frame: ClientFrame): void =>
    socket.send(dialect === 'hocuspocus' ? encodeHocuspocusFrame(name, frame) : encodeYWebsocketFrame(frame as never));
  const hears = (what: string, times = 1): Promise<unknown> =>
    until(() => !socket.isOpen || heard.filter((word) => word === what).length >= times, {
      what: `nobody says ${what}`,
    });

  if (dialect === 'hocuspocus') say({ kind: 'token', token, providerVersion: null });
  say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
  say({ kind: 'step-2', update: EMPTY_UPDATE });
  await hears(dialect === 'hocuspocus' ? 'receipt' : 'step-2');
  heard.length = 0;
  return {
    socket,
    heard,
    say,
    sayNumbers(type, ...rest) {
      const encoder = createEncoder();
      if (dialect === 'hocuspocus') writeVarString(encoder, name);
      for (const number of [type, ...rest]) writeVarUint(encoder, number);
      socket.send(toUint8Array(encoder));
    },
    async settled() {
      if (!socket.isOpen) return;
      const before = heard.filter((word) => word === 'presence').length;
      say({ kind: 'query-presence' });
      await hears('presence', before + 1);
    },
  };
}

function nameFrame(bytes: Uint8Array): string {
  const { frame } = decodeServerFrame(bytes);
  return frame.kind === 'receipt' && !frame.durable ? 'refusal' : frame.kind;
}

function nameYWebsocketFrame(bytes: Uint8Array): string {
  return bytes[0] === yWebsocketTypes.auth ? 'refusal' : decodeYWebsocketFrame(bytes).kind;
}
