import { decodePresence } from '@quire/protocol';

/** The clock of the cursor with which somebody ends: clocks only grow, and nobody moves so often. */
export const LAST_CURSOR = 1_000_000;

const LIMITS = { maxEntries: 1_000_000, maxStateBytes: 1_000_000 };

/** Whose last cursors a presence message brings. */
export function findLastCursors(presence: Uint8Array): number[] {
  const here = decodePresence(presence, LIMITS).filter(({ state }) => state !== 'null');
  return here.flatMap(({ clientId, clock }) => (clock >= LAST_CURSOR ? clientId : []));
}

/** Who sees whose last cursor, however often it is told. */
export class CursorsSeen {
  readonly #byReader = new Map<object, Set<number>>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** @param own of the reader, who does not count */
  add(reader: object, clients: readonly number[], own: number | null): void {
    const seen = this.#byReader.get(reader) ?? new Set();
    this.#byReader.set(reader, seen);
    for (const client of clients) {
      if (client === own || seen.has(client)) continue;
      seen.add(client);
      this.#count += 1;
    }
  }
}
