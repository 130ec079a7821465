import { encodeServerBody, type Viewers, writeViewers } from '@quire/protocol';

/** A crowd comes and goes in crowds, and each count goes to all of it: more often would be more than anybody reads. */
export const COUNT_EVERY_MS = 1_000;

/** How those who are here are shown. */
export interface Crowd {
  readonly listed: { readonly size: number };
  readonly counted: number;
}

/**
 * When it is told how many are counted: at once where nothing was told for a while, otherwise together with what else
 * changes until the next count is due. Nothing while everybody is listed.
 */
export class ViewerCount {
  readonly #crowd: Crowd;
  readonly #now: () => number;
  /** What everybody was told last; null when somebody was told another since. */
  #told: number | null = 0;
  #toldAt = Number.NEGATIVE_INFINITY;
  /** The version of presence in which it was told; below all others while it never was. */
  #toldIn = -1;

  constructor(crowd: Crowd, now: () => number) {
    this.#crowd = crowd;
    this.#now = now;
  }

  /** In how many ms the count is to be told; null while everybody knows it. */
  get dueInMs(): number | null {
    if (this.#crowd.counted === this.#told) return null;
    return Math.max(0, this.#toldAt + COUNT_EVERY_MS - this.#now());
  }

  /** What everybody is to be told now, in this version of presence; null when there is nothing, or not yet. */
  take(version: number): Viewers | null {
    if (this.dueInMs !== 0) return null;
    this.#told = this.#crowd.counted;
    this.#toldAt = this.#now();
    this.#toldIn = version;
    return this.#viewers;
  }

  /** For somebody of whom nobody knows whether they were told; null while nobody ever was. */
  forNewcomer(): Viewers | null {
    return this.#crowd.counted === 0 && this.#told === 0 && this.#toldIn < 0 ? null : this.#tellOne();
  }

  /** For somebody who has missed what was told since that version; null when that was no count. */
  since(version: number): Viewers | null {
    return this.#toldIn > version ? this.#tellOne() : null;
  }

  /** It may be what everybody was told by the time that all are told again: one of them would keep this one. */
  #tellOne(): Viewers {
    if (this.#crowd.counted !== this.#told) this.#told = null;
    return this.#viewers;
  }

  get #viewers(): Viewers {
    return { count: this.#crowd.counted, listed: this.#crowd.listed.size };
  }
}

/** What follows the address, in a dialect that has stateless messages. */
export function encodeViewers(viewers: Viewers): Uint8Array {
  return encodeServerBody({ kind: 'stateless', payload: writeViewers(viewers) });
}
