import { encodeYWebsocketFrame } from '@quire/protocol';
import { joinSmall } from '../join-small.ts';
import { kindOfBody } from '../observability/metrics/sent-meters.ts';
import type { Audience } from './audience.ts';
import type { DocumentConnection } from './document-connection.ts';
import type { Submission } from './submission.ts';

/**
 * Sends one flush: to everybody what the document gained and who is there, to some their receipts and echoes, and to
 * each socket all of it in one write. What connections with the same address get is encoded and framed once.
 *
 * @param knowsAll the connection to whom none of the bodies is news, if there is one
 */
export function sendToAll(
  audience: Audience,
  bodies: readonly Uint8Array[],
  own: ReadonlyMap<DocumentConnection, readonly Buffer[]>,
  knowsAll: object | null,
): void {
  for (const listeners of audience.groups()) {
    const framed = joinSmall(bodies.flatMap((body) => listeners.frame(body)));
    let sockets = 0;
    for (const connection of listeners.connections) {
      const mine = own.size === 0 ? undefined : own.get(connection);
      if (connection === knowsAll && mine === undefined) continue;
      if (connection.session.isOpen) sockets += 1;
      if (mine !== undefined) connection.session.send([...framed, ...mine]);
      else if (framed.length > 0) connection.session.send(framed);
    }
    if (listeners.sent === null) continue;
    for (const body of bodies) listeners.sent.add(kindOfBody(body), listeners.prefixBytes + body.length, sockets);
  }
}

/**
 * Receipts and echoes, framed, in the order in which the frames arrived.
 *
 * @param answered gets the submissions that have one
 */
export function collectOwnMessages(
  batch: readonly Submission[],
  answered: Submission[] | null,
): Map<DocumentConnection, Buffer[]> {
  const own = new Map<DocumentConnection, Buffer[]>();
  for (const submission of batch) {
    const { connection } = submission;
    const listeners = connection?.listeners ?? null;
    if (connection === null || listeners === null) continue; // the server's own, or gone
    const { dialect, isOpen, sent } = connection.session;
    const settled = connection.ledger.settle(submission);
    const receipts = dialect.receipt === null ? 0 : settled;
    const echo =
      dialect.receipt === null && submission.frame !== null
        ? encodeYWebsocketFrame({ kind: 'update', update: submission.frame })
        : null;
    if (receipts === 0 && echo === null) continue;
    const messages = own.get(connection) ?? [];
    for (let left = receipts; left > 0; left -= 1) messages.push(...listeners.receipt());
    if (echo !== null) messages.push(...listeners.frame(echo));
    own.set(connection, messages);
    if (sent === null || !isOpen) continue;
    if (echo !== null) sent.add('echo', echo.length);
    else sent.add('receipt', listeners.prefixBytes + (dialect.receipt?.length ?? 0), receipts);
    answered?.push(submission);
  }
  return own;
}
