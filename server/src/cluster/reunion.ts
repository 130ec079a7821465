import type { Holdings } from '@quire/persistence';
import type { Clock } from '../clock.ts';
import { intersectHoldings } from './spans.ts';
import { type Heard, SILENT_AFTER_MS, type Watch } from './watch.ts';

export interface ReunionOptions {
  readonly clock: Clock;
  readonly watch: Pick<Watch, 'current' | 'answeredLately'>;
  /** The other members. */
  readonly others: () => readonly string[];
  /** Whether all announcements were read since the bus was last away. */
  readonly hasReadBus: () => boolean;
}

/**
 * Whether this node has everything that was made elsewhere while it was out of touch (R13). That the bus is there again, or
 * that somebody answers, says nothing yet: what was missed has to be heard of first, and then fetched.
 */
export class Reunion {
  readonly #options: ReunionOptions;
  /** When the announcements were first read since the bus was away; null while they were not. */
  #readAt: number | null = null;
  /** What was missing when everybody was heard again, and still is; null while not everybody was. */
  #owed: Holdings | null = null;

  constructor(options: ReunionOptions) {
    this.#options = options;
  }

  get isOver(): boolean {
    return this.#isInTouch && this.#owed?.size === 0;
  }

  /** The comparison that makes a node ready is the same, and stricter (R12). */
  end(): void {
    this.#readAt = Number.NEGATIVE_INFINITY;
    this.#owed = new Map();
  }

  busIsAway(): void {
    this.#readAt = null;
    this.#owed = null;
  }

  /** @param missing what those who are there hold and this node does not */
  look(missing: () => Holdings): void {
    const { clock, hasReadBus } = this.#options;
    if (hasReadBus()) this.#readAt ??= clock.monotonicMs();
    if (!this.#isInTouch) this.#owed = null;
    else if (this.#owed === null) this.#owed = missing();
    else if (this.#owed.size > 0) this.#owed = intersectHoldings(this.#owed, missing());
  }

  get #isInTouch(): boolean {
    const { watch } = this.#options;
    const heard = this.#options.others().map((node) => watch.current(node));
    return this.#isBusHeard(heard) || heard.every((each) => each !== null && watch.answeredLately(each));
  }

  /** An announcement that was there at the first reading may be from before the bus was away: each node has to say another. */
  #isBusHeard(others: readonly (Heard | null)[]): boolean {
    const readAt = this.#readAt;
    if (readAt === null) return false;
    // Who is silent for so long is not there.
    if (this.#options.clock.monotonicMs() - readAt >= SILENT_AFTER_MS) return true;
    return others.every((heard) => heard !== null && hasSpokenSince(heard, readAt));
  }
}

function hasSpokenSince({ announcement, answeredAt, onBusAt }: Heard, at: number): boolean {
  if (announcement.state === 'leaving') return true;
  return (onBusAt !== null && onBusAt > at) || (answeredAt !== null && answeredAt > at);
}
