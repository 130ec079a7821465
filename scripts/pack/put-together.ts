import { copyFileSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Compilation, compile } from './compile.ts';
import { assertDeclared, findNeededTypes } from './imports.ts';
import { packManifest } from './manifest.ts';

/** The server brings the app that it serves, so that whoever installs it has something to open. */
const SERVES_THE_APP = '@quire/server';
const APP = 'app';

/** Puts a package together in its place, as npm is to pack it: what is compiled, and what goes with it. */
export function putTogether(compilation: Compilation): void {
  const { root, workspace, placeOf } = compilation;
  const { folder, manifest } = workspace;
  const place = placeOf(workspace);
  mkdirSync(place, { recursive: true });
  compile(compilation);
  rmSync(join(place, 'tsconfig.json'));

  copyFileSync(join(root, 'LICENSE'), join(place, 'LICENSE'));
  for (const path of ['README.md', ...(manifest.files ?? [])]) {
    if (!existsSync(join(folder, path)))
      throw new Error(`${manifest.name} is to bring ${path}, and has none in ${folder}`);
    cpSync(join(folder, path), join(place, path), { recursive: true });
  }
  const servesApp = manifest.name === SERVES_THE_APP;
  if (servesApp) cpSync(findApp(root), join(place, APP), { recursive: true });

  const dependencies = { ...manifest.dependencies, ...findNeededTypes(manifest, place) };
  const packed = packManifest({ ...manifest, dependencies }, servesApp ? [APP] : []);
  assertDeclared(packed, place);
  writeFileSync(join(place, 'package.json'), `${JSON.stringify(packed, null, 2)}\n`);
}

function findApp(root: string): string {
  const app = join(root, 'client', 'app', 'dist');
  if (!existsSync(join(app, 'index.html'))) {
    throw new Error(
      `the server is packed with its app, and there is none in ${app}: node scripts/setup.mjs app builds it`,
    );
  }
  return app;
}
