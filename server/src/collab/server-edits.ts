import { PersistenceError } from '@quire/persistence';
import { closeCodes, MAX_COPYING_MS } from '@quire/protocol';
import * as Y from 'yjs';
import type { Clock } from '../clock.ts';
import { createFairTurns } from '../turns.ts';
import { applyInSlices, type Slicing } from './apply-in-slices.ts';
import type { Storing } from './confirmation.ts';
import type { DocumentOwner } from './document-owner.ts';
import { readTitle } from './document-title.ts';
import { type DraftedEdit, ingestServerEdit } from './ingest.ts';
import { countStructs } from './integration-cost.ts';
import { Refusal } from './refusal.ts';
import { NOTHING_NEW } from './submission.ts';

/** As much is copied in the turn in which it is asked for: some hundreds of structs, which take a few milliseconds at the worst. */
const AT_ONCE_BYTES = 1024;

/** From so many structs on a copy takes megabytes, and waits until no other of these is being made, each document in turn. */
const LARGE_STRUCTS = 20_000;

/** A document goes on while it is copied. What is new is copied in slices so often; by then it is little. */
const ROUNDS = 3;

/**
 * A copy that took too long is not tried again for so long. Most are of documents that were made to take long, and stay so; but
 * what took long may as well have been the machine.
 */
const PATIENCE_MS = 60_000;

/** A document as it was when it was last looked at. */
class Copy {
  readonly document = new Y.Doc();
  readonly #original: Y.Doc;
  #isBehind = true;
  readonly #fallBehind = (): void => {
    this.#isBehind = true;
  };

  constructor(original: Y.Doc) {
    this.#original = original;
    original.on('update', this.#fallBehind);
  }

  /** What the original has besides; null when there is nothing. */
  takeMissing(): Uint8Array | null {
    if (!this.#isBehind) return null;
    this.#isBehind = false;
    return Y.encodeStateAsUpdate(this.#original, Y.encodeStateVector(this.document));
  }

  end(): void {
    this.#original.off('update', this.#fallBehind);
    this.document.destroy();
  }
}

/**
 * Edits of the server's own. Each is drafted on a copy of its document, since what is in a document must be on disk first; so they
 * are for what the server does now and then, not for typing.
 */
export class ServerEdits {
  readonly #slicing: Slicing;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  /** Of large documents, by name. */
  readonly #takeTurn = createFairTurns();
  /** They took too long to be copied, and are not until then. */
  readonly #slowUntil = new WeakMap<Y.Doc, number>();

  constructor(slicing: Slicing, clock: Pick<Clock, 'monotonicMs'>) {
    this.#slicing = slicing;
    this.#clock = clock;
  }

  /**
   * Resolves once the edit would have its receipt (G1).
   *
   * @throws {Refusal} when it would make the document too large, or for now, when that takes too long to be copied
   */
  async make(
    owner: DocumentOwner,
    author: string,
    change: (document: Y.Doc) => void,
    maxDocumentBytes: number,
    storing: Storing = {},
  ): Promise<void> {
    if (owner.commented?.isStored === false) {
      throw new PersistenceError('UNKNOWN_DOCUMENT', 'No such document', { document: owner.commented.name });
    }
    const begin = () => this.#begin(owner, author, change, maxDocumentBytes, storing);
    const { written } = await (countStructs(owner.document) < LARGE_STRUCTS
      ? begin()
      : this.#takeTurn(owner.name, begin));
    await written;
  }

  /** @returns what is on its way to the disk; by then there is no copy any more */
  async #begin(
    owner: DocumentOwner,
    author: string,
    change: (document: Y.Doc) => void,
    maxDocumentBytes: number,
    { onStored }: Storing,
  ): Promise<{ readonly written: Promise<void> }> {
    const copy = new Copy(owner.document);
    try {
      await this.#fill(copy, owner);
      // Who copies half of a large update would take its other half for missing.
      while (owner.whole !== null) await owner.whole;
      // From here to the draft in one turn: it is of the document as it is.
      const written = owner.serverClient.write(async (client, applied) => {
        const drafted = draft(copy, client, change);
        if (drafted === null) {
          applied(); // whoever writes next need not wait for it, nor take another client
          return owner.write(NOTHING_NEW, { onStored });
        }
        const storing = {
          onStored: () => {
            applied();
            onStored?.();
          },
        };
        return ingestServerEdit(owner, author, drafted, { maxDocumentBytes }, storing);
      });
      return { written };
    } finally {
      copy.end();
    }
  }

  async #fill(copy: Copy, owner: DocumentOwner): Promise<void> {
    if (this.#clock.monotonicMs() < (this.#slowUntil.get(owner.document) ?? 0))
      throw new Refusal(closeCodes.overloaded);
    const slicing = this.#limit(owner.document);
    for (let round = 0; round < ROUNDS; round += 1) {
      const missing = copy.takeMissing();
      if (missing === null) break;
      if (missing.length >= AT_ONCE_BYTES) await applyInSlices(copy.document, missing, slicing);
      else Y.applyUpdate(copy.document, missing);
      while (owner.whole !== null) await owner.whole;
    }
  }

  /** @returns slices that all together have an end */
  #limit(document: Y.Doc): Slicing {
    const slicing = this.#slicing;
    let [spentMs, resumedAt] = [0, slicing.now()];
    return {
      ...slicing,
      nextTurn: async () => {
        spentMs += slicing.now() - resumedAt;
        if (spentMs > MAX_COPYING_MS) {
          this.#slowUntil.set(document, this.#clock.monotonicMs() + PATIENCE_MS);
          throw new Refusal(closeCodes.overloaded);
        }
        await slicing.nextTurn();
        resumedAt = slicing.now();
      },
    };
  }
}

/**
 * @param client as whom it is written
 * @returns null when the change changes nothing
 */
function draft(copy: Copy, client: number, change: (document: Y.Doc) => void): DraftedEdit | null {
  const { document } = copy;
  const missing = copy.takeMissing();
  if (missing !== null) Y.applyUpdate(document, missing);
  document.clientID = client; // not before: Yjs takes an id for somebody else's that others' updates bring
  const updates: Uint8Array[] = [];
  document.on('update', (update: Uint8Array) => updates.push(update));
  document.transact(() => change(document));
  const [first] = updates;
  if (first === undefined) return null;
  return { update: updates.length === 1 ? first : Y.mergeUpdates(updates), title: readTitle(document) };
}
