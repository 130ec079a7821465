// Renews the table of settings in README.md from the settings schema.
import { readFileSync, writeFileSync } from 'node:fs';
import { renewConfigTable } from '../server/src/config/markdown.ts';

const readme = new URL('../README.md', import.meta.url);
writeFileSync(readme, renewConfigTable(readFileSync(readme, 'utf8')));
