/** Of items in the order of their clocks the last that begins no later than at a clock; undefined when all begin later. */
export function findLastAt<T>(items: readonly T[], clock: number, beginOf: (item: T) => number): T | undefined {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && beginOf(item) <= clock) low = middle + 1;
    else high = middle;
  }
  return items[low - 1];
}
