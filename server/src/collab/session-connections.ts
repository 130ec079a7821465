import type { DocumentConnection } from './document-connection.ts';

/**
 * The document connections of one session, by raw address. Mostly it has one, for which a `Map` would weigh as much as the
 * connection itself. Where there are several they are in one, since names are free text (R8).
 */
export class SessionConnections {
  #only: DocumentConnection | null = null;
  #several: Map<string, DocumentConnection> | null = null;

  get size(): number {
    return this.#several?.size ?? (this.#only === null ? 0 : 1);
  }

  find(rawAddress: string): DocumentConnection | undefined {
    if (this.#several !== null) return this.#several.get(rawAddress);
    return this.#only?.address.raw === rawAddress ? this.#only : undefined;
  }

  /** Behind the others. For an address that nobody has. */
  add(connection: DocumentConnection): void {
    if (this.#several === null && this.#only !== null) {
      this.#several = new Map([[this.#only.address.raw, this.#only]]);
      this.#only = null;
    }
    if (this.#several === null) this.#only = connection;
    else this.#several.set(connection.address.raw, connection);
  }

  /** Another one that has its address by now stays. */
  remove(connection: DocumentConnection): void {
    const { raw } = connection.address;
    if (this.find(raw) !== connection) return;
    if (this.#several === null) this.#only = null;
    else this.#several.delete(raw);
  }

  *[Symbol.iterator](): IterableIterator<DocumentConnection> {
    if (this.#several !== null) yield* this.#several.values();
    else if (this.#only !== null) yield this.#only;
  }
}
