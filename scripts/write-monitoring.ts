// Renews what is made from the table of metrics and the list of alerts: dashboard, rules, their tests, and docs.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { writtenFiles } from './monitoring/written-files.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
for (const [path, write] of Object.entries(writtenFiles)) {
  const before = existsSync(root + path) ? readFileSync(root + path, 'utf8') : '';
  writeFileSync(root + path, write(before));
}
