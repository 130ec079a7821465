/** What a node says of itself at the moment, to whoever asks from its own machine. */
export async function readGauge(url: string, series: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  if (line === undefined) throw new Error(`${url} has no ${series}`);
  return Number(line.slice(series.length + 1));
}

/** The sum of what these nodes say. */
export async function sumGauges(nodes: readonly { readonly url: string }[], series: string): Promise<number> {
  const values = await Promise.all(nodes.map(({ url }) => readGauge(url, series)));
  return values.reduce((sum, value) => sum + value, 0);
}
