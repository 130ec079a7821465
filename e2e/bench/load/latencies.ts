const BUCKETS_PER_MS = 20;
const MAX_MS = 20_000;

/** Counts of latencies in steps of 0.05 ms, up to 20 s: adding one costs nanoseconds. */
export class Latencies {
  readonly #buckets = new Float64Array(MAX_MS * BUCKETS_PER_MS + 1);
  #count = 0;
  #maxMs = 0;

  add(latencyMs: number): void {
    const bucket = (latencyMs * BUCKETS_PER_MS) | 0;
    const last = this.#buckets.length - 1;
    const index = bucket > last ? last : bucket < 0 ? 0 : bucket;
    this.#buckets[index] = (this.#buckets[index] as number) + 1;
    this.#count += 1;
    if (latencyMs > this.#maxMs) this.#maxMs = latencyMs;
  }

  get count(): number {
    return this.#count;
  }

  get maxMs(): number {
    return this.#maxMs;
  }

  /** The upper edge of the step below which `fraction` of all lie; 0 when there are none. */
  quantile(fraction: number): number {
    if (this.#count === 0) return 0;
    const rank = Math.max(1, Math.ceil(this.#count * fraction));
    let seen = 0;
    for (const [index, count] of this.#buckets.entries()) {
      seen += count;
      if (seen >= rank) return Math.min((index + 1) / BUCKETS_PER_MS, this.#maxMs);
    }
    return this.#maxMs;
  }
}
