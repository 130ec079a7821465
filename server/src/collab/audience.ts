import type { SentMeters } from '../observability/metrics/sent-meters.ts';
import type { DocumentConnection } from './document-connection.ts';
import type { FrameMessage } from './session-port.ts';

/** Connections whose messages are the same bytes: those of one dialect that have the same address. */
export interface Listeners {
  readonly connections: ReadonlySet<DocumentConnection>;
  frame(body: Uint8Array): readonly Buffer[];
  /** Whether their dialect has stateless messages. */
  readonly takesStateless: boolean;
  /** The same bytes every time; none in a dialect that has no receipts. */
  receipt(): readonly Buffer[];
  readonly prefixBytes: number;
  readonly sent: SentMeters | null;
}

/** Outlives whoever came first, so it keeps what all of them share, and no session. */
class Group implements Listeners {
  readonly connections = new Set<DocumentConnection>();
  readonly takesStateless: boolean;
  readonly sent: SentMeters | null;
  readonly #frame: FrameMessage;
  readonly #prefix: Uint8Array;
  readonly #receiptBody: Uint8Array | null;
  #receipt: readonly Buffer[] | null = null;

  constructor({ session, prefix }: DocumentConnection) {
    this.takesStateless = session.dialect.name === 'hocuspocus';
    this.sent = session.sent;
    this.#frame = session.frame;
    this.#prefix = prefix;
    this.#receiptBody = session.dialect.receipt;
  }

  get prefixBytes(): number {
    return this.#prefix.length;
  }

  frame(body: Uint8Array): readonly Buffer[] {
    return this.#frame(this.#prefix, body);
  }

  receipt(): readonly Buffer[] {
    this.#receipt ??= this.#receiptBody === null ? [] : this.frame(this.#receiptBody);
    return this.#receipt;
  }
}

/** The connections of a document, by what they hear. */
export class Audience {
  readonly #groups = new Map<string, Group>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** All connections, those that share their messages together. */
  groups(): Iterable<Listeners> {
    return this.#groups.values();
  }

  *connections(): Iterable<DocumentConnection> {
    for (const { connections } of this.#groups.values()) yield* connections;
  }

  add(connection: DocumentConnection): void {
    const key = keyOf(connection);
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = new Group(connection);
      this.#groups.set(key, group);
    }
    if (group.connections.has(connection)) return;
    group.connections.add(connection);
    connection.listeners = group;
    this.#size += 1;
  }

  /** @returns whether it was there */
  delete(connection: DocumentConnection): boolean {
    const key = keyOf(connection);
    const group = this.#groups.get(key);
    if (group === undefined || !group.connections.delete(connection)) return false;
    connection.listeners = null;
    this.#size -= 1;
    if (group.connections.size === 0) this.#groups.delete(key);
    return true;
  }
}

/** The prefix says it all: a dialect without addresses has none. */
function keyOf({ session, address }: DocumentConnection): string {
  return session.dialect.name === 'hocuspocus' ? address.raw : '';
}
