import type { MetricName } from '../../observability/metrics/metric-table.ts';

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One answer of `/metrics`. */
export interface Scrape {
  /** Monotonic, in ms. */
  readonly atMs: number;
  /** By full name: those of histograms end in `_bucket`, `_sum` and `_count`. */
  readonly samples: ReadonlyMap<string, readonly Sample[]>;
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** Reads the text format of Prometheus, as far as a server of ours writes it. */
export function readExposition(text: string, atMs: number): Scrape {
  const samples = new Map<string, Sample[]>();
  for (const line of text.split('\n')) {
    const match = LINE.exec(line);
    if (match === null) continue;
    const [, name = '', labelText = '', value = ''] = match;
    const labels = Object.fromEntries([...labelText.matchAll(LABEL)].map(([, key = '', text = '']) => [key, text]));
    const known = samples.get(name) ?? [];
    known.push({ labels, value: value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value) });
    samples.set(name, known);
  }
  return { atMs, samples };
}

/** All values of a metric together; null when there is none. */
export function total(scrape: Scrape, name: MetricName): number | null {
  const samples = scrape.samples.get(name);
  return samples === undefined ? null : samples.reduce((sum, { value }) => sum + value, 0);
}

/** The growth of a counter per second; null when the server started anew in between. */
export function rate(before: Scrape, after: Scrape, name: MetricName): number | null {
  const [from, to] = [total(before, name), total(after, name)];
  if (from === null || to === null || to < from) return null;
  return ((to - from) * 1000) / (after.atMs - before.atMs);
}

/**
 * A quantile of what a histogram saw between two scrapes, by straight lines through its buckets as Prometheus does;
 * null when it saw nothing.
 */
export function quantile(before: Scrape, after: Scrape, name: MetricName, q: number): number | null {
  const earlier = bucketsOf(before, name);
  const buckets = [...bucketsOf(after, name)].map(([bound, count]) => ({
    bound,
    count: count - (earlier.get(bound) ?? 0),
  }));
  buckets.sort((a, b) => a.bound - b.bound);
  const seen = buckets.at(-1)?.count ?? 0;
  if (seen <= 0) return null;
  const rank = q * seen;
  let lower = { bound: 0, count: 0 };
  for (const bucket of buckets) {
    if (bucket.count < rank || bucket.count === lower.count) {
      lower = bucket;
      continue;
    }
    if (bucket.bound === Number.POSITIVE_INFINITY) return lower.bound;
    const share = (rank - lower.count) / (bucket.count - lower.count);
    return lower.bound + (bucket.bound - lower.bound) * share;
  }
  return lower.bound;
}

function bucketsOf(scrape: Scrape, name: MetricName): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { labels, value } of scrape.samples.get(`${name}_bucket`) ?? []) {
    const bound = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le);
    counts.set(bound, (counts.get(bound) ?? 0) + value);
  }
  return counts;
}
