import type { Clock } from '../../clock.ts';

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
  /** By party, in the order of their turns; none is empty. */
  readonly #lines = new Map<string, Waiting[]>();
  #running = 0;
  #waiting = 0;

  constructor(limits: TurnLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting;
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
        this.#leave(party, waiting);
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
      const line = this.#lines.get(party);
      if (line === undefined) this.#lines.set(party, [waiting]);
      else line.push(waiting);
      this.#waiting += 1;
    });
  }

  #makeRoom(party: string): boolean {
    if (this.#waiting < this.#limits.maxWaiting) return true;
    const own = this.#lines.get(party)?.length ?? 0;
    let longest: readonly [string, readonly Waiting[]] | null = null;
    for (const each of this.#lines) if (longest === null || each[1].length > longest[1].length) longest = each;
    const last = longest?.[1].at(-1);
    if (longest === null || last === undefined || longest[1].length <= own + 1) return false;
    this.#leave(longest[0], last);
    last.giveUp('too many wait, most of them from the same place');
    return true;
  }

  #leave(party: string, waiting: Waiting): void {
    const line = this.#lines.get(party);
    const at = line?.indexOf(waiting) ?? -1;
    if (line === undefined || at < 0) return;
    line.splice(at, 1);
    if (line.length === 0) this.#lines.delete(party);
    this.#waiting -= 1;
  }

  #beginNext(): void {
    const next = this.#lines.entries().next();
    if (next.done === true) return;
    const [party, line] = next.value;
    const waiting = line.shift();
    this.#lines.delete(party);
    if (line.length > 0) this.#lines.set(party, line); // behind all others
    if (waiting === undefined) return;
    this.#waiting -= 1;
    this.#running += 1;
    waiting.begin();
  }
}
