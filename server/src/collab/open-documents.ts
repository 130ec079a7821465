import { type CloseCode, closeCodes, companionOf, type DocumentName, parseDocumentAddress } from '@quire/protocol';
import type { DocumentOwner } from './document-owner.ts';

/** The documents that are in memory, by their names. */
export class OpenDocuments {
  readonly #owners = new Map<string, DocumentOwner>();
  /** Those of them that are the server's own. */
  readonly #internal = new Set<string>();
  /** How many of them are comments. */
  #companions = 0;
  readonly #unlist: (name: string) => void;

  /** @param unlist takes a document off wherever else it is found by its name */
  constructor(unlist: (name: string) => void) {
    this.#unlist = unlist;
  }

  /** Without comments, whose document is open too, and without the server's own. */
  get size(): number {
    return this.#owners.size - this.#companions - this.#internal.size;
  }

  [Symbol.iterator](): IterableIterator<DocumentOwner> {
    return this.#owners.values();
  }

  get(name: string): DocumentOwner | undefined {
    return this.#owners.get(name);
  }

  /** A document and the comments on it, as far as they are open: the comments first, which hold their document. */
  around(name: DocumentName): readonly DocumentOwner[] {
    return [companionOf(name, 'comments'), name].flatMap((each) => this.#owners.get(each) ?? []);
  }

  /** It stays until its document is destroyed: somebody may open the name again before anything else is told of that. */
  add(owner: DocumentOwner): void {
    this.#owners.set(owner.name, owner);
    if (owner.commented !== null) this.#companions += 1;
    owner.document.once('destroy', () => {
      if (this.#owners.get(owner.name) === owner) this.#owners.delete(owner.name);
      if (owner.commented !== null) this.#companions -= 1;
    });
  }

  noteInternal({ document, name }: DocumentOwner): void {
    this.#internal.add(name);
    document.once('destroy', () => this.#internal.delete(name));
  }

  /** Everybody out of a document, and of the comments on it; what is in memory goes at once. */
  end(owner: DocumentOwner, code: CloseCode): void {
    for (const each of this.around(parseDocumentAddress(owner.name).document)) {
      if (each !== owner && each.commented !== owner) continue;
      each.evict(code);
      this.forget(each);
    }
  }

  /**
   * Another node has ended this life, and the store has gone on to the next (R14). Of a life in which nothing was ever stored
   * here nothing is lost: whoever opened the name before its document came to this node is to open it again.
   */
  endLife(owner: DocumentOwner): void {
    const wasDeleted = owner.isStored || owner.commented !== null;
    this.end(owner, wasDeleted ? closeCodes.documentDeleted : closeCodes.loadFailed);
  }

  forget(owner: DocumentOwner): void {
    this.#unlist(owner.name);
    owner.document.destroy();
  }
}
