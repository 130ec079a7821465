import type { Connection as HocuspocusConnection } from '@hocuspocus/server';
import type { Address, ClientFrame, CloseCode, ServerFrame } from '@quire/protocol';
import type { Grant } from '../auth/authenticator.ts';
import { kindOfBody, kindOfSaid } from '../observability/metrics/sent-meters.ts';
import type { DocumentOwner } from './document-owner.ts';
import { ReceiptLedger } from './receipt-ledger.ts';
import type { SessionPort } from './session-port.ts';

/** A frame that arrived before its connection was established. */
export interface WaitingFrame {
  readonly frame: ClientFrame;
  readonly bytes: number;
  readonly readAtMs: number | null;
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
      readonly grant: Grant;
      /** Null where no extension wants to know of connections. */
      readonly hocuspocus: HocuspocusConnection | null;
    }
  | { readonly kind: 'closed' };

/** Whoever keeps the connections of a socket. */
export interface ConnectionHost {
  endConnection(connection: DocumentConnection, code: CloseCode): void;
}

/** One client's connection to one document; a socket can carry several. */
export class DocumentConnection {
  readonly address: Address;
  readonly session: SessionPort;
  readonly ledger = new ReceiptLedger();
  /** In the order in which they came; null while nothing waits. */
  waiting: WaitingFrame[] | null = null;
  /** Ends its being counted as somebody on the way in; null when it isn't. */
  endEntering: (() => void) | null = null;
  state: ConnectionState = { kind: 'new' };
  /** While what the client sent before it was established is handled: it had heard nothing from us. */
  isEntering = false;
  /** Who is written into history for what arrives here. In open mode: the name that a guest shows to others. */
  author = '';
  /** Stands before every message. */
  readonly prefix: Uint8Array;
  #receipt: readonly Buffer[] | null = null;

  readonly #host: ConnectionHost;

  constructor(session: SessionPort, address: Address, host: ConnectionHost) {
    this.session = session;
    this.#host = host;
    this.address = address;
    this.prefix = session.dialect.prefix(address.raw);
  }

  /** A message of this connection, as bytes of its transport. */
  frame(body: Uint8Array): readonly Buffer[] {
    return this.session.frame(this.prefix, body);
  }

  /** All of them in one write. */
  send(...bodies: readonly Uint8Array[]): void {
    const { isOpen, sent } = this.session;
    if (isOpen) for (const body of bodies) sent?.add(kindOfBody(body), this.prefix.length + body.length);
    this.session.send(bodies.flatMap((body) => this.frame(body)));
  }

  /** The same bytes every time; none in a dialect that has no receipts. */
  receipt(): readonly Buffer[] {
    const { receipt } = this.session.dialect;
    this.#receipt ??= receipt === null ? [] : this.frame(receipt);
    return this.#receipt;
  }

  /** Says something that is no content, if the dialect has a word for it. */
  say(frame: ServerFrame): void {
    const { dialect, isOpen, sent } = this.session;
    const body = dialect.say(frame);
    if (body === null) return;
    if (isOpen) sent?.add(kindOfSaid(frame), this.prefix.length + body.length);
    this.session.send(this.frame(body));
  }

  /** For what is wrong with the client: the whole socket goes. */
  closeSession(code: CloseCode): void {
    this.session.close(code);
  }

  /** For what is wrong with this document: other documents on the same socket stay open. */
  closeDocument(code: CloseCode): void {
    if (this.session.dialect.name === 'hocuspocus') this.#host.endConnection(this, code);
    else this.session.close(code);
  }
}
