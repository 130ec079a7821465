/** How often values fell into each bucket: numbers counted in place, put into words only when somebody asks. */
export class Distribution {
  /** Upper bounds, inclusive and ascending; beyond the last there is one more bucket. */
  readonly bounds: readonly number[];
  readonly counts: Float64Array;
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number, times = 1): void {
    const { bounds, counts } = this;
    let index = 0;
    while (index < bounds.length && value > (bounds[index] as number)) index += 1;
    counts[index] = (counts[index] as number) + times;
    this.sum += value * times;
  }

  observeMs(milliseconds: number, times = 1): void {
    this.observe(milliseconds / 1000, times);
  }

  get count(): number {
    let total = 0;
    for (const count of this.counts) total += count;
    return total;
  }
}
