import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

export interface Bundle {
  /** The name of the first file to load. */
  readonly entry: string;
  /** All that a browser may load of it, by name. */
  readonly files: ReadonlyMap<string, string>;
  /** Of what is loaded with the page: parts that are imported when somebody needs them do not count. */
  readonly gzippedBytes: number;
  /** Of those parts too. */
  readonly gzippedBytesInAll: number;
  /** What each package adds to that before it is made small, the largest first: for whoever has to find what grew. */
  readonly shares: readonly (readonly [name: string, bytes: number])[];
}

const ENTRY = 'entry.js';

/** What a browser gets of a page that runs this code, with the packages that are installed in `folder`. */
export async function bundle(folder: string, code: string): Promise<Bundle> {
  const entry = join(folder, ENTRY);
  const built = await build({
    root: folder,
    configFile: false,
    logLevel: 'silent',
    plugins: [
      {
        name: 'entry',
        enforce: 'pre',
        resolveId: (id) => (id === entry ? entry : null),
        load: (id) => (id === entry ? code : null),
      },
    ],
    build: { write: false, target: 'es2022', minify: true, rollupOptions: { input: entry } },
  });
  if (!('output' in built)) throw new Error('Vite was asked for one bundle, and made something else');
  const chunks = built.output.filter((output) => output.type === 'chunk');
  const first = chunks.find(({ isEntry }) => isEntry);
  if (first === undefined) throw new Error('Vite made nothing to begin with');
  const names = new Set([first.fileName]);
  for (const name of names) {
    for (const imported of chunks.find(({ fileName }) => fileName === name)?.imports ?? []) names.add(imported);
  }
  const loaded = chunks.filter(({ fileName }) => names.has(fileName));
  const shares = new Map<string, number>();
  for (const [path, { renderedLength }] of loaded.flatMap(({ modules }) => Object.entries(modules))) {
    const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path;
    shares.set(name, (shares.get(name) ?? 0) + renderedLength);
  }
  return {
    entry: first.fileName,
    files: new Map(chunks.map(({ fileName, code: text }) => [fileName, text])),
    gzippedBytes: countGzipped(loaded),
    gzippedBytesInAll: countGzipped(chunks),
    shares: [...shares].sort(([, one], [, other]) => other - one),
  };
}

function countGzipped(chunks: readonly { readonly code: string }[]): number {
  return chunks.reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0);
}
