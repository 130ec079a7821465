import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { SILENT_AFTER_MS } from './watch.ts';

/** As many as there may be of a later release, with those before them; the one that was silent for longest goes first. */
const MOST_STRANGERS = 256;

interface Stranger {
  /** A digest of what it said last, which may be long. */
  readonly said: string;
  /** When that changed; null while it may be from long ago. */
  readonly changedAt: number | null;
}

/**
 * Processes whose words this release can't read. Their people are understood all the same, so it has to be known when they are
 * gone (G7): as with any other, it is the change of what they say that shows that they are alive. While they are, they may hold
 * documents of which nothing is known here (R13).
 */
export class Strangers {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #strangers = new Map<string, Stranger>();

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  get incarnations(): Iterable<string> {
    return this.#strangers.keys();
  }

  get isAnyAlive(): boolean {
    return [...this.#strangers.keys()].some((incarnation) => this.isAlive(incarnation));
  }

  hear(incarnation: string, words: Uint8Array): void {
    const said = createHash('sha256').update(words).digest('hex');
    const known = this.#strangers.get(incarnation);
    if (known?.said === said) return;
    this.#strangers.delete(incarnation);
    this.#strangers.set(incarnation, { said, changedAt: known === undefined ? null : this.#clock.monotonicMs() });
    if (this.#strangers.size <= MOST_STRANGERS) return;
    const [oldest] = this.#strangers.keys();
    if (oldest !== undefined) this.#strangers.delete(oldest);
  }

  isAlive(incarnation: string): boolean {
    const changedAt = this.#strangers.get(incarnation)?.changedAt ?? null;
    return changedAt !== null && this.#clock.monotonicMs() - changedAt < SILENT_AFTER_MS;
  }
}
