import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Which code was measured: without it figures cannot be had again. */
export interface Source {
  /** Null outside of a git checkout. */
  readonly commit: string | null;
  /** Whether files differed from that commit: then it names only what the code was near to. */
  readonly isDirty: boolean;
  readonly quire: string;
  readonly yjs: string;
}

export function describeSource(folder = import.meta.dirname): Source {
  const commit = git(folder, ['rev-parse', 'HEAD']);
  const changes = commit === null ? null : git(folder, ['status', '--porcelain']);
  return { commit, isDirty: changes !== '', quire: readOwnVersion('@quire/server'), yjs: readOwnVersion('yjs') };
}

/** The source in words, as part of a sentence. */
export function nameSource({ commit, isDirty, quire, yjs }: Source): string {
  const versions = `Quire ${quire} with Yjs ${yjs}`;
  if (commit === null) return `${versions}, from no known commit`;
  return `${versions} at commit \`${commit}\`${isDirty ? ', with changes that are not committed' : ''}`;
}

/** The version of a package that this checkout's server runs on. */
export function readOwnVersion(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.resolve(name)));
  for (; folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = readManifest(join(folder, 'package.json'));
    if (manifest?.name === name && manifest.version !== undefined) return manifest.version;
  }
  throw new Error(`${name} has no package.json of its own`);
}

function readManifest(path: string): { readonly name?: string; readonly version?: string } | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Null where git has no answer, or isn't there. */
function git(folder: string, args: readonly string[]): string | null {
  const { status, stdout } = spawnSync('git', args, { cwd: folder, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}
