import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { findProgram, outerEnvironment, run } from '../setup/command.mjs';
import type { Manifest } from './manifest.ts';
import { putTogether } from './put-together.ts';
import { dependenciesOf, readPublicWorkspaces, type Workspace } from './workspaces.ts';

/** Packs all that is published into tarballs below `out`; says their paths. */
export function pack(root: string, out: string): readonly string[] {
  // Below the root: what is compiled finds the types of its dependencies in the checkout.
  const cache = join(root, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const stage = mkdtempSync(join(cache, 'pack-'));
  try {
    const workspaces = readPublicWorkspaces(root);
    const placeOf = ({ folder }: Workspace) => join(stage, basename(folder));
    for (const workspace of workspaces) {
      putTogether({ root, workspace, needs: dependenciesOf(workspace, workspaces), placeOf });
    }
    packWithNpm(workspaces.map(placeOf), out);
    return workspaces.map(({ manifest }) => join(out, nameTarball(manifest)));
  } finally {
    rmSync(stage, { recursive: true });
  }
}

function packWithNpm(places: readonly string[], out: string): void {
  const env = outerEnvironment(process.env);
  const npm = findProgram('npm', env);
  if (npm === null) throw new Error('PATH finds no npm, which packs the packages: install npm 10 or newer');
  mkdirSync(out, { recursive: true });
  const result = run(npm, ['pack', '--ignore-scripts', '--pack-destination', out, ...places], { cwd: out, env });
  if (!result.ok) throw new Error(`npm pack failed:\n${result.output}`);
}

/** As npm calls it. */
export function nameTarball({ name, version }: Pick<Manifest, 'name' | 'version'>): string {
  return `${name.replace(/^@/, '').replace('/', '-')}-${version}.tgz`;
}
