import { HeldSequences } from '../held-sequences.ts';
import type { EntryId } from '../store.ts';
import type { WriteOp } from './batch-writer.ts';
import { encodeNumber } from './document-records.ts';
import { vectorKey } from './keys.ts';

/**
 * Which entries are held. An entry is *accepted* when it is queued and *written* when its batch is put together; the
 * batch carries the vector that holds once it is on disk, and only then does `durable` say so.
 */
export class EntryVectors {
  readonly #accepted = new Map<string, HeldSequences>();
  readonly #written = new Map<string, HeldSequences>();
  readonly #durable = new Map<string, number>();

  restore(incarnation: string, contiguous: number, beyond: Iterable<number>): void {
    const accepted = new HeldSequences(contiguous);
    const written = new HeldSequences(contiguous);
    for (const sequence of beyond) {
      accepted.add(sequence);
      written.add(sequence);
    }
    this.#accepted.set(incarnation, accepted);
    this.#written.set(incarnation, written);
    if (written.contiguous > 0) this.#durable.set(incarnation, written.contiguous);
  }

  isAccepted(id: EntryId): boolean {
    return this.#accepted.get(id.incarnation)?.has(id.sequence) ?? false;
  }

  accept(id: EntryId): void {
    heldBy(this.#accepted, id.incarnation).add(id.sequence);
  }

  /** The records that make the ids of one batch part of the stored vector. */
  write(ids: readonly EntryId[]): WriteOp[] {
    const moved = new Set<string>();
    for (const id of ids) {
      heldBy(this.#written, id.incarnation).add(id.sequence);
      moved.add(id.incarnation);
    }
    return [...moved].map((incarnation) => {
      const key = vectorKey(incarnation);
      return { type: 'put', key, value: encodeNumber(key, heldBy(this.#written, incarnation).contiguous) };
    });
  }

  /** To be called once the batch with these ids is on disk. Batches are never reordered, so `written` may be ahead by none. */
  commit(ids: readonly EntryId[]): void {
    for (const { incarnation } of ids) {
      const { contiguous } = heldBy(this.#written, incarnation);
      if (contiguous > 0) this.#durable.set(incarnation, contiguous);
    }
  }

  get durable(): ReadonlyMap<string, number> {
    return new Map(this.#durable);
  }

  durableOf(incarnation: string): number {
    return this.#durable.get(incarnation) ?? 0;
  }
}

function heldBy(all: Map<string, HeldSequences>, incarnation: string): HeldSequences {
  const known = all.get(incarnation);
  if (known !== undefined) return known;
  const held = new HeldSequences();
  all.set(incarnation, held);
  return held;
}
