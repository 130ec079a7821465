import type { Logger } from '../observability/log.ts';

/** Clocks that are kept in time differ by less, and a busy Redis does not answer so late. */
export const NOTABLE_SKEW_MS = 5_000;

/** Says when the clock of this node is no longer kept in time, and when it is again: once each. */
export class SkewWatch {
  readonly #log: Pick<Logger, 'info' | 'warn'>;
  #isOff = false;

  constructor(log: Pick<Logger, 'info' | 'warn'>) {
    this.#log = log;
  }

  /** @param skewMs null while it is not known */
  note(skewMs: number | null): void {
    if (skewMs === null) return;
    const isOff = Math.abs(skewMs) > NOTABLE_SKEW_MS;
    if (isOff === this.#isOff) return;
    this.#isOff = isOff;
    if (isOff) {
      const problem =
        'The clock of this node and that of Redis differ: tokens, links and times in lists go by the former';
      this.#log.warn({ aheadMs: skewMs }, problem);
    } else {
      this.#log.info({ aheadMs: skewMs }, 'The clock of this node and that of Redis agree again');
    }
  }
}
