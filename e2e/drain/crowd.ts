import { encodeHocuspocusFrame } from '@quire/protocol';
import { type Closed, openFrameSocket } from '@quire/testing';

/** Many who only have a document open, and don't come back: more than fit into one slice of a drain. */
export interface Crowd {
  /** How each was sent away, once all are gone. */
  readonly gone: Promise<readonly Closed[]>;
  leave(): void;
}

export async function joinCrowd(wsUrl: string, document: string, size: number): Promise<Crowd> {
  const sockets = await Promise.all(Array.from({ length: size }, () => openFrameSocket(`${wsUrl}/collab`)));
  const token = encodeHocuspocusFrame(document, { kind: 'token', token: '', providerVersion: null });
  for (const socket of sockets) socket.send(token);
  await Promise.all(sockets.map((socket) => socket.next(() => true, 'a member of the crowd is not let in')));
  return {
    gone: Promise.all(sockets.map((socket) => socket.closed)),
    leave: () => {
      for (const socket of sockets) socket.terminate();
    },
  };
}
