import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

/** Says after each step which schemas the process has loaded by then. */
const PROGRAM = `
import { registerHooks } from 'node:module';
const schemas = new Set();
registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    if (resolved.url.includes('/node_modules/zod/')) schemas.add(resolved.url);
    return resolved;
  },
});
const { connect } = await import(${JSON.stringify(new URL('index.ts', import.meta.url).href)});
const client = connect({ url: 'ws://localhost:1/collab' });
const afterConnect = schemas.size;
await client.documents.list().catch(() => {});
const afterListing = schemas.size;
await client.api.call('listDocuments', {}).catch(() => {});
client.close();
console.log(JSON.stringify({ afterConnect, afterListing, hasSchemasAfterCall: schemas.size > 0 }));
process.exit();
`;

it('a program in Node that imports the client loads no schemas until it calls the HTTP API by name', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', PROGRAM]);
  expect(JSON.parse(stdout)).toEqual({ afterConnect: 0, afterListing: 0, hasSchemasAfterCall: true });
});
