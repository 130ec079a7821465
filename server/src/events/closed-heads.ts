/** Some hundred bytes each. */
export const MOST_HEADS = 10_000;

/** How far the events had come that a node took in one life of a document. */
export interface TakenHead {
  readonly life: string;
  /** The id of the last. */
  readonly head: string;
  readonly agoMs: number;
}

export interface TakenEvents {
  /** Whether all are named that were taken within the time that was asked about. */
  readonly isAll: boolean;
  readonly heads: readonly TakenHead[];
}

/** The last event that another node took in one life of a document that it did not have open. */
export interface UnheardHead extends Pick<TakenHead, 'life' | 'head'> {
  /** Monotonic, by the clock of this node. */
  readonly takenAt: number;
}

interface Head {
  readonly id: string;
  readonly at: number;
}

/**
 * The last event that was taken here of each document that is not open here. Others that have it open did not hear of it if they
 * were cut off just then, and nobody is in its room by this node who would tell them. It is kept for longer than the events
 * themselves: that something was missed can be said of what nobody has any more.
 */
export class ClosedHeads {
  readonly #heads = new Map<string, Head>();
  /** Of what was taken at this moment or before, something may have been forgotten, monotonic. */
  #forgottenAt: number;

  /** @param now before this process nothing is known */
  constructor(now: number) {
    this.#forgottenAt = now;
  }

  note(life: string, id: string, at: number): void {
    this.#heads.delete(life);
    this.#heads.set(life, { id, at });
    if (this.#heads.size <= MOST_HEADS) return;
    const [oldest] = this.#heads;
    if (oldest === undefined) return;
    const [silent, head] = oldest;
    this.#heads.delete(silent);
    this.#forgottenAt = Math.max(this.#forgottenAt, head.at);
  }

  /** @param marginMs what was taken so long before is named as well, but may be left out */
  within(ms: number, marginMs: number, now: number): TakenEvents {
    const heads: TakenHead[] = [];
    for (const [life, { at, id }] of this.#heads) {
      if (now - at <= ms + marginMs) heads.push({ life, head: id, agoMs: now - at });
    }
    return { isAll: now - ms > this.#forgottenAt, heads };
  }
}
