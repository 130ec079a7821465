// node client/widgets/write-manifest.ts: custom-elements.json, of what the elements say of themselves.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeManifest } from './src/manifest.ts';

writeFileSync(join(import.meta.dirname, 'custom-elements.json'), `${JSON.stringify(writeManifest(), null, 2)}\n`);
