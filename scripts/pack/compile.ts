import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../setup/command.mjs';
import { packEntry } from './manifest.ts';
import type { Workspace } from './workspaces.ts';

export interface Compilation {
  readonly root: string;
  readonly workspace: Workspace;
  /** Those it stands on, compiled already. */
  readonly needs: readonly Workspace[];
  /** Where a package is put together. */
  readonly placeOf: (workspace: Workspace) => string;
}

/** An import of a neighbour in a declaration: `from './clock.ts'`, or `import('./clock.ts')` in a type. */
const NEIGHBOUR = /(\bfrom |\bimport\(|\bimport )(['"])(\.{1,2}\/[^'"\n]+)\.tsx?\2/g;

const TESTS = ['**/*.test.ts', '**/*.test.tsx'];

/** Compiles the sources of a package to `dist`: modules and their types, in the shape of the sources, without tests. */
export function compile({ root, workspace, needs, placeOf }: Compilation): void {
  const place = placeOf(workspace);
  const sources = join(workspace.folder, 'src');
  const config = join(place, 'tsconfig.json');
  writeFileSync(
    config,
    JSON.stringify({
      extends: join(workspace.folder, 'tsconfig.json'),
      compilerOptions: {
        noEmit: false,
        noEmitOnError: true,
        incremental: false,
        tsBuildInfoFile: null,
        declaration: true,
        rewriteRelativeImportExtensions: true,
        rootDir: sources,
        outDir: join(place, 'dist'),
        // By their names in node_modules they would be sources, and be compiled once more.
        paths: Object.assign({}, ...needs.map((need) => declarationsOf(need, placeOf(need)))),
      },
      include: [sources],
      exclude: [
        ...TESTS.map((pattern) => join(sources, pattern)),
        ...(publishesTests(workspace) ? [] : [join(sources, 'testing')]),
      ],
      references: [],
    }),
  );
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const result = run(process.execPath, [tsc, '-p', config], { cwd: root, env: process.env });
  if (!result.ok) throw new Error(`${workspace.manifest.name} does not compile as a package:\n${result.output}`);
  for (const path of globSync('**/*.d.ts', { cwd: join(place, 'dist') })) nameModules(join(place, 'dist', path));
}

/** The compiler turns `.ts` into `.js` in modules only; not every tool finds what a declaration calls `.ts`. */
function nameModules(path: string): void {
  writeFileSync(path, readFileSync(path, 'utf8').replace(NEIGHBOUR, '$1$2$3.js$2'));
}

function declarationsOf({ manifest: { name, exports = {} } }: Workspace, place: string): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(exports).map(([path, source]) => [
      path === '.' ? name : `${name}${path.slice(1)}`,
      [join(place, packEntry(source).types)],
    ]),
  );
}

function publishesTests({ manifest: { exports = {} } }: Workspace): boolean {
  return Object.values(exports).some((source) => source.startsWith('./src/testing/'));
}
