import { execFile } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram, outerEnvironment } from '../../scripts/setup/command.mjs';

const root = dirname(dirname(import.meta.dirname));
const execute = promisify(execFile);
const PROGRAM_TIMEOUT_MS = 90_000;

export interface Said {
  readonly stdout: string;
  readonly stderr: string;
}

/** A program of somebody else, in a folder of its own, that has installed our packages from their tarballs. */
export interface Consumer {
  readonly folder: string;
  readonly tarballs: readonly string[];
  /** Runs one of its programs with the Node that runs this; rejects when it fails, with what it said. */
  run(file: string, ...args: readonly string[]): Promise<Said>;
  npx(...args: readonly string[]): Promise<Said>;
  remove(): void;
}

/** Packs everything once, and installs it in an empty folder, with the versions of everything else that the lock file has. */
export async function installConsumer(): Promise<Consumer> {
  const folder = mkdtempSync(join(tmpdir(), 'quire-consumer-'));
  const env: NodeJS.ProcessEnv = { ...outerEnvironment(process.env), NO_COLOR: '1' };
  // As on the machine of whoever uses it: a current Node, and nothing of this checkout.
  const nodeFirst = { ...env, PATH: [dirname(process.execPath), env.PATH].join(delimiter) };
  const options = { cwd: folder, timeout: PROGRAM_TIMEOUT_MS };

  await execute(process.execPath, [join(root, 'scripts', 'pack', 'main.ts'), '--out', join(folder, 'tarballs')], {
    ...options,
    env,
  });
  const tarballs = globSync('tarballs/*.tgz', { cwd: folder }).sort();
  writeManifests(folder, tarballs);
  cpSync(join(import.meta.dirname, 'consumers'), folder, { recursive: true });
  const install = ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await execute(findProgram('npm', env) ?? 'npm', install, { ...options, env });

  return {
    folder,
    tarballs: tarballs.map((path) => join(folder, path)),
    run: (file, ...args) => execute(process.execPath, [file, ...args], { ...options, env: nodeFirst }),
    npx: (...args) =>
      execute(findProgram('npx', env) ?? 'npx', ['--no-install', ...args], { ...options, env: nodeFirst }),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/**
 * The lock of the checkout goes along, without our own packages: then npm takes everything else from its cache as it was
 * tested here, asks nobody what is new today, and still has to find that our manifests fit.
 */
function writeManifests(folder: string, tarballs: readonly string[]): void {
  const lock: { readonly packages: Readonly<Record<string, { readonly version?: string; readonly link?: boolean }>> } =
    JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const manifest = {
    name: 'consumer',
    version: '1.0.0',
    private: true,
    type: 'module',
    dependencies: Object.fromEntries(tarballs.map((path) => [packageIn(path), `file:${path}`])),
    devDependencies: { '@types/node': lock.packages['node_modules/@types/node']?.version },
  };
  const others = Object.entries(lock.packages).filter(([path, { link }]) => path.startsWith('node_modules/') && !link);
  const packages = { '': manifest, ...Object.fromEntries(others) };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(
    join(folder, 'package-lock.json'),
    JSON.stringify({ name: manifest.name, version: manifest.version, lockfileVersion: 3, requires: true, packages }),
  );
}

/** `quire-client-0.1.0.tgz` holds `@quire/client`. */
function packageIn(tarball: string): string {
  return basename(tarball).replace(/^quire-(.+)-\d+\.\d+\.\d+.*\.tgz$/, '@quire/$1');
}
