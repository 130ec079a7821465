import { createHash } from 'node:crypto';
import type { Holdings } from '@quire/persistence';
import type { Spans } from './spans.ts';

/**
 * Whether two nodes hold the same of thousands of incarnations, in a few bytes. What is held of each incarnation has a hash of
 * its own, and the digest is all of them by exclusive or: so single ones can be left out without reading the others, and an
 * incarnation whose spans are the same array as before isn't hashed again.
 */
export class HoldingsDigest {
  readonly #hashes = new Map<string, { readonly spans: Spans; readonly hash: Hash }>();
  #holdings: Holdings | null = null;
  #sum: Hash = NOTHING;

  refresh(holdings: Holdings): void {
    if (holdings === this.#holdings) return;
    for (const [incarnation, spans] of holdings) {
      const known = this.#hashes.get(incarnation);
      if (known?.spans === spans) continue;
      const hash = hashOf(incarnation, spans);
      if (known !== undefined) this.#sum = exclusiveOr(this.#sum, known.hash);
      this.#sum = exclusiveOr(this.#sum, hash);
      this.#hashes.set(incarnation, { spans, hash });
    }
    this.#holdings = holdings;
  }

  /** Of what was refreshed last, without some incarnations. Empty when nothing else is held. */
  without(incarnations: Iterable<string>): string {
    let sum = this.#sum;
    let left = this.#holdings?.size ?? 0;
    for (const incarnation of incarnations) {
      const known = this.#hashes.get(incarnation);
      if (known === undefined) continue;
      sum = exclusiveOr(sum, known.hash);
      left -= 1;
    }
    return left === 0 ? '' : sum.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
  }
}

type Hash = readonly [number, number];

const NOTHING: Hash = [0, 0];

function exclusiveOr(one: Hash, other: Hash): Hash {
  return [one[0] ^ other[0], one[1] ^ other[1]];
}

function hashOf(incarnation: string, spans: Spans): Hash {
  const text = spans.map(({ first, last }) => `${first}-${last}`).join();
  const digest = createHash('sha256').update(`${incarnation}:${text}`).digest();
  return [digest.readInt32BE(0), digest.readInt32BE(4)];
}
