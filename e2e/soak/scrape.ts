import { get } from 'node:http';

/** What `/metrics` says, each metric summed over its labels. */
export type Scrape = ReadonlyMap<string, number>;

const SCRAPE_TIMEOUT_MS = 30_000;

/** Asks on a connection of its own, which is gone afterwards: a kept one would be counted among the server's sockets. */
export function scrape(url: string): Promise<Scrape> {
  return new Promise((resolve, reject) => {
    const request = get(`${url}/metrics`, { agent: false, timeout: SCRAPE_TIMEOUT_MS }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('error', reject);
      response.once('end', () => {
        if (response.statusCode === 200) resolve(parseMetrics(text));
        else reject(new Error(`/metrics answers ${response.statusCode}: ${text.slice(0, 200)}`));
      });
    });
    request.once('timeout', () => request.destroy(new Error('/metrics gives no answer')));
    request.once('error', reject);
  });
}

export function parseMetrics(text: string): Scrape {
  const sums = new Map<string, number>();
  for (const line of text.split('\n')) {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{.*\})? (\S+)$/.exec(line);
    if (match === null) continue;
    const [, name = '', value] = match;
    sums.set(name, (sums.get(name) ?? 0) + Number(value));
  }
  return sums;
}

/** @throws when there is no such metric: a name that changed must not read as zero */
export function sumOf(metrics: Scrape, ...names: readonly string[]): number {
  return names.reduce((total, name) => {
    const value = metrics.get(name);
    if (value === undefined) throw new Error(`/metrics has no ${name}`);
    return total + value;
  }, 0);
}
