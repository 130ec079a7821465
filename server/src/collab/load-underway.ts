import { compareEpochs, type Entry, type Epoch } from '@quire/persistence';
import { latestLifeIn } from './former-lives.ts';

/** What may come for a document while it is being loaded. A few seconds of many writers, and less than the document may have. */
const MAX_KEPT_BYTES = 16 * 1024 * 1024;
/** What an entry takes besides its updates. */
const ENTRY_BYTES = 200;

/** A document on its way into memory, and what happens to it meanwhile. */
export class LoadUnderway {
  /** It was deleted, which what was read of it may not say. */
  isCrossed = false;
  #epoch: Epoch | null = null;
  #kept: Entry[] = [];
  #bytes = 0;
  #isOverrun = false;

  /** It was read, and this is the life that it is in. */
  begin(epoch: Epoch): void {
    this.#epoch = epoch;
  }

  /** Entries of other nodes that are in the store by now: what was read may have been read before. */
  keep(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (this.#epoch !== null && compareEpochs(latestLifeIn(entry), this.#epoch) > 0) this.isCrossed = true;
      this.#bytes += ENTRY_BYTES;
      for (const { update } of entry.updates) this.#bytes += update.length;
    }
    this.#isOverrun ||= this.#bytes > MAX_KEPT_BYTES;
    if (this.#isOverrun) this.#kept = [];
    else this.#kept.push(...entries);
  }

  /** More came than is kept: whoever loads it reads it once more. */
  get isOverrun(): boolean {
    return this.#isOverrun;
  }

  /** What was kept, in the order in which it came. Begins anew. */
  take(): readonly Entry[] {
    const kept = this.#kept;
    this.#kept = [];
    this.#bytes = 0;
    this.#isOverrun = false;
    return kept;
  }
}
