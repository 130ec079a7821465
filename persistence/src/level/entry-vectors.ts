import { HeldEntries } from '../held-entries.ts';
import type { EntryId, Holdings, SequenceSpan } from '../store.ts';
import type { WriteOp } from './batch-writer.ts';
import { encodeNumber } from './document-records.ts';
import { vectorKey } from './keys.ts';

/**
 * Which entries are held. An entry is *accepted* when it is queued and *written* when its batch is put together; the
 * batch carries the vector that holds once it is on disk, and only then do the holdings say so.
 */
export class EntryVectors {
  readonly #accepted = new HeldEntries();
  readonly #written = new HeldEntries();
  readonly #durable = new HeldEntries();

  restore(incarnation: string, contiguous: number, beyond: readonly number[]): void {
    for (const held of [this.#accepted, this.#written, this.#durable]) held.restore(incarnation, contiguous, beyond);
  }

  isAccepted(id: EntryId): boolean {
    return this.#accepted.has(id);
  }

  accept(id: EntryId): void {
    this.#accepted.add(id);
  }

  /** The records that make the ids of one batch part of the stored vector. */
  write(ids: readonly EntryId[]): WriteOp[] {
    const moved = new Set<string>();
    for (const id of ids) {
      this.#written.add(id);
      moved.add(id.incarnation);
    }
    return [...moved].map((incarnation) => {
      const key = vectorKey(incarnation);
      return { type: 'put', key, value: encodeNumber(key, this.#written.contiguousOf(incarnation)) };
    });
  }

  /** To be called once the batch with these ids is on disk. */
  commit(ids: readonly EntryId[]): void {
    for (const id of ids) this.#durable.add(id);
  }

  /** What is on disk. */
  get holdings(): Holdings {
    return this.#durable.holdings;
  }

  durableOf(incarnation: string): readonly SequenceSpan[] {
    return this.#durable.spansOf(incarnation);
  }
}
