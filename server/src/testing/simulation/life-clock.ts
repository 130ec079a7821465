import type { Clock } from '../../clock.ts';

export interface Drift {
  /** Milliseconds that pass here while one passes elsewhere. */
  readonly rate: number;
  /** How far its time of day is off. */
  readonly offsetMs: number;
}

/** The clock of one process: it drifts, and nothing that was started by it runs once the process is dead. */
export class LifeClock implements Clock {
  readonly #world: Clock;
  readonly #drift: Drift;
  readonly #appointments = new Set<() => void>();
  #isDead = false;

  constructor(world: Clock, drift: Drift) {
    this.#world = world;
    this.#drift = drift;
  }

  now(): number {
    return Math.floor(this.#world.now() + this.#drift.offsetMs);
  }

  monotonicMs(): number {
    return this.#world.monotonicMs() * this.#drift.rate;
  }

  after(delayMs: number, task: () => void): () => void {
    if (this.#isDead) return () => {};
    const cancel = this.#world.after(delayMs / this.#drift.rate, () => {
      this.#appointments.delete(cancel);
      task();
    });
    this.#appointments.add(cancel);
    return () => {
      this.#appointments.delete(cancel);
      cancel();
    };
  }

  every(intervalMs: number, task: () => void): () => void {
    let cancel = (): void => {};
    const rearm = (): void => {
      cancel = this.after(intervalMs, () => {
        rearm();
        task();
      });
    };
    rearm();
    return () => cancel();
  }

  die(): void {
    this.#isDead = true;
    for (const cancel of this.#appointments) cancel();
    this.#appointments.clear();
  }
}
