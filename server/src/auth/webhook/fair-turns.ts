import type { Clock } from '../../clock.ts';
import { FairLines } from '../../fair-lines.ts';

export interface TurnLimits {
  /** What runs at once. */
  readonly maxRunning: number;
  readonly maxWaiting: number;
  readonly maxWaitMs: number;
}

/** A task that was not begun. */
export class TurnedAway extends Error {
  override readonly name = 'TurnedAway';
}

interface Waiting {
  begin(): void;
  giveUp(why: string): void;
}

/**
 * Runs only so many tasks at once. The others wait, one party after the other in turn, however many tasks each has: who
 * brings thousands waits longer, and nobody else does. When all the places to wait are taken, whoever takes most of them
 * loses one.
 */
export class FairTurns {
  readonly #limits: TurnLimits;
  readonly #clock: Clock;
  readonly #lines = new FairLines<Waiting>();
  #running = 0;

  constructor(limits: TurnLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#lines.size;
  }

  /** @throws {TurnedAway} when the task was not begun, and whatever the task throws */
  async run<T>(party: string, task: () => Promise<T>): Promise<T> {
    if (this.#running < this.#limits.maxRunning) this.#running += 1;
    else await this.#wait(party);
    try {
      return await task();
    } finally {
      this.#running -= 1;
      this.#beginNext();
    }
  }

  /** Resolves once it is its turn: by then it is counted among those that run, so that nobody comes in between. */
  #wait(party: string): Promise<void> {
    if (!this.#makeRoom(party)) return Promise.reject(new TurnedAway('too many wait'));
    return new Promise((resolve, reject) => {
      const cancelTimeout = this.#clock.after(this.#limits.maxWaitMs, () => {
        this.#lines.remove(party, waiting);
        waiting.giveUp(`it had no turn within ${this.#limits.maxWaitMs} ms`);
      });
      const waiting: Waiting = {
        begin() {
          cancelTimeout();
          resolve();
        },
        giveUp(why) {
          cancelTimeout();
          reject(new TurnedAway(why));
        },
      };
      this.#lines.push(party, waiting);
    });
  }

  #makeRoom(party: string): boolean {
    if (this.#lines.size < this.#limits.maxWaiting) return true;
    const yielding = this.#lines.findWhatYields(party, 1, 1);
    for (const { party: from, item } of yielding ?? []) {
      this.#lines.remove(from, item);
      item.giveUp('too many wait, most of them from the same place');
    }
    return yielding !== null;
  }

  #beginNext(): void {
    const next = this.#lines.take();
    if (next === undefined) return;
    this.#running += 1;
    next.begin();
  }
}
