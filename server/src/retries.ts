import type { Clock } from './clock.ts';
import type { Logger } from './observability/log.ts';

/** As long as it takes until a disk that refused writes is worth another try. */
export const RETRY_MS = 5_000;

const MAX_TASKS = 1_000;

export interface Postponed {
  /** The one that it is about, for the log. */
  readonly document: string;
  attempt(): Promise<void>;
}

export interface RetriesOptions {
  readonly clock: Pick<Clock, 'after'>;
  readonly log: Pick<Logger, 'error'>;
  /** Whether the same may succeed later without anybody's help. */
  readonly mayPass: (failure: unknown) => boolean;
}

/** What could not be done at once and that nobody waits for: tried again until it is done, one after the other. */
export class Retries {
  readonly #options: RetriesOptions;
  #tasks = new Set<Postponed>();
  #cancel: (() => void) | null = null;
  #isClosed = false;

  constructor(options: RetriesOptions) {
    this.#options = options;
  }

  /**
   * Beyond a thousand the oldest is given up (G4).
   *
   * @param failure of the first attempt
   */
  add(task: Postponed, failure: unknown): void {
    if (this.#isClosed) return;
    if (!this.#options.mayPass(failure)) {
      this.#giveUp(task, failure);
      return;
    }
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

  #giveUp({ document }: Postponed, failure: unknown): void {
    this.#options.log.error(
      { err: failure, document },
      'what could not be done at once is given up: it would fail again',
    );
  }

  #schedule(): void {
    this.#cancel ??= this.#options.clock.after(RETRY_MS, () => void this.#tryAll());
  }

  async #tryAll(): Promise<void> {
    for (const task of [...this.#tasks]) {
      if (!this.#tasks.has(task)) continue;
      try {
        await task.attempt();
        this.#tasks.delete(task);
      } catch (failure) {
        // One that may pass stays, for the next time.
        if (!this.#options.mayPass(failure) && this.#tasks.delete(task)) this.#giveUp(task, failure);
      }
    }
    this.#cancel = null;
    if (this.#tasks.size > 0) this.#schedule();
  }
}
