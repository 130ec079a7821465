import type { Document } from '@hocuspocus/server';
import { encodeServerBody } from '@quire/protocol';
import type { Listeners } from './audience.ts';
import type { DocumentConnection } from './document-connection.ts';

export interface PassingOn {
  readonly maxBytes: number;
  /** To those who have it open on other nodes. */
  relay(payload: string): void;
  /** It was too large. */
  onRefused(bytes: number): void;
}

/**
 * A stateless message that an extension broadcasts goes to everybody on all nodes, once. One that it broadcasts to some
 * connections stays here: which ones is a question to connections, and those of other nodes can't be asked it.
 *
 * A hook that runs on every node for the same edit, as `onChange` does, and broadcasts in it, says so as often as it runs.
 *
 * One that is larger than what may wait for a session would cost its session whoever is only a little behind. It is broadcast to
 * nobody, here or elsewhere, and that is said in the log: an error that a hook throws, and nobody catches, ends the process.
 */
export function passOnStateless(document: Document, { maxBytes, relay, onRefused }: PassingOn): void {
  const broadcast = document.broadcastStateless.bind(document);
  document.broadcastStateless = (payload, filter) => {
    if (isLarger(payload, maxBytes)) {
      onRefused(Buffer.byteLength(payload));
      return;
    }
    broadcast(payload, filter);
    if (filter === undefined) relay(payload);
  };
}

/** A character takes one to three bytes: most texts need not be looked through. */
function isLarger(payload: string, maxBytes: number): boolean {
  return payload.length > maxBytes || (payload.length * 3 > maxBytes && Buffer.byteLength(payload) > maxBytes);
}

/**
 * To all who have a word for it: what another node's extension said, whose hooks ran where it was said, and events.
 *
 * @param hears left out: all of them
 */
export function sayToAll(
  groups: Iterable<Listeners>,
  payload: string,
  hears: (connection: DocumentConnection) => boolean = () => true,
): void {
  const body = encodeServerBody({ kind: 'stateless', payload });
  for (const listeners of groups) {
    if (!listeners.takesStateless) continue;
    let framed: readonly Buffer[] | null = null;
    let sockets = 0;
    for (const connection of listeners.connections) {
      if (!hears(connection)) continue;
      const { session } = connection;
      framed ??= listeners.frame(body);
      if (session.isOpen) sockets += 1;
      session.send(framed);
    }
    listeners.sent?.add('stateless', listeners.prefixBytes + body.length, sockets);
  }
}
