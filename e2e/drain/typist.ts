import type { Random } from '@quire/testing';
import type { Doc } from 'yjs';

/** Somebody who types into a document, whether or not there is a server, and knows what was confirmed of it. */
export interface Typist {
  readonly name: string;
  readonly doc: Doc;
  /** The marks of all that was typed, oldest first. */
  readonly made: readonly string[];
  /** Those of which the server has said that they are on disk. */
  readonly confirmed: readonly string[];
  /** Those that were sent on this connection, or wait to be, and are not confirmed. */
  readonly inFlight: readonly string[];
  readonly isConnected: boolean;
  /** One transaction; returns its mark. */
  type(): string;
  leave(): void;
}

/** Types with marks, so that each transaction can be found again in any copy of the document. */
export class Hand {
  readonly made: string[] = [];
  /** When each was, as `performance.now()`. */
  readonly madeAt: number[] = [];
  readonly #name: string;
  readonly #doc: Doc;
  readonly #random: Random;

  constructor(name: string, doc: Doc, random: Random) {
    this.#name = name;
    this.#doc = doc;
    this.#random = random;
  }

  type(): string {
    const mark = `${this.#name}:${this.made.length}`;
    // Before the edit: whoever hears of it at once finds it counted.
    this.made.push(mark);
    this.madeAt.push(performance.now());
    this.#doc.transact(() => {
      this.#doc.getMap('marks').set(mark, true);
      const body = this.#doc.getText('body');
      body.insert(this.#random.below(body.length + 1), mark);
    });
    return mark;
  }
}

export interface TypistOptions {
  readonly wsUrl: string;
  readonly document: string;
  readonly name: string;
  readonly random: Random;
}
