export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly workspaces?: readonly string[];
  readonly files?: readonly string[];
  readonly exports?: Readonly<Record<string, string>>;
  /** Whether importing a module does something by itself, or which of them do. */
  readonly sideEffects?: boolean | readonly string[];
  readonly dependencies?: Dependencies;
  readonly devDependencies?: Dependencies;
  readonly peerDependencies?: Dependencies;
}

type Dependencies = Readonly<Record<string, string>>;

/** An entry of a package for those who import it: where its types are, and where its code is. */
export interface Entry {
  readonly types: string;
  readonly default: string;
}

export type PackedManifest = Omit<Manifest, 'exports' | 'devDependencies'> & {
  readonly exports: Readonly<Record<string, Entry | string>>;
};

/**
 * Two copies of these make two classes of the same name, and documents then break without an error. So the program that
 * installs us has the one copy, and we say which ones will do.
 */
const ONE_COPY = new Set(['yjs', 'y-protocols']);

/** Functions without a memory: a second copy is only weight, which a range saves. */
const ANY_LATER = new Set(['lib0']);

const EXACT_VERSION = /^\d+\.\d+\.\d+$/;

/** What only a checkout has a use for. */
const OF_THE_CHECKOUT = new Set(['private', 'scripts', 'devDependencies']);

/**
 * The manifest of a package as npm gets it. In a checkout, entries are sources and versions are exact; what is installed
 * elsewhere has entries in `dist`, and shares what it must with its neighbours.
 *
 * @param extraFiles files and folders beside `dist` and those that the manifest names
 */
export function packManifest(manifest: Manifest, extraFiles: readonly string[] = []): PackedManifest {
  const kept = Object.fromEntries(Object.entries(manifest).filter(([field]) => !OF_THE_CHECKOUT.has(field)));
  const { dependencies, peers } = splitDependencies(manifest);
  return {
    ...kept,
    name: manifest.name,
    version: manifest.version,
    exports: packExports(manifest),
    ...packSideEffects(manifest),
    files: ['dist', ...(manifest.files ?? []), ...extraFiles],
    dependencies,
    ...(Object.keys(peers).length === 0 ? {} : { peerDependencies: peers }),
  };
}

/** Where the sources of an entry are compiled to, below the package. */
export function packEntry(source: string): Entry {
  const match = /^\.\/src\/(.+)\.tsx?$/.exec(source);
  if (match === null) {
    throw new Error(
      `an export must name a source such as ./src/index.ts, since packages get what is compiled: ${source}`,
    );
  }
  return { types: `./dist/${match[1]}.d.ts`, default: `./dist/${match[1]}.js` };
}

function packExports({ name, exports }: Manifest): PackedManifest['exports'] {
  if (exports === undefined) throw new Error(`${name} has no exports: nothing of it could be imported`);
  const entries = Object.entries(exports).map(([path, source]) => [path, packEntry(source)] as const);
  return { ...Object.fromEntries(entries), './package.json': './package.json' };
}

/** Told to bundlers of what is there: the sources are not. */
function packSideEffects({ sideEffects }: Manifest): Pick<Manifest, 'sideEffects'> {
  if (typeof sideEffects !== 'object') return sideEffects === undefined ? {} : { sideEffects };
  return { sideEffects: sideEffects.map((source) => packEntry(source).default) };
}

function splitDependencies({ dependencies = {}, peerDependencies = {} }: Manifest) {
  const all = Object.entries(dependencies);
  const peers = [...all.filter(([name]) => ONE_COPY.has(name)), ...Object.entries(peerDependencies)];
  const own = all.filter(([name]) => !ONE_COPY.has(name));
  return {
    dependencies: Object.fromEntries(
      own.map(([name, version]) => [name, ANY_LATER.has(name) ? `^${version}` : version]),
    ),
    peers: Object.fromEntries(
      peers.map(([name, version]) => [name, name.startsWith('@quire/') ? version : rangeFrom(version)]),
    ),
  };
}

/** Peers say by themselves what will do, or name the version that was tested: then any compatible later one will. */
function rangeFrom(version: string): string {
  return EXACT_VERSION.test(version) ? `^${version}` : version;
}
