import type { Clock } from '../../clock.ts';

/** Sooner than anybody looks for a ghost; later than a busy node answers. */
export const PATIENCE_MS = 1_500;

/** Whoever has not answered by then has closed the document, or is gone: nobody hears a goodbye that got lost (G7). */
export const MOST_TRIES = 3;

/** Words may get lost for any time: whoever listens and was not met is asked for as long as that is so, in the end so rarely. */
export const LONGEST_PATIENCE_MS = 10_000;

export interface InquiryOptions {
  readonly clock: Clock;
  /** Asks one node, or all. */
  ask(to: string | null): void;
  /** Whether asking makes sense. */
  isHeard(): boolean;
  /** Whether more listen than have said who is there by them, as far as is known. */
  missesSomebody(): boolean;
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
  /** How long the present wait is. */
  #watchedMs = 0;

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

  /** Somebody seems to be missed, who may be about to speak: after some patience it is asked who is there. */
  wonder(): void {
    this.#askedWhoIsThere ??= 0;
    this.#watch();
  }

  /** It has said who is there by it. */
  answered(node: string): void {
    this.#awaited.delete(node);
    if (!this.#options.missesSomebody()) this.#askedWhoIsThere = null;
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

  /** Who is asked now waits no longer than anybody does, though it was rested before. */
  #watch(): void {
    const patienceMs = this.#patienceMs;
    if (this.#cancel !== null && patienceMs >= this.#watchedMs) return;
    this.#cancel?.();
    this.#watchedMs = patienceMs;
    this.#cancel = this.#options.clock.after(patienceMs, () => {
      this.#cancel = null;
      this.#tryAgain();
    });
  }

  get #patienceMs(): number {
    if (this.#awaited.size > 0) return PATIENCE_MS;
    const beyond = Math.max(0, (this.#askedWhoIsThere ?? 0) - MOST_TRIES);
    return Math.min(LONGEST_PATIENCE_MS, PATIENCE_MS * 2 ** beyond);
  }

  #tryAgain(): void {
    if (!this.#options.isHeard()) {
      this.close(); // everybody is asked again when it is
      return;
    }
    this.#giveUpSilent();
    for (const [node, tries] of this.#awaited) this.#awaited.set(node, tries + 1);
    this.#askedWhoIsThere = this.#nextTry();
    if (this.#isSettled) {
      this.#options.onSettled();
      return;
    }
    this.#watch();
    const [only] = this.#awaited.keys();
    const isOnlyOne = this.#askedWhoIsThere === null && this.#awaited.size === 1 && only !== undefined;
    this.#options.ask(isOnlyOne ? only : null);
  }

  /** They are not there any more, or are missed from now on because they still listen. */
  #giveUpSilent(): void {
    const silent = [...this.#awaited].flatMap(([node, tries]) => (tries >= MOST_TRIES ? node : []));
    for (const node of silent) {
      this.#awaited.delete(node);
      this.#options.onSilent(node);
    }
  }

  #nextTry(): number | null {
    const tries = this.#askedWhoIsThere;
    if (this.#options.missesSomebody()) return (tries ?? 0) + 1;
    const isOver = tries === null || tries === 0 || tries >= MOST_TRIES;
    return isOver ? null : tries + 1;
  }
}
