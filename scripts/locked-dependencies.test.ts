import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

interface Manifest {
  readonly name: string;
  readonly workspaces?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly link?: boolean }>>;
}

const root = dirname(import.meta.dirname);
const EXACT_VERSION = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;
const lock: Lock = readJson('package-lock.json');
const manifestPaths = globSync(['package.json', '*/package.json', 'client/*/package.json'], { cwd: root }).filter(
  (path) => !path.startsWith('node_modules'),
);

describe('a clone made later installs what was tested here', () => {
  test('every workspace of the root has a manifest', () => {
    const { workspaces = [] } = readJson<Manifest>('package.json');
    expect(new Set(manifestPaths)).toEqual(
      new Set(['package.json', ...workspaces.map((path) => `${path}/package.json`)]),
    );
  });

  test.each(manifestPaths)('%s names exact versions of all that is installed for it', (path) => {
    const { dependencies, devDependencies, optionalDependencies, peerDependencies } = readJson<Manifest>(path);
    const own = [dependencies, devDependencies, optionalDependencies].flatMap((some) => Object.entries(some ?? {}));
    const names = new Set(own.map(([name]) => name));
    // A peer may be a range of those that others have; which one is tested here is said beside it.
    const peers = Object.entries(peerDependencies ?? {}).filter(([name]) => !names.has(name));
    const loose = [...own, ...peers].filter(([, version]) => !EXACT_VERSION.test(version));
    expect(loose).toEqual([]);
  });

  // Two copies of Yjs make two classes of the same name: documents then break without an error.
  test.each(['yjs', 'y-protocols', 'lib0'])('there is exactly one %s', (name) => {
    const copies = Object.keys(lock.packages).filter(
      (path) => path === `node_modules/${name}` || path.endsWith(`/node_modules/${name}`),
    );
    expect(copies).toEqual([`node_modules/${name}`]);
  });

  test('the lock file names a version and a digest for what it fetches', () => {
    const fetched = Object.entries(lock.packages).filter(([path, { link }]) => path.includes('node_modules/') && !link);
    expect(fetched.length).toBeGreaterThan(100);
    const undefinedOnes = fetched.filter(([, entry]) => entry.version === undefined || !('integrity' in entry));
    expect(undefinedOnes.map(([path]) => path)).toEqual([]);
  });
});

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}
