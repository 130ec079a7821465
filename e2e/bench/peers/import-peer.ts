/**
 * Imports a package of this folder. The name is not written into an `import`, because these packages are only there
 * once the benchmark has installed them: nothing else, types included, may depend on them.
 */
export async function importPeer<T>(name: string): Promise<T> {
  return (await import(name)) as T;
}

/** Where a peer listens and keeps its data, as it is told. */
export interface PeerSettings {
  readonly dataDirectory: string;
  /** 0, any free one, where none is named. */
  readonly port: number;
}

export function readPeerSettings(): PeerSettings {
  const [dataDirectory, port = '0'] = process.argv.slice(2);
  if (dataDirectory === undefined) throw new Error('usage: node <peer>.ts DATA_DIRECTORY [PORT]');
  return { dataDirectory, port: Number(port) };
}

/** The line that the benchmark waits for. */
export function announce(port: number): void {
  process.stdout.write(`ready at http://127.0.0.1:${port}\n`);
}
