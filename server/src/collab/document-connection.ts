import type { Connection as HocuspocusConnection } from '@hocuspocus/server';
import type { Address, ClientFrame, CloseCode, ServerFrame } from '@quire/protocol';
import type { Grant } from '../auth/authenticator.ts';
import type { EventPace } from '../events/event-pace.ts';
import { kindOfBody, kindOfSaid } from '../observability/metrics/sent-meters.ts';
import type { Listeners } from './audience.ts';
import type { DocumentOwner } from './document-owner.ts';
import type { StoredAnswer } from './early-answers.ts';
import type { FrameLane } from './frame-lane.ts';
import { type DueReceipts, ReceiptLedger } from './receipt-ledger.ts';
import type { SessionPort } from './session-port.ts';
import type { Backlog } from './stragglers.ts';

/** What stands before the name of a guest, where the author of an edit is written down. */
export const GUEST_PREFIX = 'guest:';

/** A frame that arrived before its connection was established. */
export interface WaitingFrame {
  readonly frame: ClientFrame;
  readonly bytes: number;
  readonly readAtMs: number | null;
  /** A step 1 whose client was sent the document as it is stored. */
  isAnswered?: true;
}

/** With what somebody comes into a document. */
export interface LetIn {
  readonly owner: DocumentOwner;
  readonly grant: Grant;
  /** Null where no extension wants to know of connections. */
  readonly hocuspocus: HocuspocusConnection | null;
}

/** Where a document connection stands. */
export type ConnectionState =
  /** Nobody has said who they are. */
  | { readonly kind: 'new' }
  /** Authorisation and loading are under way. */
  | { readonly kind: 'establishing' }
  | {
      readonly kind: 'established';
      readonly owner: DocumentOwner;
      /** Another one after a fresh token; the state stays the same, since frames may wait for hooks in it. */
      grant: Grant;
      /** Null where no extension wants to know of connections. */
      readonly hocuspocus: HocuspocusConnection | null;
    }
  | { readonly kind: 'closed' };

/** Whoever keeps the connections of a socket. */
export interface ConnectionHost {
  renewGrant(connection: DocumentConnection): void;
  endConnection(connection: DocumentConnection, code: CloseCode): void;
  countWaiting(frames: number, bytes: number): void;
}

/** One client's connection to one document; a socket can carry several. */
export class DocumentConnection {
  readonly address: Address;
  readonly session: SessionPort;
  readonly ledger = new ReceiptLedger();
  /** In the order in which they came; null while nothing waits. */
  waiting: WaitingFrame[] | null = null;
  /** What waits behind a frame that takes its time; null while none does. */
  lane: FrameLane | null = null;
  /** What to answer to a step 1 with empty hands while the document is being brought into memory. */
  storedAnswer: { readonly answer: StoredAnswer; readonly grant: Grant } | null = null;
  /**
   * Which life of the document its client's copy is of, as it says: empty when it has none, null when it doesn't say.
   * Who says so is told in return which life this is (R14).
   */
  claimedEpoch: string | null = null;
  /** It is let in as soon as its client has said with a step 1 what it holds; null unless that is waited for (R14). */
  letIn: LetIn | null = null;
  /** Ends its being counted as somebody on the way in; null when it isn't. */
  endEntering: (() => void) | null = null;
  state: ConnectionState = { kind: 'new' };
  #isPutOut = false;
  /** Its client has closed it, while something sent before that takes its time: which counts all the same. */
  hasLeft = false;
  /** While what the client sent before it was established is handled: it had heard nothing from us. */
  isEntering = false;
  /** When it was let in, in milliseconds since 1970. */
  enteredAt = 0;
  /** Who is written into history for what arrives here. In open mode: the name that a guest shows to others. */
  author = '';
  /** Those who hear the same bytes, while it is among the document's connections. */
  listeners: Listeners | null = null;
  /** What it has yet to be sent, because its socket is behind; null while it has everything. */
  backlog: Backlog | null = null;
  /** Its client has asked for the events of the document. */
  hearsEvents = false;
  /** How many events its client may send; null while it has sent none. */
  eventPace: EventPace | null = null;

  readonly #host: ConnectionHost;

  constructor(session: SessionPort, address: Address, host: ConnectionHost) {
    this.session = session;
    this.#host = host;
    this.address = address;
  }

  /** Stands before every message. Not kept: an address of its own for each of many idle connections adds up. */
  get prefix(): Uint8Array {
    return this.session.dialect.prefix(this.address.raw);
  }

  /** All of them in one write. */
  send(...bodies: readonly Uint8Array[]): void {
    const { session, prefix } = this;
    const { isOpen, sent } = session;
    if (isOpen) for (const body of bodies) sent?.add(kindOfBody(body), prefix.length + body.length);
    session.send(bodies.flatMap((body) => session.frame(prefix, body)));
  }

  /** Says something that is no content, if the dialect has a word for it. */
  say(frame: ServerFrame): void {
    const { session, prefix } = this;
    const { dialect, isOpen, sent } = session;
    const body = dialect.say(frame);
    if (body === null) return;
    if (isOpen) sent?.add(kindOfSaid(frame), prefix.length + body.length);
    session.send(session.frame(prefix, body));
  }

  /** Which receipts to send now that a frame of its client is durable. */
  settle(frame: Parameters<ReceiptLedger['settle']>[0]): DueReceipts {
    const { keptBytes } = this.ledger;
    const receipts = this.ledger.settle(frame);
    if (keptBytes > 0) this.#host.countWaiting(0, this.ledger.keptBytes - keptBytes);
    return receipts;
  }

  /** It was ended from here, whatever becomes of its socket. */
  get isPutOut(): boolean {
    return this.#isPutOut;
  }

  /** What its bearer may do ends soon. */
  renewGrant(): void {
    if (this.session.dialect.name === 'hocuspocus') this.say({ kind: 'token-request' });
    else this.#host.renewGrant(this);
  }

  /** For what is wrong with the client: the whole socket goes. */
  closeSession(code: CloseCode): void {
    this.session.close(code);
  }

  /** For what is wrong with this document: other documents on the same socket stay open. */
  closeDocument(code: CloseCode): void {
    this.#isPutOut = true;
    if (this.session.dialect.name === 'hocuspocus') this.#host.endConnection(this, code);
    else this.session.close(code);
  }
}

/** Whether somebody may change the document now: a fresh token may have brought another role. */
export function mayEdit(connection: object): boolean {
  if (!(connection instanceof DocumentConnection)) return false;
  const { state } = connection;
  return state.kind === 'established' && state.grant.canWrite;
}

/** Whom a token names; empty for guests. */
export function userOf(connection: object): string {
  if (!(connection instanceof DocumentConnection)) return '';
  const { state } = connection;
  return state.kind === 'established' ? state.grant.user.id : '';
}
