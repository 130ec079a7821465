import { closeCodes, encodeYWebsocketFrame, type Viewers } from '@quire/protocol';
import { kindOfBody } from '../observability/metrics/sent-meters.ts';
import { BroadcastRing, type RingBudget, type RingLimit, type RingReader } from './broadcast-ring.ts';
import type { DocumentConnection } from './document-connection.ts';
import type { Presence } from './presence.ts';
import type { DueReceipts } from './receipt-ledger.ts';
import { encodeViewers } from './viewer-count.ts';

/**
 * So much is read from the ring for one write. The system has a buffer of its own to keep the line busy; what waits in
 * this process waits once for each socket.
 */
const PORTION_BYTES = 64 * 1024;

/** In one write; each is some twenty bytes, or several hundred with a long name. */
const MOST_RECEIPTS = 256;

/** A portion of many small messages, with what stands before each, is copied into one buffer; large ones stay shared. */
const MAX_COPIED_BYTES = 4 * PORTION_BYTES;

/**
 * What a connection was not sent while its socket was behind. Numbers, however much it is: broadcasts are in the ring,
 * presence with the document, and receipts are counted by the ledger (R15, R16).
 */
export class Backlog implements RingReader {
  position: number;
  /** The last version of presence of which it was told; null for somebody who is told everything. */
  presence: number | null;
  /** The state vector of its latest step 1, while that has no answer. */
  stepOne: Uint8Array | null = null;
  readonly #connection: DocumentConnection;

  constructor(connection: DocumentConnection, position: number, presence: number) {
    this.#connection = connection;
    this.position = position;
    this.presence = presence;
  }

  fellOut(limit: RingLimit): void {
    this.#connection.session.close(closeCodes.slowReader, limit);
  }
}

/** Those of a document's connections whose sockets are behind: nothing is written to them, and they catch up later. */
export class Stragglers {
  readonly #ring: BroadcastRing;
  readonly #presence: Presence;
  readonly #onReceipts: ((receipts: DueReceipts) => void) | null;

  /** @param onReceipts told of receipts that waited here, once they are sent */
  constructor(
    presence: Presence,
    maxRingBytes: number,
    budget: RingBudget,
    onReceipts: ((receipts: DueReceipts) => void) | null = null,
  ) {
    this.#presence = presence;
    this.#onReceipts = onReceipts;
    this.#ring = new BroadcastRing(maxRingBytes, budget);
  }

  /** From here on it is remembered what the connection has yet to be sent. To be called before the broadcast that it misses. */
  note(connection: DocumentConnection): Backlog {
    if (connection.backlog !== null) return connection.backlog;
    // The presence of this flush may have been taken already; to hear the last one twice changes nothing.
    const backlog = new Backlog(connection, this.#ring.end, this.#presence.version - 1);
    connection.backlog = backlog;
    this.#ring.join(backlog);
    return backlog;
  }

  forget(connection: DocumentConnection): void {
    if (connection.backlog === null) return;
    this.#ring.leave(connection.backlog);
    connection.backlog = null;
  }

  /** It is being sent all that the document has: no broadcast until now is missing. */
  passOver(connection: DocumentConnection): void {
    if (connection.backlog !== null) connection.backlog.position = this.#ring.end;
  }

  /** To one connection: who is here, all of them, and how many more; in its turn, when its socket is behind. */
  tellEverybody(connection: DocumentConnection): void {
    if (connection.session.isBehind) this.note(connection).presence = null;
    else connection.send(...this.#everybody(connection));
  }

  /** To one that came back, once: who is here, above what it may know of them. It is put off while its socket is behind. */
  welcome(connection: DocumentConnection): void {
    if (connection.session.isBehind || connection.backlog !== null) return;
    const presence = this.#presence.takeWelcome(connection);
    if (presence !== null) connection.send(encodeYWebsocketFrame({ kind: 'presence', presence }));
  }

  /** These have just been sent to everybody else. */
  keep(updates: readonly Uint8Array[]): void {
    this.#ring.append(updates);
  }

  /** Sends what the connection missed, for as long as its socket takes it. */
  catchUp(connection: DocumentConnection): void {
    const { session } = connection;
    while (connection.backlog !== null && session.isOpen && !session.isBehind) {
      this.#sendPortion(connection, connection.backlog);
    }
    this.welcome(connection);
  }

  close(): void {
    this.#ring.close();
  }

  #sendPortion(connection: DocumentConnection, backlog: Backlog): void {
    const { session } = connection;
    const bodies = [...this.#ring.read(backlog.position, PORTION_BYTES)];
    backlog.position += bodies.length;
    const receipts = connection.ledger.takeOwed(MOST_RECEIPTS);
    if (backlog.position === this.#ring.end && connection.ledger.owed === 0) {
      const presence = this.#missedPresence(connection, backlog.presence);
      if (presence === 'forgotten') {
        session.close(closeCodes.slowReader, 'departures');
        return;
      }
      this.forget(connection);
      bodies.push(...presence);
    }
    sendAtOnce(connection, bodies, receipts.count);
    if (receipts.count > 0) this.#onReceipts?.(receipts);
  }

  #missedPresence(connection: DocumentConnection, since: number | null): readonly Uint8Array[] | 'forgotten' {
    if (since === null) return this.#everybody(connection);
    const missed = this.#presence.encodeSince(since);
    return missed === 'forgotten' ? missed : bodiesFor(connection, missed, this.#presence.viewers.since(since));
  }

  #everybody(connection: DocumentConnection): readonly Uint8Array[] {
    return bodiesFor(connection, this.#presence.answerQuery(), this.#presence.viewers.forNewcomer());
  }
}

function bodiesFor(
  { listeners }: DocumentConnection,
  presence: Uint8Array | null,
  viewers: Viewers | null,
): Uint8Array[] {
  const bodies = presence === null ? [] : [encodeYWebsocketFrame({ kind: 'presence', presence })];
  if (viewers !== null && listeners?.takesStateless === true) bodies.push(encodeViewers(viewers));
  return bodies;
}

function sendAtOnce(connection: DocumentConnection, bodies: readonly Uint8Array[], receipts: number): void {
  const { listeners, session } = connection;
  if (listeners === null) return;
  const { prefixBytes, sent } = listeners;
  const framed = bodies.flatMap((body) => listeners.frame(body));
  const receipt = listeners.receipt();
  for (let left = receipts; left > 0; left -= 1) framed.push(...receipt);
  if (framed.length === 0) return;
  for (const body of bodies) sent?.add(kindOfBody(body), prefixBytes + body.length);
  if (receipts > 0) sent?.add('receipt', prefixBytes + (session.dialect.receipt?.length ?? 0), receipts);
  let bytes = 0;
  for (const buffer of framed) bytes += buffer.length;
  session.send(bytes <= MAX_COPIED_BYTES ? [Buffer.concat(framed, bytes)] : framed);
}
