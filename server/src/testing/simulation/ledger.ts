import type { Entry, EntryId } from '@quire/persistence';
import { decodeEntries } from '../../cluster/entry-record.ts';

interface Receipt {
  readonly id: EntryId;
  readonly document: string;
}

/** What was written, copied, said to be saved, and lost: what promises are held to. */
export class Ledger {
  readonly written = new Map<string, Entry>();
  readonly receipts: Receipt[] = [];
  /** Those that did not go out from one disk alone. */
  safeReceipts = 0;
  /** Entries of which no copy is left, through losses that nobody promises to survive. */
  readonly lost = new Set<string>();
  /** What the bus has had, or another machine than its writer's has had on its disk. */
  readonly #copied = new Set<string>();
  readonly #names = new WeakMap<Uint8Array, readonly string[]>();

  wrote(entries: readonly Entry[]): void {
    for (const entry of entries) this.written.set(nameOf(entry.id), entry);
  }

  /** What was on its way to a disk when it had no copy anywhere has got there. */
  found(entries: readonly Entry[]): void {
    for (const { id } of entries) this.lost.delete(nameOf(id));
  }

  copied(names: Iterable<string>): void {
    for (const name of names) this.#copied.add(name);
  }

  isCopied(id: EntryId): boolean {
    return this.#copied.has(nameOf(id));
  }

  /** What is in a record of the bus. The same bytes are looked into again and again. */
  namesIn(record: Uint8Array): readonly string[] {
    const known = this.#names.get(record);
    if (known !== undefined) return known;
    const names = decodeEntries(record).map(({ id }) => nameOf(id));
    this.#names.set(record, names);
    return names;
  }
}

export function nameOf({ incarnation, sequence }: EntryId): string {
  return `${incarnation}:${sequence}`;
}
