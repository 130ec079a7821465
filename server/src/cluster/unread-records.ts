import type { Clock } from '../clock.ts';
import { SILENT_AFTER_MS } from './watch.ts';

/**
 * Whether there is something that this release can't read, during an upgrade of the cluster. What is in it is not known here,
 * names of documents neither: one that this node does not know may be among them (R13).
 */
export class UnreadRecords {
  readonly #clock: Clock;
  #metAt: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get areOwed(): boolean {
    return this.#metAt !== null;
  }

  met(): void {
    this.#metAt = this.#clock.monotonicMs();
  }

  /** @param isAllHeld by then, whoever sent such a record has told its numbers, and a peer may have had it for this release */
  look(isAllHeld: boolean): void {
    if (this.#metAt === null || !isAllHeld) return;
    if (this.#clock.monotonicMs() - this.#metAt >= SILENT_AFTER_MS) this.#metAt = null;
  }
}
