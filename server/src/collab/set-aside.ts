import * as Y from 'yjs';

/** Merging looks at the head of every part for each struct, so many parts are merged as a tree. */
const PARTS_PER_MERGE = 32;

/**
 * What waits for missing edits while a document is loaded (R3). Yjs goes through all that it holds as pending with every
 * update that adds to it; taken out after each one, and put back merged, thousands cost no more than as many others.
 */
export class SetAside {
  readonly #parts: Uint8Array[] = [];

  takeFrom({ store }: Y.Doc): void {
    if (store.pendingStructs !== null) this.#parts.push(store.pendingStructs.update);
    if (store.pendingDs !== null) this.#parts.push(store.pendingDs);
    store.pendingStructs = null;
    store.pendingDs = null;
  }

  /** All of it as one update; null when nothing was set aside. */
  merge(): Uint8Array | null {
    if (this.#parts.length === 0) return null;
    return Y.convertUpdateFormatV2ToV1(mergeAsTree(this.#parts));
  }

  /** Each by itself, for when they can't be applied together. */
  parts(): Uint8Array[] {
    return this.#parts.map((part) => Y.convertUpdateFormatV2ToV1(part));
  }
}

function mergeAsTree(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length <= PARTS_PER_MERGE) return Y.mergeUpdatesV2([...parts]);
  const merged: Uint8Array[] = [];
  for (let from = 0; from < parts.length; from += PARTS_PER_MERGE) {
    merged.push(mergeAsTree(parts.slice(from, from + PARTS_PER_MERGE)));
  }
  return mergeAsTree(merged);
}
