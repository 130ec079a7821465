import type { DocumentConnection } from './document-connection.ts';
import { SharedMessage } from './session-port.ts';
import type { Submission } from './submission.ts';

/**
 * Sends one flush: to everybody what the document gained and who is there, to some their receipts and echoes, and to
 * each socket all of it in one write. What many get is encoded once.
 */
export function sendToAll(
  connections: Iterable<DocumentConnection>,
  contents: readonly Uint8Array[],
  presence: Uint8Array | null,
  own: ReadonlyMap<DocumentConnection, readonly SharedMessage[]>,
): void {
  const shared = new Map<string, SharedMessage[]>();
  for (const connection of connections) {
    let messages = shared.get(connection.messageKey);
    if (messages === undefined) {
      const { dialect } = connection.session;
      messages = contents.map((content) => new SharedMessage(dialect.update(connection.address.raw, content)));
      if (presence !== null) messages.push(new SharedMessage(dialect.presence(connection.address.raw, presence)));
      shared.set(connection.messageKey, messages);
    }
    const mine = own.get(connection);
    if (mine !== undefined) connection.session.write([...messages, ...mine]);
    else if (messages.length > 0) connection.session.write(messages);
  }
}

/** Receipts and echoes, in the order in which the frames arrived. */
export function collectOwnMessages(batch: readonly Submission[]): Map<DocumentConnection, SharedMessage[]> {
  const own = new Map<DocumentConnection, SharedMessage[]>();
  for (const submission of batch) {
    const { connection } = submission;
    if (connection === null) continue;
    const messages = own.get(connection) ?? [];
    const receipts = connection.ledger.settle(submission);
    const receipt = connection.receipt();
    for (let count = 0; receipt !== null && count < receipts; count += 1) messages.push(receipt);
    const echo = submission.frame === null ? null : connection.session.dialect.echo(submission.frame);
    if (echo !== null) messages.push(new SharedMessage(echo));
    if (messages.length > 0) own.set(connection, messages);
  }
  return own;
}
