import type { Holdings } from '@quire/persistence';
import type { ReceiptPolicy } from './cluster.ts';
import { type Spans, subtractHoldings, uniteInto } from './spans.ts';

/**
 * What a node held when it started. Its process before may have ended between the disk and Redis, so that some of it is on this
 * one disk: a receipt for it has to wait until others have pulled it (G1).
 */
export class Inheritance {
  /** Not yet seen where it has to be. */
  #left: Holdings;
  readonly #policy: ReceiptPolicy;

  constructor(holdings: Holdings, policy: ReceiptPolicy) {
    this.#left = new Map(holdings);
    this.#policy = policy;
  }

  /**
   * @param others what each of the other nodes holds; nobody: there is nowhere else for it to be
   * @returns whether all of it is where it has to be: with `strict` on every other node, otherwise on one. What was seen there
   * once is not asked for again
   */
  isHeldBy(others: readonly Holdings[]): boolean {
    if (others.length === 0 || this.#left.size === 0) return true;
    if (this.#policy === 'strict') {
      if (!others.every((holdings) => subtractHoldings(this.#left, holdings).size === 0)) return false;
      this.#left = new Map();
      return true;
    }
    const united = new Map<string, Spans>();
    for (const holdings of others) uniteInto(united, holdings);
    this.#left = subtractHoldings(this.#left, united);
    return this.#left.size === 0;
  }
}
