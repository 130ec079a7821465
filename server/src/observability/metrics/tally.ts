/** A number for each value of a label: there are no others, so that labels stay bounded. */
export class Tally<Key extends string> {
  readonly values: Record<Key, number>;

  constructor(keys: readonly Key[]) {
    this.values = Object.fromEntries(keys.map((key) => [key, 0])) as Record<Key, number>;
  }

  add(key: Key, amount = 1): void {
    this.values[key] += amount;
  }
}
