import type { Clock } from '../clock.ts';
import type { BatchWriter } from './batch-writer.ts';
import type { DocumentHead, DocumentHeads } from './document-heads.ts';
import type { Journal, JournalWrite } from './journal.ts';
import type { RowPace } from './row-pace.ts';

export interface RowSweeperOptions {
  readonly clock: Clock;
  readonly heads: DocumentHeads;
  readonly journal: Journal;
  readonly writer: BatchWriter<JournalWrite>;
  readonly pace: RowPace;
  readonly rowIntervalMs: number;
}

// Rows in one batch: at about 300 bytes each, they never hold up an edit noticeably.
const SWEEP_ROWS = 250;

/** Brings rows up to date whose documents have gone quiet before their next turn came. */
export class RowSweeper {
  readonly #options: RowSweeperOptions;
  #cancel: (() => void) | null = null;
  #stopped = false;

  constructor(options: RowSweeperOptions) {
    this.#options = options;
  }

  /** Called after a batch that left rows stale. */
  wake(): void {
    if (this.#cancel !== null || this.#stopped) return;
    this.#cancel = this.#options.clock.after(this.#options.rowIntervalMs, () => {
      this.#cancel = null;
      // On a disk that refuses writes, upkeep waits; the first batch after it wakes the sweeper again.
      if (this.#options.writer.status.state !== 'ready') return;
      const { clock, heads, pace } = this.#options;
      const stale = heads.stale();
      const now = clock.now();
      const due = stale.filter((head) => pace.mayGo(head, now));
      void this.#write(due);
      if (due.length < stale.length) this.wake();
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    this.#cancel = null;
    const { heads, writer } = this.#options;
    if (writer.status.state === 'ready') void this.#write(heads.stale());
  }

  async #write(stale: readonly DocumentHead[]): Promise<void> {
    const { journal } = this.#options;
    const writes: Promise<void>[] = [];
    for (let start = 0; start < stale.length; start += SWEEP_ROWS) {
      writes.push(journal.submit({ heads: stale.slice(start, start + SWEEP_ROWS), rows: 'now' }));
    }
    // A sweep that the end of the store cuts off is taken up by the row's next writer: it holds approximations only.
    await Promise.allSettled(writes);
  }
}
