import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from './manifest.ts';

export interface Workspace {
  readonly folder: string;
  readonly manifest: Manifest;
}

/** What is published, each after all that it stands on. */
export function readPublicWorkspaces(root: string): readonly Workspace[] {
  const { workspaces = [] } = readManifest(root);
  const found = workspaces
    .map((path) => join(root, path))
    .map((folder) => ({ folder, manifest: readManifest(folder) }))
    .filter(({ manifest }) => manifest.private !== true);
  return sortByNeed(found);
}

export function dependenciesOf(workspace: Workspace, among: readonly Workspace[]): readonly Workspace[] {
  const { dependencies = {}, peerDependencies = {} } = workspace.manifest;
  return among.filter(({ manifest }) => manifest.name in dependencies || manifest.name in peerDependencies);
}

function sortByNeed(workspaces: readonly Workspace[]): readonly Workspace[] {
  const sorted = new Set<Workspace>();
  const place = (workspace: Workspace, waiting: readonly Workspace[]) => {
    if (sorted.has(workspace)) return;
    if (waiting.includes(workspace)) {
      const circle = [...waiting, workspace].map(({ manifest }) => manifest.name).join(' → ');
      throw new Error(`packages stand on each other in a circle, so none of them can be built first: ${circle}`);
    }
    for (const need of dependenciesOf(workspace, workspaces)) place(need, [...waiting, workspace]);
    sorted.add(workspace);
  };
  for (const workspace of workspaces) place(workspace, []);
  return [...sorted];
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}
