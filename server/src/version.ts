import { readFileSync } from 'node:fs';

/** Read, not imported: the manifest lies outside of what is compiled, one folder up in a checkout and in the package. */
const manifest: { readonly version: string } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
);

export const { version } = manifest;
