import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DocumentName } from '@quire/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createServer } from '../main.ts';
import { loadConfig } from './load-config.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quire-docs-'));
});
afterEach(() => rm(directory, { recursive: true }));

const guide = new URL('../../../docs/from-hocuspocus.md', import.meta.url);
const operating = new URL('../../../docs/operating.md', import.meta.url);
const SECRET = 'a secret of the tests that is long enough';
const PAGES_SEARCH = 'http://search.internal';

it('the configuration file of docs/from-hocuspocus.md is loaded, and what it asks for is called', async () => {
  const indexed: unknown[] = [];
  const search = createHttpServer(async (request, response) => {
    indexed.push([request.url, JSON.parse(Buffer.concat(await request.toArray()).toString())]);
    response.end();
  });
  await new Promise<void>((resolve) => search.listen(0, '127.0.0.1', resolve));
  const [, code = ''] = /^```js[^\n]*\n(export default \{[\s\S]*?)^```$/m.exec(await readFile(guide, 'utf8')) ?? [];
  expect(code).toContain(PAGES_SEARCH);
  const address = `http://127.0.0.1:${(search.address() as AddressInfo).port}`;
  await writeFile(join(directory, 'package.json'), '{ "type": "module" }');
  await writeFile(join(directory, 'quire.config.js'), code.replace(PAGES_SEARCH, address));

  const { extensions } = await loadConfig({ directory, environment: {}, flags: new Map(), configFile: undefined });
  const server = await createServer({ port: 0, app: false, data: directory, log: { level: 'silent' }, extensions });
  try {
    await server.documents.edit('team/plan' as DocumentName, 'importer', (document) => {
      document.getText('body').insert(0, 'Hello');
    });
    await expect.poll(() => indexed, { timeout: 15_000 }).toHaveLength(1);
    expect(indexed).toEqual([['/index', { documentName: 'team/plan' }]]);
  } finally {
    await server.close();
    search.close();
  }
});

it('the variables that docs/operating.md gives every node, put into a shell, make it one of a cluster', async () => {
  const [, code = ''] = /^```sh[^\n]*\n(QUIRE_REDIS=[\s\S]*?)^```$/m.exec(await readFile(operating, 'utf8')) ?? [];
  const script = `set -a\n${code.replace('…', `'${SECRET}'`)}\nenv`;
  const { stdout } = spawnSync('sh', ['-euc', script], { encoding: 'utf8', env: { PATH: '/usr/bin:/bin' } });
  const environment = Object.fromEntries(
    [...stdout.matchAll(/^(QUIRE_\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
  expect(Object.keys(environment)).toHaveLength(code.trim().split('\n').length);

  const { redis, cluster } = await loadConfig({ directory, environment, flags: new Map(), configFile: undefined });
  expect(redis).toBe('redis://quire:password@redis:6379/0');
  expect(cluster).toMatchObject({ secret: [SECRET], nodes: 3 });
});
