import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { nameTarball } from '../../scripts/pack/pack.ts';
import { readPublicWorkspaces } from '../../scripts/pack/workspaces.ts';
import { findProgram, outerEnvironment } from '../../scripts/setup/command.mjs';

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
  writeManifests(folder);
  cpSync(join(import.meta.dirname, 'consumers'), folder, { recursive: true });
  const args = ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await execute(findProgram('npm', env) ?? 'npm', args, options);
}

/**
 * The lock of the checkout goes along, without our own packages: then npm takes everything else from its cache as it was
 * tested here, asks nobody what is new today, and still has to find that our manifests fit.
 */
function writeManifests(folder: string): void {
  const lock: { readonly packages: Readonly<Record<string, { readonly version?: string; readonly link?: boolean }>> } =
    JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const manifest = {
    name: 'consumer',
    version: '1.0.0',
    private: true,
    type: 'module',
    dependencies: Object.fromEntries([
      ...publicPackages.map(({ name }) => [name, `file:${tarballOf(name)}`]),
      ...OF_THEIR_OWN.map((name) => [name, lock.packages[`node_modules/${name}`]?.version]),
    ]),
  };
  const others = Object.entries(lock.packages).filter(([path, { link }]) => path.startsWith('node_modules/') && !link);
  const packages = { '': manifest, ...Object.fromEntries(others) };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(
    join(folder, 'package-lock.json'),
    JSON.stringify({ name: manifest.name, version: manifest.version, lockfileVersion: 3, requires: true, packages }),
  );
}

/** Below the folder of a consumer. */
function tarballOf(name: string): string {
  const found = publicPackages.find((each) => each.name === name);
  if (found === undefined)
    throw new Error(`${name} is not published: the manifests name ${publicPackages.length} others`);
  return join(TARBALLS, nameTarball(found));
}
