import type { Random } from '@quire/testing';
import type * as Y from 'yjs';

/** One transaction of a writer: puts a mark of its own into the document, and sometimes takes an earlier one out. */
export interface Edit {
  readonly mark: string;
  readonly removes: string | null;
  /** The bytes that carry it. */
  readonly update: Uint8Array;
}

/** What a writer has done to its document, and what of it the server has said is on disk. */
export class EditLedger {
  readonly #doc: Y.Doc;
  readonly #author: string;
  readonly #random: Random;
  readonly #unreceipted = new Set<Edit>();
  readonly #receipted: Edit[] = [];
  #made = 0;

  constructor(author: string, doc: Y.Doc, random: Random) {
    this.#author = author;
    this.#doc = doc;
    this.#random = random;
  }

  get unreceipted(): readonly Edit[] {
    return [...this.#unreceipted];
  }

  get receipted(): readonly Edit[] {
    return this.#receipted;
  }

  /** Edits the document, in one transaction. */
  make(): Edit {
    this.#made += 1;
    const mark = `${this.#author}:${this.#made}`;
    const removes =
      this.#random.oneIn(4) && this.#receipted.length > 0 ? this.#random.pick(this.#receipted).mark : null;
    const before: { update: Uint8Array | null } = { update: null };
    const keep = (update: Uint8Array): void => {
      before.update = update;
    };
    this.#doc.once('update', keep);
    this.#doc.transact(() => {
      const marks = this.#doc.getMap('marks');
      marks.set(mark, this.#made);
      if (removes !== null) marks.delete(removes);
      this.#type(mark);
    });
    if (before.update === null) throw new Error('an edit made no update');
    const edit: Edit = { mark, removes, update: before.update };
    this.#unreceipted.add(edit);
    return edit;
  }

  /** Something that the server has said is on disk. Said twice, it counts once. */
  settle(edit: Edit): void {
    if (this.#unreceipted.delete(edit)) this.#receipted.push(edit);
  }

  #type(mark: string): void {
    const body = this.#doc.getText('body');
    const at = this.#random.below(body.length + 1);
    if (this.#random.oneIn(3) && at < body.length) body.delete(at, Math.min(3, body.length - at));
    else body.insert(at, mark);
  }
}

/** Every promise of the server that a document breaks, in words. */
export function findBrokenPromises(doc: Y.Doc, ledgers: readonly EditLedger[]): string[] {
  const marks = doc.getMap('marks');
  const made = ledgers.flatMap((ledger) => [...ledger.receipted, ...ledger.unreceipted]);
  const mayBeGone = new Set(made.map((edit) => edit.removes));
  return ledgers.flatMap((ledger) =>
    ledger.receipted.flatMap(({ mark, removes }) => {
      const broken = [];
      if (!marks.has(mark) && !mayBeGone.has(mark)) broken.push(`${mark} was receipted and is missing`);
      if (removes !== null && marks.has(removes))
        broken.push(`${mark} took ${removes} out, was receipted, and it is back`);
      return broken;
    }),
  );
}
