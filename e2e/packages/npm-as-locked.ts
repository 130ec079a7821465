// What a reader types to npm, carried out without asking anybody what is new today: `npm install` with packages to add becomes the
// manifest that it would write, with the versions that the lock of the checkout has, and npm installs that. All else is npm's own.
//   REAL_NPM=/usr/bin/npm node npm-as-locked.ts install ../quire/dist-packages/quire-client-0.1.0.tgz yjs
import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { nameTarball } from '../../scripts/pack/pack.ts';
import { publicPackages } from './consumer.ts';
import { findLockedVersion, INSTALL_ARGS, writeLockedManifests } from './locked-manifests.ts';

const { REAL_NPM: npm = 'npm' } = process.env;
const [command, ...args] = process.argv.slice(2);
const OPTIONS = new Set(['-E', '--save-dev']);

if (command === 'install') {
  const wanted = args.filter((arg) => !OPTIONS.has(arg)).map(readPackage);
  writeLockedManifests(process.cwd(), basename(process.cwd()), Object.fromEntries(wanted));
}
const { status } = spawnSync(npm, command === 'install' ? INSTALL_ARGS : process.argv.slice(2), { stdio: 'inherit' });
process.exitCode = status ?? 1;

/** Its name, and what a manifest says behind that. */
function readPackage(arg: string): readonly [string, string] {
  if (arg.endsWith('.tgz')) {
    const ours = publicPackages.find((each) => nameTarball(each) === basename(arg));
    if (ours === undefined) throw new Error(`${arg} is none of our packages, as they are called today`);
    return [ours.name, `file:${arg}`];
  }
  const [, name = '', version] = /^((?:@[\w.-]+\/)?[\w.-]+)(?:@([\d.]+))?$/.exec(arg) ?? [];
  const locked = findLockedVersion(name);
  if (locked === undefined) throw new Error(`${arg} is no package that anything here is tested with`);
  if (version !== undefined && version !== locked) throw new Error(`${arg} is tested here with ${locked}`);
  return [name, locked];
}
