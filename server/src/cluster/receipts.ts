import type { Entry, EntryId } from '@quire/persistence';
import type { Clock } from '../clock.ts';
import type { ReceiptPolicy } from './cluster.ts';
import type { ReplicationMeters } from './meters.ts';
import {
  contiguousEnd,
  includesSpans,
  intersectSpans,
  NO_SPANS,
  type Spans,
  subtractSpans,
  uniteSpans,
} from './spans.ts';
import { UnsafeEntries } from './unsafe-entries.ts';

/** What is waited for one by one. Beyond it receipts wait together, for all of it: later than need be, never too early. */
const MAX_WAITING = 10_000;
/**
 * An entry that is too large for the bus is announced within a second, pulled a second or two later, and has some MiB to move:
 * as long as one pull may take.
 */
const TOO_LARGE_PATIENCE_MS = 30_000;
/** Stands for everything that this node held when it started; entries are numbered from 1 on. */
const INHERITED: Spans = [{ first: 0, last: 0 }];

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
  spans: Spans;
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly since: number;
}

/**
 * When the receipt for an entry of this node may go out (G1). Each entry is judged by itself: one that another node refuses, as
 * it does of a document that is damaged there, leaves a hole in what that node holds, and holds up what belongs to it alone.
 */
export class Receipts {
  readonly #options: ReceiptsOptions;
  readonly #waiting = new Set<Waiting>();
  #tail: Waiting | null = null;
  readonly #unsafe = new UnsafeEntries();
  /** Everything up to here is on the bus, but for `#tooLarge`. */
  #published = 0;
  #tooLarge: Spans = NO_SPANS;
  #hasOthers = false;
  /** There is no other node in the cluster: what Redis does not take has no second place to wait for. */
  #isAlone = false;
  /** What was seen on every other node's disk. A node that joins later has yet to fetch it, and holds up nobody's receipt. */
  #onAll: Spans = NO_SPANS;
  /** What was seen on at least one other node's disk. */
  #onSome: Spans = NO_SPANS;
  /** What is where the policy wants it. */
  #safe: Spans = NO_SPANS;
  #isInheritedHeld = false;
  #cancelPatience: (() => void) | null = null;

  constructor(options: ReceiptsOptions) {
    this.#options = options;
  }

  /** Own entries, once they are on disk here. */
  stored(entries: readonly Pick<Entry, 'id' | 'document'>[]): void {
    if (this.#options.policy !== 'local') this.#unsafe.add(entries, this.#safe);
  }

  /** Own entries that were there before anybody listened, of whatever documents. */
  storedBefore(upTo: number): void {
    if (upTo > 0) this.#unsafe.addUnnamed([{ first: 1, last: upTo }]);
  }

  acknowledged({ incarnation, sequence }: EntryId): Promise<void> | null {
    if (incarnation !== this.#options.incarnation) return null;
    return this.#acknowledged([{ first: sequence, last: sequence }]);
  }

  /** For everything in a document that is on disk here: what the processes before this one left unpublished counts too. */
  acknowledgedSoFar(document: string): Promise<void> | null {
    return this.#acknowledged(uniteSpans(INHERITED, this.#unsafe.of(document, this.#safe)));
  }

  /** Up to where everything is where the policy wants it. */
  get safeUpTo(): number {
    return contiguousEnd(subtractSpans(this.#safe, INHERITED));
  }

  #acknowledged(spans: Spans): Promise<void> | null {
    const { policy, meters } = this.#options;
    if (policy === 'local' || includesSpans(this.#safe, spans)) return null;
    if (policy === 'cluster' && !this.#options.isBusConnected()) {
      meters.receiptWithoutRedis();
      return null;
    }
    return this.#wait(spans).promise;
  }

  published(upTo: number): void {
    this.#published = Math.max(this.#published, upTo);
    this.#settle();
  }

  /** It will not be on the bus: another node's disk is its second place. */
  tooLarge(sequence: number): void {
    this.#tooLarge = uniteSpans(this.#tooLarge, [{ first: sequence, last: sequence }]);
  }

  /** What each of the other nodes holds of this one's entries. Nobody: there is no other node. */
  covered(others: readonly Spans[]): void {
    const [first, ...more] = others;
    this.#hasOthers = first !== undefined;
    const wasAlone = this.#isAlone;
    this.#isAlone = first === undefined;
    if (first === undefined) {
      if (!wasAlone || this.#tooLarge.length > 0) this.#settle();
      return;
    }
    this.#onAll = uniteSpans(this.#onAll, more.reduce(intersectSpans, first));
    this.#onSome = others.reduce(uniteSpans, this.#onSome);
    this.#settle();
    this.#tooLarge = subtractSpans(this.#tooLarge, this.#onAll);
  }

  /** What this node held when it started is where its policy wants it: once it is, it stays. */
  inheritedIsHeld(): void {
    if (this.#isInheritedHeld) return;
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

  #wait(spans: Spans): Waiting {
    if (this.#tail !== null && this.#waiting.size >= MAX_WAITING) {
      this.#tail.spans = uniteSpans(this.#tail.spans, spans);
      return this.#tail;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting: Waiting = { spans, promise, resolve, since: this.#options.clock.monotonicMs() };
    this.#waiting.add(waiting);
    this.#tail = waiting;
    this.#watchPatience();
    return waiting;
  }

  #settle(): void {
    const published = this.#published === 0 ? NO_SPANS : [{ first: 1, last: this.#published }];
    const onNoBus = this.#isAlone ? NO_SPANS : subtractSpans(this.#tooLarge, this.#onSome);
    const onBus = subtractSpans(published, onNoBus);
    this.#safe = uniteSpans(uniteSpans(onBus, this.#onAll), this.#isInheritedHeld ? INHERITED : NO_SPANS);
    for (const waiting of this.#waiting) {
      if (!includesSpans(this.#safe, waiting.spans)) continue;
      this.#options.meters.receiptWaited(this.#options.clock.monotonicMs() - waiting.since);
      this.#end(waiting);
    }
  }

  #release(isDue: (waiting: Waiting) => boolean): void {
    for (const waiting of this.#waiting) {
      if (!isDue(waiting)) continue;
      this.#options.meters.receiptWithoutRedis();
      this.#end(waiting);
    }
  }

  #end(waiting: Waiting): void {
    this.#waiting.delete(waiting);
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
    for (const waiting of this.#waiting) {
      const patienceMs = this.#patienceFor(waiting);
      dueAt = Math.min(dueAt, waiting.since + patienceMs);
      // Those behind it came later, and have no less.
      if (patienceMs === this.#options.patienceMs) break;
    }
    return dueAt;
  }

  /** Where nobody else is, nobody will pull it: it waits for the bus alone, like any other. */
  #patienceFor({ spans }: Waiting): number {
    const { patienceMs } = this.#options;
    const isPulled = this.#hasOthers && intersectSpans(spans, this.#tooLarge).length > 0;
    return isPulled ? Math.max(patienceMs, TOO_LARGE_PATIENCE_MS) : patienceMs;
  }
}
