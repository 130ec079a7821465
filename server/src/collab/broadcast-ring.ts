/** What the rings of all documents of a node hold, and may hold, together. */
export interface RingBudget {
  bytes: number;
  readonly maxBytes: number;
}

/** Somebody who has yet to be sent some of what a document broadcast. */
export interface RingReader {
  /** Sequence of the first broadcast that it has yet to be sent. */
  readonly position: number;
  /** The ring no longer holds what it would be sent next. It reads no more. */
  fellOut(limit: RingLimit): void;
}

/** What made a ring let go of what somebody needed: its own limit, or that of all of them. */
export type RingLimit = 'document-ring' | 'rings';

/** Below this much nobody looks what could be let go of. */
const SMALL_BYTES = 64 * 1024;

/** What an array of bytes takes up beside them: more than most broadcasts are long. */
const ARRAY_BYTES = 200;

const weigh = (body: Uint8Array): number => body.length + ARRAY_BYTES;

/**
 * The recent broadcasts of one document, numbered, each held once however many have yet to be sent it (R16). Nothing is
 * held while nobody is behind, and never more than the limit of the document, and of the node: who needs what was let go
 * of falls out.
 */
export class BroadcastRing {
  readonly #maxBytes: number;
  readonly #budget: RingBudget;
  readonly #readers = new Set<RingReader>();
  #bodies: Uint8Array[] = [];
  /** Sequence of the oldest that is held. */
  #first = 0;
  #bytes = 0;
  /** At this much it is worth going through the readers for what none of them needs. */
  #lookAtBytes = SMALL_BYTES;

  constructor(maxBytes: number, budget: RingBudget) {
    this.#maxBytes = maxBytes;
    this.#budget = budget;
  }

  /** The sequence of what is broadcast next. */
  get end(): number {
    return this.#first + this.#bodies.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  join(reader: RingReader): void {
    this.#readers.add(reader);
  }

  leave(reader: RingReader): void {
    this.#readers.delete(reader);
    if (this.#readers.size === 0) this.#letGoOf(this.#bodies.length);
  }

  append(bodies: readonly Uint8Array[]): void {
    if (this.#readers.size === 0) {
      this.#first += bodies.length;
      return;
    }
    for (const body of bodies) this.#take(body);
    if (this.#bytes > this.#lookAtBytes) this.#letGoOfUnneeded();
    let excess = 0;
    let bytes = 0;
    for (const body of this.#bodies) {
      if (this.#bytes - bytes <= this.#maxBytes && this.#budget.bytes - bytes <= this.#budget.maxBytes) break;
      excess += 1;
      bytes += weigh(body);
    }
    if (excess === 0) return;
    const limit = this.#bytes > this.#maxBytes ? 'document-ring' : 'rings';
    this.#letGoOf(excess);
    for (const reader of this.#readers) if (reader.position < this.#first) this.#castOut(reader, limit);
  }

  /** What comes at and after `position`: so many bytes, but at least one broadcast if there is one. */
  read(position: number, maxBytes: number): readonly Uint8Array[] {
    const from = position - this.#first;
    let to = from;
    let bytes = 0;
    for (let body = this.#bodies[to]; body !== undefined; body = this.#bodies[to]) {
      bytes += weigh(body);
      if (to > from && bytes > maxBytes) break;
      to += 1;
    }
    return this.#bodies.slice(from, to);
  }

  /** Gives everything back. */
  close(): void {
    this.#readers.clear();
    this.#letGoOf(this.#bodies.length);
  }

  #take(body: Uint8Array): void {
    this.#bodies.push(body);
    this.#bytes += weigh(body);
    this.#budget.bytes += weigh(body);
  }

  #castOut(reader: RingReader, limit: RingLimit): void {
    this.leave(reader);
    reader.fellOut(limit);
  }

  /** Readers catch up without anybody looking, so now and then: seldom enough to cost nothing for each broadcast. */
  #letGoOfUnneeded(): void {
    let needed = this.end;
    for (const { position } of this.#readers) needed = Math.min(needed, position);
    this.#letGoOf(needed - this.#first);
    this.#lookAtBytes = Math.max(SMALL_BYTES, 2 * this.#bytes);
  }

  #letGoOf(count: number): void {
    let bytes = 0;
    for (const body of this.#bodies.splice(0, count)) bytes += weigh(body);
    this.#first += count;
    this.#bytes -= bytes;
    this.#budget.bytes -= bytes;
  }
}
