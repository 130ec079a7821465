import type { Clock } from '../clock.ts';

/**
 * Into so many parts sessions are shared out: a turn that writes to ten thousand sockets holds up everybody for 0.2 s. Each
 * part wakes the process once in an interval, though there may be nobody in it.
 */
export const PARTS = 10;

interface Placed {
  /** Monotonic, in whole milliseconds. */
  readonly openedAt: number;
}

/** Sessions, in parts that are visited one after the other. By when it was opened each has a part for life. */
export class SessionRing<T extends Placed> {
  readonly #parts: readonly Set<T>[] = Array.from({ length: PARTS }, () => new Set());
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(session: T): void {
    const part = this.#partOf(session);
    this.#size -= part.size;
    part.add(session);
    this.#size += part.size;
  }

  delete(session: T): void {
    if (this.#partOf(session).delete(session)) this.#size -= 1;
  }

  *[Symbol.iterator](): Generator<T> {
    for (const part of this.#parts) yield* part;
  }

  /** Visits each once in an interval, and always after the same others. @returns the end of it */
  visitInTurn(clock: Clock, intervalMs: number, visit: (session: T) => void): () => void {
    let next = 0;
    return clock.every(intervalMs / PARTS, () => {
      const part = this.#parts[next] as Set<T>;
      next = (next + 1) % PARTS;
      for (const session of part) visit(session);
    });
  }

  #partOf({ openedAt }: T): Set<T> {
    return this.#parts[openedAt % PARTS] as Set<T>;
  }
}
