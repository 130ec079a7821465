import type { Clock } from './clock.ts';

/** As long as it takes until a disk that refused writes is worth another try. */
export const RETRY_MS = 5_000;

const MAX_TASKS = 1_000;

/** What could not be done at once and waits for nobody: tried again until it is done, one after the other. */
export class Retries {
  readonly #clock: Pick<Clock, 'after'>;
  #tasks = new Set<() => Promise<void>>();
  #cancel: (() => void) | null = null;
  #isClosed = false;

  constructor(clock: Pick<Clock, 'after'>) {
    this.#clock = clock;
  }

  /** @param task rejects where it has to be tried once more. Beyond a thousand the oldest is given up (G4) */
  add(task: () => Promise<void>): void {
    if (this.#isClosed) return;
    const [oldest] = this.#tasks;
    if (this.#tasks.size >= MAX_TASKS && oldest !== undefined) this.#tasks.delete(oldest);
    this.#tasks.add(task);
    this.#schedule();
  }

  close(): void {
    this.#isClosed = true;
    this.#tasks.clear();
    this.#cancel?.();
  }

  #schedule(): void {
    this.#cancel ??= this.#clock.after(RETRY_MS, () => void this.#tryAll());
  }

  async #tryAll(): Promise<void> {
    for (const task of [...this.#tasks]) {
      if (!this.#tasks.has(task)) continue;
      await task().then(
        () => this.#tasks.delete(task),
        () => {}, // stays, for the next time
      );
    }
    this.#cancel = null;
    if (this.#tasks.size > 0) this.#schedule();
  }
}
