type Listener<T> = (notice: T) => void;

/** Tells whoever listens of something, in the order in which they came. */
export class NoticeBoard<T> {
  readonly #listeners = new Set<Listener<T>>();
  readonly #guard: (listener: Listener<T>) => Listener<T>;

  /** @param guard makes a listener of one that may throw, so that the others hear all the same */
  constructor(guard: (listener: Listener<T>) => Listener<T>) {
    this.#guard = guard;
  }

  subscribe(listener: Listener<T>): () => void {
    // A listener of its own for each subscription: the same function may have been given twice.
    const guarded = this.#guard(listener);
    this.#listeners.add(guarded);
    return () => this.#listeners.delete(guarded);
  }

  post(notice: T): void {
    for (const listener of [...this.#listeners]) listener(notice);
  }
}
