import { type ClientFrame, decodeServerFrame, encodeHocuspocusFrame, type ServerFrame } from '@quire/protocol';
import { type FrameSocket, openFrameSocket, until } from '@quire/testing';

/** Somebody at the Hocuspocus dialect without a provider, who does only what a test tells them to. */
export interface RawPerson {
  readonly socket: FrameSocket;
  readonly heard: readonly ServerFrame[];
  say(frame: ClientFrame): void;
  sendToken(token: string): void;
  /** With which reasons their connection to the document was denied or ended. */
  readonly ends: readonly string[];
  /** What they were told that they may do, one after the other. */
  readonly scopes: readonly string[];
  countHeard(kind: ServerFrame['kind']): number;
}

/** Resolves once they are let in, or refused. @param url `ws://127.0.0.1:port` */
export async function enterRaw(url: string, name: string, token: string): Promise<RawPerson> {
  const socket = await openFrameSocket(`${url}/collab`);
  const say = (frame: ClientFrame): void => socket.send(encodeHocuspocusFrame(name, frame));
  const person: RawPerson = {
    socket,
    get heard() {
      return socket.frames.map((frame) => decodeServerFrame(frame).frame);
    },
    say,
    sendToken: (fresh) => say({ kind: 'token', token: fresh, providerVersion: null }),
    get ends() {
      return person.heard.flatMap((frame) =>
        frame.kind === 'closed' || frame.kind === 'denied' ? [frame.reason] : [],
      );
    },
    get scopes() {
      return person.heard.flatMap((frame) => (frame.kind === 'authenticated' ? [frame.scope] : []));
    },
    countHeard: (kind) => person.heard.filter((frame) => frame.kind === kind).length,
  };
  person.sendToken(token);
  await until(() => person.scopes.length > 0 || person.ends.length > 0 || !socket.isOpen, {
    what: `an answer to the token for ${name}`,
  });
  return person;
}
