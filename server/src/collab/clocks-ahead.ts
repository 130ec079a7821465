import * as Y from 'yjs';

/** How far the clients of a document are known, counting what is still on its way to the disk. */
export class ClocksAhead {
  readonly #document: Y.Doc;
  readonly #clocks = new Map<number, number>();

  constructor(document: Y.Doc) {
    this.#document = document;
  }

  /** Of those who are on the way with something that the document has not. */
  get all(): ReadonlyMap<number, number> {
    return this.#clocks;
  }

  of(client: number): number {
    return Math.max(this.#clocks.get(client) ?? 0, Y.getState(this.#document.store, client));
  }

  note(client: number, clock: number): void {
    if (clock > this.of(client)) this.#clocks.set(client, clock);
  }

  /** How many clients there are. */
  countClients(): number {
    const { clients } = this.#document.store;
    let count = clients.size;
    for (const client of this.#clocks.keys()) if (!clients.has(client)) count += 1;
    return count;
  }

  clear(): void {
    this.#clocks.clear();
  }
}
