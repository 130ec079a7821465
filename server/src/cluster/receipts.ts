import type { EntryId } from '@quire/persistence';
import type { Clock } from '../clock.ts';
import type { ReceiptPolicy } from './cluster.ts';
import type { ReplicationMeters } from './meters.ts';
import { type Spans, spansInclude, subtractSpans, uniteSpans } from './spans.ts';

/**
 * Numbers that are waited for one by one. Beyond it they wait together, for the highest of them: later than need be, never
 * too early.
 */
const MAX_WAITING = 10_000;
/**
 * An entry that is too large for the bus is announced within a second, pulled a second or two later, and has some MiB to move:
 * as long as one pull may take.
 */
const TOO_LARGE_PATIENCE_MS = 30_000;
/** Stands for everything that this node held when it started; entries are numbered from 1 on. */
const INHERITED = 0;

export interface ReceiptsOptions {
  readonly incarnation: string;
  readonly policy: ReceiptPolicy;
  readonly clock: Clock;
  readonly meters: ReplicationMeters;
  /** A Redis that is connected and does not answer holds a receipt for so long (policy `cluster`). */
  readonly patienceMs: number;
  readonly isBusConnected: () => boolean;
}

interface Waiting {
  sequence: number;
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly since: number;
}

/** When the receipt for an entry of this node may go out (G1). */
export class Receipts {
  readonly #options: ReceiptsOptions;
  readonly #waiting = new Map<number, Waiting>();
  #tail: Waiting | null = null;
  /** Everything up to here is on the bus, but for `#tooLarge`. */
  #published = 0;
  #tooLarge: Spans = [];
  #hasOthers = false;
  /** Everything up to here is on every other node's disk. */
  #coveredByAll = 0;
  /** Everything up to here is on at least one other node's disk. */
  #coveredByOne = 0;
  #isInheritedHeld = false;
  #cancelPatience: (() => void) | null = null;

  constructor(options: ReceiptsOptions) {
    this.#options = options;
  }

  acknowledged({ incarnation, sequence }: EntryId): Promise<void> | null {
    return incarnation === this.#options.incarnation ? this.#acknowledged(sequence) : null;
  }

  /** @param stored the highest number so far of this incarnation; what those before it left unpublished counts too */
  acknowledgedSoFar(stored: number): Promise<void> | null {
    const [inherited, own] = [this.#acknowledged(INHERITED), stored > 0 ? this.#acknowledged(stored) : null];
    return inherited === null || own === null ? (inherited ?? own) : Promise.all([inherited, own]).then(() => {});
  }

  #acknowledged(sequence: number): Promise<void> | null {
    const { policy, meters } = this.#options;
    if (policy === 'local' || this.#isSafe(sequence)) return null;
    if (policy === 'cluster' && !this.#options.isBusConnected()) {
      meters.receiptWithoutRedis();
      return null;
    }
    return this.#wait(sequence).promise;
  }

  published(upTo: number): void {
    this.#published = Math.max(this.#published, upTo);
    this.#settle();
  }

  /** It will not be on the bus: another node's disk is its second place. */
  tooLarge(sequence: number): void {
    this.#tooLarge = uniteSpans(this.#tooLarge, [{ first: sequence, last: sequence }]);
  }

  /** What other nodes hold of this one's entries, from 1 on without a gap. Nobody: there is no other node. */
  covered(others: readonly number[]): void {
    this.#hasOthers = others.length > 0;
    if (!this.#hasOthers) return;
    this.#coveredByAll = Math.max(this.#coveredByAll, Math.min(...others));
    this.#coveredByOne = Math.max(this.#coveredByOne, Math.max(...others));
    this.#settle();
    this.#tooLarge = subtractSpans(this.#tooLarge, [{ first: 1, last: this.#coveredByAll }]);
  }

  /** What this node held when it started is where its policy wants it: once it is, it stays. */
  inheritedIsHeld(): void {
    this.#isInheritedHeld = true;
    this.#settle();
  }

  /** With `cluster`, receipts go on from the disk alone. */
  busIsAway(): void {
    if (this.#options.policy === 'cluster') this.#release(() => true);
  }

  /** Entries whose receipts wait, very many of them counted together; how long the oldest has waited. */
  get backlog(): { readonly entries: number; readonly oldestMs: number } {
    // In the order in which they came.
    const [oldest] = this.#waiting.values();
    const oldestMs = oldest === undefined ? 0 : this.#options.clock.monotonicMs() - oldest.since;
    return { entries: this.#waiting.size, oldestMs };
  }

  close(): void {
    this.busIsAway();
    this.#cancelPatience?.();
    this.#cancelPatience = null;
  }

  #isSafe(sequence: number): boolean {
    if (sequence === INHERITED) return this.#isInheritedHeld;
    if (sequence <= this.#coveredByAll) return true;
    if (sequence > this.#published) return false;
    return sequence <= this.#coveredByOne || !spansInclude(this.#tooLarge, sequence);
  }

  #wait(sequence: number): Waiting {
    const known = this.#waiting.get(sequence);
    if (known !== undefined) return known;
    if (this.#tail !== null && this.#waiting.size >= MAX_WAITING) {
      this.#tail.sequence = Math.max(this.#tail.sequence, sequence);
      return this.#tail;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting: Waiting = { sequence, promise, resolve, since: this.#options.clock.monotonicMs() };
    this.#waiting.set(sequence, waiting);
    if (sequence !== INHERITED) this.#tail = waiting;
    this.#watchPatience();
    return waiting;
  }

  #settle(): void {
    for (const [key, waiting] of this.#waiting) {
      if (this.#isSafe(waiting.sequence)) {
        this.#options.meters.receiptWaited(this.#options.clock.monotonicMs() - waiting.since);
        this.#end(key, waiting);
      }
    }
  }

  #release(isDue: (waiting: Waiting) => boolean): void {
    for (const [key, waiting] of this.#waiting) {
      if (!isDue(waiting)) continue;
      this.#options.meters.receiptWithoutRedis();
      this.#end(key, waiting);
    }
  }

  #end(key: number, waiting: Waiting): void {
    this.#waiting.delete(key);
    if (this.#tail === waiting) this.#tail = null;
    waiting.resolve();
  }

  #watchPatience(): void {
    const { clock, policy, patienceMs } = this.#options;
    if (policy !== 'cluster' || this.#cancelPatience !== null) return;
    // No longer than the ordinary patience: who comes meanwhile must not wait with one that is too large.
    const delayMs = Math.min(patienceMs, this.#nextDueAt() - clock.monotonicMs());
    this.#cancelPatience = clock.after(Math.max(1, delayMs), () => {
      this.#cancelPatience = null;
      const now = clock.monotonicMs();
      this.#release((waiting) => now - waiting.since >= this.#patienceFor(waiting));
      if (this.#waiting.size > 0) this.#watchPatience();
    });
  }

  #nextDueAt(): number {
    let dueAt = Number.POSITIVE_INFINITY;
    for (const waiting of this.#waiting.values()) {
      const patienceMs = this.#patienceFor(waiting);
      dueAt = Math.min(dueAt, waiting.since + patienceMs);
      // Those behind it came later, and have no less.
      if (patienceMs === this.#options.patienceMs) break;
    }
    return dueAt;
  }

  /** Where nobody else is, nobody will pull it: it waits for the bus alone, like any other. */
  #patienceFor({ sequence }: Waiting): number {
    const { patienceMs } = this.#options;
    const isPulled = this.#hasOthers && spansInclude(this.#tooLarge, sequence);
    return isPulled ? Math.max(patienceMs, TOO_LARGE_PATIENCE_MS) : patienceMs;
  }
}
