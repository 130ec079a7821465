import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = dirname(dirname(import.meta.dirname));

interface Locked {
  readonly version?: string;
  readonly link?: boolean;
}

/** How npm is to install what the lock of the checkout has: from its cache, and without anybody else's scripts. */
export const INSTALL_ARGS = [
  'install',
  '--prefer-offline',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
];

/** The version of a package that everything here is tested with; undefined for one that nothing here uses. */
export function findLockedVersion(name: string): string | undefined {
  return readLock()[`node_modules/${name}`]?.version;
}

/**
 * The manifest of a program that uses these packages, by their names. The lock of the checkout goes along, without our own
 * packages: then npm takes everything else from its cache as it was tested here, asks nobody what is new today, and still has
 * to find that our manifests fit.
 */
export function writeLockedManifests(
  folder: string,
  name: string,
  dependencies: Readonly<Record<string, string | undefined>>,
): void {
  const manifest = { name, version: '1.0.0', private: true, type: 'module', dependencies };
  const others = Object.entries(readLock()).filter(([path, { link }]) => path.startsWith('node_modules/') && !link);
  const packages = { '': manifest, ...Object.fromEntries(others) };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(
    join(folder, 'package-lock.json'),
    JSON.stringify({ name, version: manifest.version, lockfileVersion: 3, requires: true, packages }),
  );
}

function readLock(): Readonly<Record<string, Locked>> {
  return JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
}
