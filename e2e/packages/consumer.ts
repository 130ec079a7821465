import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { nameTarball } from '../../scripts/pack/pack.ts';
import { readPublicWorkspaces } from '../../scripts/pack/workspaces.ts';
import { findProgram, outerEnvironment } from '../../scripts/setup/command.mjs';
import { findLockedVersion, INSTALL_ARGS, writeLockedManifests } from './locked-manifests.ts';

const root = dirname(dirname(import.meta.dirname));
const execute = promisify(execFile);
const TARBALLS = 'tarballs';
const PROGRAM_TIMEOUT_MS = 90_000;
/** What the programs use besides our packages; these need none of it. */
const OF_THEIR_OWN = ['@types/node', '@types/react', '@types/react-dom', 'react', 'react-dom'];

export interface Said {
  readonly stdout: string;
  readonly stderr: string;
}

/** A program of somebody else, in a folder of its own, that has installed our packages from their tarballs. */
export interface Consumer {
  readonly folder: string;
  /** Where the tarball of a package lies. */
  tarballOf(name: string): string;
  /** Runs one of its programs with the Node that runs this; rejects when it fails, with what it said. */
  run(file: string, ...args: readonly string[]): Promise<Said>;
  npx(...args: readonly string[]): Promise<Said>;
  remove(): void;
}

/** What is published. */
export const publicPackages = readPublicWorkspaces(root).map(({ manifest: { name, version } }) => ({ name, version }));

/** Packs everything once, and installs it in an empty folder, with the versions of everything else that the lock file has. */
export async function installConsumer(): Promise<Consumer> {
  const folder = mkdtempSync(join(tmpdir(), 'quire-consumer-'));
  const env: NodeJS.ProcessEnv = { ...outerEnvironment(process.env), NO_COLOR: '1' };
  const remove = () => rmSync(folder, { recursive: true });
  try {
    await install(folder, env);
  } catch (error) {
    remove();
    throw error;
  }
  // As on the machine of whoever uses it: a current Node, and nothing of this checkout.
  const nodeFirst = { ...env, PATH: [dirname(process.execPath), env.PATH].join(delimiter) };
  const options = { cwd: folder, timeout: PROGRAM_TIMEOUT_MS, env: nodeFirst };
  return {
    folder,
    tarballOf: (name) => join(folder, tarballOf(name)),
    run: (file, ...args) => execute(process.execPath, [file, ...args], options),
    npx: (...args) => execute(findProgram('npx', env) ?? 'npx', ['--no-install', ...args], options),
    remove,
  };
}

async function install(folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  const options = { cwd: folder, timeout: PROGRAM_TIMEOUT_MS, env };
  const pack = join(root, 'scripts', 'pack', 'main.ts');
  await execute(process.execPath, [pack, '--out', join(folder, TARBALLS)], options);
  writeLockedManifests(folder, 'consumer', {
    ...Object.fromEntries(publicPackages.map(({ name }) => [name, `file:${tarballOf(name)}`])),
    ...Object.fromEntries(OF_THEIR_OWN.map((name) => [name, findLockedVersion(name)])),
  });
  cpSync(join(import.meta.dirname, 'consumers'), folder, { recursive: true });
  await execute(findProgram('npm', env) ?? 'npm', INSTALL_ARGS, options);
}

/** Below the folder of a consumer. */
function tarballOf(name: string): string {
  const found = publicPackages.find((each) => each.name === name);
  if (found === undefined)
    throw new Error(`${name} is not published: the manifests name ${publicPackages.length} others`);
  return join(TARBALLS, nameTarball(found));
}
