import { encodeYWebsocketFrame } from '@quire/protocol';
import { kindOfBody, type SentMeters } from '../observability/metrics/sent-meters.ts';
import type { DocumentConnection } from './document-connection.ts';
import type { Submission } from './submission.ts';

/** Framed messages up to this much are put together once, so that each socket writes one buffer. */
const MAX_JOINED_BYTES = 16 * 1024;

/** What connections with the same address get, and how many of them there are. */
interface Group {
  readonly framed: readonly Buffer[];
  readonly prefixBytes: number;
  readonly sent: SentMeters | null;
  sockets: number;
}

/**
 * Sends one flush: to everybody what the document gained and who is there, to some their receipts and echoes, and to
 * each socket all of it in one write. What connections with the same address get is encoded and framed once.
 *
 * @param knowsAll the connection to whom none of the bodies is news, if there is one
 */
export function sendToAll(
  connections: Iterable<DocumentConnection>,
  bodies: readonly Uint8Array[],
  own: ReadonlyMap<DocumentConnection, readonly Buffer[]>,
  knowsAll: object | null,
): void {
  const groups = new Map<string, Group>();
  for (const connection of connections) {
    if (connection === knowsAll && !own.has(connection)) continue;
    let group = groups.get(connection.messageKey);
    if (group === undefined) {
      const framed = join(bodies.flatMap((body) => connection.frame(body)));
      group = { framed, prefixBytes: connection.prefix.length, sent: connection.session.sent, sockets: 0 };
      groups.set(connection.messageKey, group);
    }
    const { framed } = group;
    if (group.sent !== null && connection.session.isOpen) group.sockets += 1;
    const mine = own.get(connection);
    if (mine !== undefined) connection.session.send(join([...framed, ...mine]));
    else if (framed.length > 0) connection.session.send(framed);
  }
  for (const { prefixBytes, sent, sockets } of groups.values()) {
    if (sent === null) continue;
    for (const body of bodies) sent.add(kindOfBody(body), prefixBytes + body.length, sockets);
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
    if (connection === null) continue;
    const { dialect, isOpen, sent } = connection.session;
    const settled = connection.ledger.settle(submission);
    const receipts = dialect.receipt === null ? 0 : settled;
    const echo =
      dialect.receipt === null && submission.frame !== null
        ? encodeYWebsocketFrame({ kind: 'update', update: submission.frame })
        : null;
    if (receipts === 0 && echo === null) continue;
    const messages = own.get(connection) ?? [];
    for (let left = receipts; left > 0; left -= 1) messages.push(...connection.receipt());
    if (echo !== null) messages.push(...connection.frame(echo));
    own.set(connection, messages);
    if (sent === null || !isOpen) continue;
    if (echo !== null) sent.add('echo', echo.length);
    else sent.add('receipt', connection.prefix.length + (dialect.receipt?.length ?? 0), receipts);
    answered?.push(submission);
  }
  return own;
}

function join(framed: readonly Buffer[]): readonly Buffer[] {
  if (framed.length < 2) return framed;
  let bytes = 0;
  for (const buffer of framed) bytes += buffer.length;
  return bytes > MAX_JOINED_BYTES ? framed : [Buffer.concat(framed, bytes)];
}
