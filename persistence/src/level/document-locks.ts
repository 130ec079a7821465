/** Folding a document and moving its epoch exclude each other; appending excludes nobody. */
export class DocumentLocks {
  readonly #tails = new Map<string, Promise<void>>();

  async hold<T>(document: string, task: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(document);
    let release: () => void = () => {};
    const tail = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#tails.set(document, tail);
    await before;
    try {
      return await task();
    } finally {
      if (this.#tails.get(document) === tail) this.#tails.delete(document);
      release();
    }
  }
}
