import type { SentMeters } from '../observability/metrics/sent-meters.ts';
import type { DocumentConnection } from './document-connection.ts';

/** Connections whose messages are the same bytes: those of one dialect that have the same address. */
export interface Listeners {
  readonly connections: ReadonlySet<DocumentConnection>;
  frame(body: Uint8Array): readonly Buffer[];
  readonly prefixBytes: number;
  readonly sent: SentMeters | null;
}

class Group implements Listeners {
  readonly connections = new Set<DocumentConnection>();
  readonly prefixBytes: number;
  readonly sent: SentMeters | null;
  readonly #any: DocumentConnection;

  constructor(first: DocumentConnection) {
    this.#any = first;
    this.prefixBytes = first.prefix.length;
    this.sent = first.session.sent;
  }

  frame(body: Uint8Array): readonly Buffer[] {
    return this.#any.frame(body);
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
    this.#size += 1;
  }

  /** @returns whether it was there */
  delete(connection: DocumentConnection): boolean {
    const key = keyOf(connection);
    const group = this.#groups.get(key);
    if (group === undefined || !group.connections.delete(connection)) return false;
    this.#size -= 1;
    if (group.connections.size === 0) this.#groups.delete(key);
    return true;
  }
}

/** The prefix says it all: a dialect without addresses has none. */
function keyOf({ session, address }: DocumentConnection): string {
  return session.dialect.name === 'hocuspocus' ? address.raw : '';
}
