import { encodeYWebsocketFrame } from '@quire/protocol';
import { kindOfBody } from '../observability/metrics/sent-meters.ts';
import type { Audience } from './audience.ts';
import type { DocumentConnection } from './document-connection.ts';
import type { DueReceipts } from './receipt-ledger.ts';
import { frameOwn, type OwnMessages, SharedWrites } from './shared-writes.ts';
import type { Stragglers } from './stragglers.ts';
import type { Submission } from './submission.ts';

/** What a document has to say in one flush. */
export interface Flush {
  /** What it gained. */
  readonly updates: readonly Uint8Array[];
  /** Who is there; null when nothing of that changed. */
  readonly presence: Uint8Array | null;
  /** How many are there beyond those who are listed; null when that is known to all. Only for dialects that have a word for it. */
  readonly viewers: Uint8Array | null;
  /** Receipts and echoes. */
  readonly own: ReadonlyMap<DocumentConnection, OwnMessages>;
  /** The connection to whom nothing that all are told is news, if there is one. */
  readonly knowsAll: object | null;
}

/**
 * Sends one flush: to everybody what the document gained and who is there, to some their receipts and echoes, and to
 * each socket all of it in one write. What connections with the same address get is encoded and framed once. Whose
 * socket is behind gets it later.
 */
export function sendToAll(audience: Audience, stragglers: Stragglers, flush: Flush): void {
  const { knowsAll, own, presence, updates, viewers } = flush;
  const toAll = presence === null ? updates : [...updates, presence];
  const toThoseWhoCount = viewers === null ? toAll : [...toAll, viewers];
  if (toThoseWhoCount.length === 0) {
    sendOwn(own);
    return;
  }
  for (const listeners of audience.groups()) {
    const bodies = listeners.takesStateless ? toThoseWhoCount : toAll;
    const writes = new SharedWrites(listeners, bodies);
    let sockets = 0;
    for (const connection of listeners.connections) {
      const mine = own.size === 0 ? undefined : own.get(connection);
      if (connection === knowsAll && mine === undefined) continue;
      if (connection.session.isBehind) {
        if (bodies.length > 0) stragglers.note(connection);
        if (mine !== undefined) connection.session.send(frameOwn(listeners, mine));
        continue;
      }
      if (connection.session.isOpen) sockets += 1;
      if (mine !== undefined) connection.session.send(writes.with(mine));
      else if (writes.broadcast.length > 0) connection.session.send(writes.broadcast);
    }
    if (listeners.sent === null) continue;
    for (const body of bodies) listeners.sent.add(kindOfBody(body), listeners.prefixBytes + body.length, sockets);
  }
  stragglers.keep(updates);
}

/** Nothing for all: of a crowd nobody is gone through but those who get something. */
function sendOwn(own: Flush['own']): void {
  for (const [{ listeners, session }, mine] of own) {
    if (listeners !== null) session.send(frameOwn(listeners, mine));
  }
}

/**
 * Receipts and echoes, in the order in which the frames arrived. Receipts of those who are behind are counted;
 * an echo is the client's own bytes, which nobody else keeps, so it is sent in any case.
 *
 * @param answered gets what leaves now, receipts and echoes alike
 */
export function collectOwnMessages(
  batch: readonly Submission[],
  stragglers: Stragglers,
  answered: DueReceipts[] | null,
): Map<DocumentConnection, OwnMessages> {
  const own = new Map<DocumentConnection, OwnMessages>();
  for (const submission of batch) {
    const { connection } = submission;
    const listeners = connection?.listeners ?? null;
    if (connection === null || listeners === null) continue; // the server's own, or gone
    const { dialect, isBehind, isOpen, sent } = connection.session;
    const settled = connection.settle(submission);
    const receipts = dialect.receipt === null ? 0 : settled.count;
    const echo =
      dialect.receipt === null && submission.frame !== null
        ? encodeYWebsocketFrame({ kind: 'update', update: submission.frame })
        : null;
    if (receipts === 0 && echo === null) continue;
    if (receipts > 0 && isBehind) {
      connection.ledger.keepOwed(settled);
      stragglers.note(connection);
      continue;
    }
    const messages = own.get(connection) ?? { receipts: 0, echoes: [] };
    messages.receipts += receipts;
    if (echo !== null) messages.echoes.push(...listeners.frame(echo));
    own.set(connection, messages);
    if (sent === null || !isOpen) continue;
    if (echo !== null) {
      sent.add('echo', echo.length);
      answered?.push({ count: 1, sinceMs: submission.readAtMs });
      continue;
    }
    sent.add('receipt', listeners.prefixBytes + (dialect.receipt?.length ?? 0), receipts);
    answered?.push(settled);
  }
  return own;
}
