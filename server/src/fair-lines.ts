export interface LineEnd<T> {
  readonly party: string;
  readonly item: T;
}

interface Line<T> {
  readonly items: T[];
  weight: number;
}

/** What is left of a line. */
interface Rest<T> {
  readonly party: string;
  readonly items: T[];
  weight: number;
}

/**
 * Things that wait, one line for each party. Parties have their turns one after the other, however much each brings: who
 * brings thousands waits longer, and nobody else does.
 */
export class FairLines<T> {
  readonly #weigh: (item: T) => number;
  /** By party, in the order of their turns; none is empty. */
  readonly #lines = new Map<string, Line<T>>();
  #size = 0;

  /** @param weigh what an item takes of whatever is scarce; left out: each the same */
  constructor(weigh: (item: T) => number = () => 1) {
    this.#weigh = weigh;
  }

  get size(): number {
    return this.#size;
  }

  *[Symbol.iterator](): IterableIterator<readonly [party: string, item: T]> {
    for (const [party, { items }] of this.#lines) for (const item of items) yield [party, item];
  }

  push(party: string, item: T): void {
    let line = this.#lines.get(party);
    if (line === undefined) {
      line = { items: [], weight: 0 };
      this.#lines.set(party, line);
    }
    line.items.push(item);
    line.weight += this.#weigh(item);
    this.#size += 1;
  }

  /** The first of whose turn it is, who has their next one behind all others. */
  take(): T | undefined {
    const next = this.#lines.entries().next();
    if (next.done === true) return undefined;
    const [party, line] = next.value;
    const [item] = line.items;
    if (item === undefined) return undefined;
    this.remove(party, item);
    if (line.items.length > 0) {
      this.#lines.delete(party);
      this.#lines.set(party, line);
    }
    return item;
  }

  /** @returns false where it does not wait any more */
  remove(party: string, item: T): boolean {
    const line = this.#lines.get(party);
    const at = line?.items.indexOf(item) ?? -1;
    if (line === undefined || at < 0) return false;
    line.items.splice(at, 1);
    line.weight -= this.#weigh(item);
    this.#size -= 1;
    if (line.items.length === 0) this.#lines.delete(party);
    return true;
  }

  /**
   * What has to go so that something of a party finds room: again and again the last of whoever has most. Nobody yields to
   * somebody who would have as much.
   *
   * @param lacking how much room is needed
   * @returns null where there is no such way; nothing is taken out in any case
   */
  findWhatYields(party: string, weight: number, lacking: number): readonly LineEnd<T>[] | null {
    const own = (this.#lines.get(party)?.weight ?? 0) + weight;
    const rests: Rest<T>[] = [];
    for (const [each, line] of this.#lines) {
      if (each !== party) rests.push({ party: each, items: [...line.items], weight: line.weight });
    }
    const yielding: LineEnd<T>[] = [];
    for (let missing = lacking; missing > 0; ) {
      let heaviest: Rest<T> | undefined;
      for (const rest of rests) if (rest.weight > (heaviest?.weight ?? own)) heaviest = rest;
      const item = heaviest?.items.pop();
      if (heaviest === undefined || item === undefined) return null;
      yielding.push({ party: heaviest.party, item });
      const freed = this.#weigh(item);
      heaviest.weight -= freed;
      missing -= freed;
    }
    return yielding;
  }
}
