/**
 * So many seats under each name. Looking for one and taking it are a single step, so of many who come at once no more
 * get in than there are seats.
 */
export class Seats {
  readonly #limit: number;
  readonly #taken = new Map<string, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @returns whether there was one */
  take(name: string): boolean {
    const taken = this.#taken.get(name) ?? 0;
    if (taken >= this.#limit) return false;
    this.#taken.set(name, taken + 1);
    return true;
  }

  /** Whether one is free now. */
  has(name: string): boolean {
    return (this.#taken.get(name) ?? 0) < this.#limit;
  }

  /** Gives one back that was taken. */
  giveBack(name: string): void {
    const taken = this.#taken.get(name);
    if (taken === undefined) throw new Error('a seat was given back that nobody had taken');
    if (taken === 1) this.#taken.delete(name);
    else this.#taken.set(name, taken - 1);
  }

  /** Names under which somebody sits. */
  get size(): number {
    return this.#taken.size;
  }
}
