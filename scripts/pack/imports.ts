import { globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import type { Manifest, PackedManifest } from './manifest.ts';

const BUILT_IN = new Set(builtinModules);
/** At the beginning of a line, where the compiler puts them, or in a call or a type. */
const IMPORT =
  /^(?:import|export)\b[^'"\n]*\bfrom ['"]([^'"\n]+)['"]|^import ['"]([^'"\n]+)['"]|\bimport\(['"]([^'"\n]+)['"]\)/gm;

/** The packages that compiled files import, each with one file that does. */
export function findImports(folder: string, pattern: string): ReadonlyMap<string, string> {
  const imports = new Map<string, string>();
  for (const file of globSync(pattern, { cwd: folder })) {
    for (const match of readFileSync(join(folder, file), 'utf8').matchAll(IMPORT)) {
      const name = packageOf(match[1] ?? match[2] ?? match[3] ?? '');
      if (name !== null) imports.set(name, file);
    }
  }
  return imports;
}

/**
 * A checkout finds whatever any of its workspaces has installed; an installed package finds only what it names.
 *
 * @throws naming the package that is missing, and the file that wants it
 */
export function assertDeclared(manifest: PackedManifest, folder: string): void {
  const declared = { ...manifest.dependencies, ...manifest.peerDependencies };
  for (const [name, file] of findImports(folder, 'dist/**/*.{js,d.ts}')) {
    if (name in declared || name === manifest.name) continue;
    throw new Error(
      `${manifest.name} imports ${name} in ${file}, which its package.json does not name as a dependency`,
    );
  }
}

/**
 * Types that the declarations of a package lean on: whoever installs it needs them as well. Those of a peer come with the peer,
 * from the program that has it.
 */
export function findNeededTypes(
  { devDependencies = {}, peerDependencies = {} }: Manifest,
  folder: string,
): Readonly<Record<string, string>> {
  const imported = findImports(folder, 'dist/**/*.d.ts');
  return Object.fromEntries(
    Object.entries(devDependencies).filter(([name]) => {
      const typed = name.slice('@types/'.length);
      return name.startsWith('@types/') && imported.has(typed) && !(typed in peerDependencies);
    }),
  );
}

function packageOf(specifier: string): string | null {
  if (specifier === '' || specifier.startsWith('.') || specifier.startsWith('node:') || BUILT_IN.has(specifier))
    return null;
  const [scope = '', name = ''] = specifier.split('/');
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
}
