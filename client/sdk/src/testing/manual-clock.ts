import type { Clock } from '../clock.ts';

/** Time that moves only when told. Tasks run in order of their moments. */
export class ManualClock implements Clock {
  #now = 1_700_000_000_000;
  readonly #tasks = new Set<{ readonly at: number; readonly run: () => void }>();

  now(): number {
    return this.#now;
  }

  schedule(run: () => void, delayMs: number): () => void {
    const task = { at: this.#now + delayMs, run };
    this.#tasks.add(task);
    return () => this.#tasks.delete(task);
  }

  get waiting(): number {
    return this.#tasks.size;
  }

  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#tasks].filter((task) => task.at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#tasks.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.run();
    }
    this.#now = end;
  }
}
