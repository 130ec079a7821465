import type { Holdings } from '@quire/persistence';
import type { ReceiptPolicy } from './cluster.ts';
import { intersectSpans, NO_SPANS, type Spans, subtractSpans, uniteSpans } from './spans.ts';

/** Entries of an incarnation that may be on one disk alone. */
export interface Owed {
  readonly incarnation: string;
  /** Up to this number each is where the policy for receipts wants it. */
  readonly after: number;
  /** Whether a process of this node wrote them in its cluster, so that it is this node that brings them to Redis. */
  readonly isOwn: boolean;
}

interface Left {
  /** Not yet seen where they have to be. */
  spans: Spans;
  /** What of them has yet to be brought to Redis. */
  due: Spans;
  /** Too large for Redis. */
  large: Spans;
  readonly isOwn: boolean;
}

/**
 * What a node held when it started, and may be on this one disk: its process before may have ended between the disk and Redis.
 * Receipts for it have to wait (G1). What that process noted as its own is brought to Redis, as it would have brought it
 * itself; what was there without a note, as on a node that was one by itself before, may be gigabytes, and is pulled.
 */
export class Inheritance {
  readonly #left = new Map<string, Left>();
  readonly #policy: ReceiptPolicy;

  constructor(holdings: Holdings, owed: readonly Owed[], policy: ReceiptPolicy) {
    this.#policy = policy;
    for (const { incarnation, after, isOwn } of owed) {
      const known = after === 0 ? NO_SPANS : [{ first: 1, last: after }];
      const spans = subtractSpans(holdings.get(incarnation) ?? NO_SPANS, known);
      if (spans.length > 0)
        this.#left.set(incarnation, { spans, due: isOwn ? spans : NO_SPANS, large: NO_SPANS, isOwn });
    }
  }

  /** Whether all of it is where it has to be. */
  get isHeld(): boolean {
    return this.#left.size === 0;
  }

  /** What is to be brought to Redis next; null when nothing is. */
  get due(): { readonly incarnation: string; readonly first: number; readonly last: number } | null {
    for (const [incarnation, { due }] of this.#left) {
      const [next] = due;
      if (next !== undefined) return { incarnation, ...next };
    }
    return null;
  }

  /** What the process after this one has to know of. */
  get owed(): Owed[] {
    return [...this.#left].map(([incarnation, { spans, isOwn }]) => {
      return { incarnation, after: (spans[0]?.first ?? 1) - 1, isOwn };
    });
  }

  /**
   * What was seen there once is not asked for again: with `strict` on every other node, otherwise on one.
   *
   * @param others what each of the other nodes holds; nobody: what does not go to Redis has nowhere else to be
   */
  heldBy(others: readonly Holdings[]): void {
    for (const [incarnation, { spans, large, isOwn }] of this.#left) {
      const [first, ...more] = others.map((holdings) => holdings.get(incarnation) ?? NO_SPANS);
      if (first === undefined) {
        this.#take(incarnation, isOwn ? large : spans);
        continue;
      }
      const onSome = more.reduce(uniteSpans, first);
      const onAll = more.reduce(intersectSpans, first);
      // What Redis does not take has its second place on one other disk.
      const held = this.#policy === 'strict' ? uniteSpans(onAll, intersectSpans(onSome, large)) : onSome;
      this.#take(incarnation, intersectSpans(held, spans));
    }
  }

  /** Redis has them. */
  published(incarnation: string, spans: Spans): void {
    this.#take(incarnation, spans);
  }

  /** Redis will not have them. */
  tooLarge(incarnation: string, spans: Spans): void {
    const left = this.#left.get(incarnation);
    if (left === undefined) return;
    left.due = subtractSpans(left.due, spans);
    left.large = uniteSpans(left.large, spans);
  }

  #take(incarnation: string, held: Spans): void {
    const left = this.#left.get(incarnation);
    if (left === undefined) return;
    left.spans = subtractSpans(left.spans, held);
    left.due = subtractSpans(left.due, held);
    if (left.spans.length === 0) this.#left.delete(incarnation);
  }
}
