// npm run pack: what is published, as tarballs that npm installs anywhere.
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pack } from './pack.ts';

const root = dirname(dirname(import.meta.dirname));

try {
  const { values } = parseArgs({ options: { out: { type: 'string', default: 'dist-packages' } } });
  for (const tarball of pack(root, resolve(values.out))) console.log(tarball);
} catch (error) {
  console.error(`pack: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
