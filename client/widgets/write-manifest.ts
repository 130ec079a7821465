// node client/widgets/write-manifest.ts: custom-elements.json and the types of events and of TSX, of what the elements say of themselves.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeEvents, describeReact } from './describe-types.ts';
import { writeManifest } from './src/manifest.ts';

const write = (path: string, text: string) => writeFileSync(join(import.meta.dirname, path), text);

write('custom-elements.json', `${JSON.stringify(writeManifest(), null, 2)}\n`);
write('src/events.ts', describeEvents());
write('src/react.ts', describeReact());
