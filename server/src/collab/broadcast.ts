import { encodeYWebsocketFrame } from '@quire/protocol';
import type { DocumentConnection } from './document-connection.ts';
import type { Submission } from './submission.ts';

/** Framed messages up to this much are put together once, so that each socket writes one buffer. */
const MAX_JOINED_BYTES = 16 * 1024;

/**
 * Sends one flush: to everybody what the document gained and who is there, to some their receipts and echoes, and to
 * each socket all of it in one write. What connections with the same address get is encoded and framed once.
 */
export function sendToAll(
  connections: Iterable<DocumentConnection>,
  bodies: readonly Uint8Array[],
  own: ReadonlyMap<DocumentConnection, readonly Buffer[]>,
): void {
  const shared = new Map<string, readonly Buffer[]>();
  for (const connection of connections) {
    let framed = shared.get(connection.messageKey);
    if (framed === undefined) {
      framed = join(bodies.flatMap((body) => connection.frame(body)));
      shared.set(connection.messageKey, framed);
    }
    const mine = own.get(connection);
    if (mine !== undefined) connection.session.send(join([...framed, ...mine]));
    else if (framed.length > 0) connection.session.send(framed);
  }
}

/** Receipts and echoes, framed, in the order in which the frames arrived. */
export function collectOwnMessages(batch: readonly Submission[]): Map<DocumentConnection, Buffer[]> {
  const own = new Map<DocumentConnection, Buffer[]>();
  for (const submission of batch) {
    const { connection } = submission;
    if (connection === null) continue;
    const messages = own.get(connection) ?? [];
    for (let left = connection.ledger.settle(submission); left > 0; left -= 1) messages.push(...connection.receipt());
    if (submission.frame !== null && connection.session.dialect.receipt === null) {
      messages.push(...connection.frame(encodeYWebsocketFrame({ kind: 'update', update: submission.frame })));
    }
    if (messages.length > 0) own.set(connection, messages);
  }
  return own;
}

function join(framed: readonly Buffer[]): readonly Buffer[] {
  if (framed.length < 2) return framed;
  let bytes = 0;
  for (const buffer of framed) bytes += buffer.length;
  return bytes > MAX_JOINED_BYTES ? framed : [Buffer.concat(framed, bytes)];
}
