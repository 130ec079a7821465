import type { Clock } from '../../clock.ts';

/** Sooner than anybody looks for a ghost; later than a busy node answers. */
export const PATIENCE_MS = 1_500;

/** Whoever has not answered by then has closed the document, or is gone: nobody hears a goodbye that got lost (G7). */
export const MOST_TRIES = 3;

export interface InquiryOptions {
  readonly clock: Clock;
  /** Asks one node, or all. */
  ask(to: string | null): void;
  /** Whether asking makes sense. */
  isHeard(): boolean;
  /** It has let every question pass. */
  onSilent(node: string): void;
  /** Nobody is awaited any more. */
  onSettled(): void;
}

/** Who was asked and has not answered. It costs nothing while that is nobody. */
export class Inquiry {
  readonly #options: InquiryOptions;
  /** How often each was asked. */
  readonly #awaited = new Map<string, number>();
  /** How often it was asked who is there at all; null while that is not the question. */
  #askedWhoIsThere: number | null = null;
  #cancel: (() => void) | null = null;

  constructor(options: InquiryOptions) {
    this.#options = options;
  }

  /** Asks all; `known` are those who will be missed if they don't answer. */
  askAll(known: Iterable<string>): void {
    this.#askedWhoIsThere = 1;
    for (const node of known) this.#awaited.set(node, 1);
    this.#options.ask(null);
    this.#watch();
  }

  askOne(node: string): void {
    if (this.#awaited.has(node)) return;
    this.#awaited.set(node, 1);
    this.#options.ask(node);
    this.#watch();
  }

  /** It has said who is there by it. */
  answered(node: string): void {
    this.#awaited.delete(node);
    this.#askedWhoIsThere = null;
    this.#settle();
  }

  /** Nobody else heard the question. */
  unheard(): void {
    this.#askedWhoIsThere = null;
    this.#settle();
  }

  forget(node: string): void {
    this.#awaited.delete(node);
    this.#settle();
  }

  close(): void {
    this.#awaited.clear();
    this.#askedWhoIsThere = null;
    this.#cancel?.();
    this.#cancel = null;
  }

  get #isSettled(): boolean {
    return this.#awaited.size === 0 && this.#askedWhoIsThere === null;
  }

  #settle(): void {
    if (!this.#isSettled || this.#cancel === null) return;
    this.close();
    this.#options.onSettled();
  }

  #watch(): void {
    this.#cancel ??= this.#options.clock.after(PATIENCE_MS, () => {
      this.#cancel = null;
      this.#tryAgain();
    });
  }

  #tryAgain(): void {
    if (!this.#options.isHeard()) {
      this.close(); // everybody is asked again when it is
      return;
    }
    if (this.#askedWhoIsThere !== null) this.#askedWhoIsThere += 1;
    if ((this.#askedWhoIsThere ?? 0) > MOST_TRIES) this.#askedWhoIsThere = null;
    const silent = [...this.#awaited].flatMap(([node, tries]) => (tries >= MOST_TRIES ? node : []));
    for (const node of silent) this.#awaited.delete(node);
    for (const [node, tries] of this.#awaited) this.#awaited.set(node, tries + 1);
    if (this.#isSettled) this.#options.onSettled();
    else {
      this.#watch();
      const [only] = this.#awaited.keys();
      const isOnlyOne = this.#askedWhoIsThere === null && this.#awaited.size === 1 && only !== undefined;
      this.#options.ask(isOnlyOne ? only : null);
    }
    for (const node of silent) this.#options.onSilent(node);
  }
}
