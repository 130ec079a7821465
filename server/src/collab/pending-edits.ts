import type * as Y from 'yjs';
import { readPending } from './novelty.ts';
import type { InspectedUpdate } from './update-inspection.ts';

/** Edits count as their structs and deletions: it is these that Yjs goes through again with every one that is added. */
export interface PendingWeight {
  readonly edits: number;
  readonly bytes: number;
}

export interface PendingLimits {
  /** Per document: edits whose predecessors are missing (R3). */
  readonly maxPendingUpdates: number;
  readonly maxPendingBytes: number;
}

/** What has to be known of an update to weigh it. */
export type Weighable = Pick<InspectedUpdate, 'update' | 'deletes' | 'spans'> & {
  readonly structs: { readonly length: number };
};

const NOTHING: PendingWeight = { edits: 0, bytes: 0 };

/**
 * Edits of a document whose predecessors are missing (R3): those that it holds, and those that are on their way to it.
 * What it holds is read from the document whenever that has changed: whether an update fits is a judgement made before
 * it is applied, and a limit must not rest on that alone.
 */
export class PendingEdits {
  readonly #document: Y.Doc;
  #structs: Uint8Array | null = null;
  #deletes: Uint8Array | null = null;
  #held = NOTHING;
  #queued = NOTHING;
  #atDisk = NOTHING;

  constructor(document: Y.Doc) {
    this.#document = document;
    this.#look();
  }

  /** Whether an update that waits for others may be taken in. */
  hasRoomFor(update: Weighable, { maxPendingUpdates, maxPendingBytes }: PendingLimits): boolean {
    const { edits, bytes } = [this.#queued, this.#atDisk].reduce(add, this.#held);
    const added = weigh(update);
    if (bytes + added.bytes > maxPendingBytes) return false;
    // One that is large and alone, such as something pasted, costs little; unless it is a chain of as many clients.
    if (edits === 0) return countClients(update) <= maxPendingUpdates;
    return edits + added.edits <= maxPendingUpdates;
  }

  /** It is on its way. */
  note(update: Weighable): void {
    this.#queued = add(this.#queued, weigh(update));
  }

  /** What is on its way is at the disk. */
  flushBegins(): void {
    if (this.#queued === NOTHING) return;
    this.#atDisk = add(this.#atDisk, this.#queued);
    this.#queued = NOTHING;
  }

  /** What was at the disk is in the document, or will never be. */
  flushEnds(): void {
    this.#atDisk = NOTHING;
    this.#look();
  }

  #look(): void {
    const { pendingStructs, pendingDs } = this.#document.store;
    const structs = pendingStructs?.update ?? null;
    if (structs === this.#structs && pendingDs === this.#deletes) return;
    this.#structs = structs;
    this.#deletes = pendingDs;
    const pending = readPending(this.#document);
    let edits = pending.structs;
    for (const ranges of pending.deletes.values()) edits += ranges.length;
    this.#held = { edits, bytes: (structs?.length ?? 0) + (pendingDs?.length ?? 0) };
  }
}

function weigh({ update, structs, deletes }: Weighable): PendingWeight {
  let edits = structs.length;
  for (const ranges of deletes.clients.values()) edits += ranges.length;
  return { edits: Math.max(1, edits), bytes: update.length };
}

function countClients({ spans }: Weighable): number {
  return new Set(spans.map(({ client }) => client)).size;
}

function add(one: PendingWeight, other: PendingWeight): PendingWeight {
  return { edits: one.edits + other.edits, bytes: one.bytes + other.bytes };
}
