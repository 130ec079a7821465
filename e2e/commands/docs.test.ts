import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readSnippetsFor, type Snippet } from '../../scripts/snippets/read-snippets.ts';
import { type CommandProcess, runCommand } from './command-process.ts';

const root = dirname(dirname(import.meta.dirname));
const TEST_TIMEOUT_MS = 180_000;
const READY = /^Quire is ready at (http:\S+) \(pid \d+\)/m;
const VITE_READY = /Local: +(http:\S+)/;

/** Blocks of the docs that start what stays, as a reader pastes them into a shell. */
const blocks = readSnippetsFor(root, 'e2e/commands/docs.test.ts');
const placeOf = ({ page, line }: Snippet): string => `${page}:${line}`;
const starting = (command: string) =>
  blocks.filter(({ code }) => code.includes(command)).map((block) => ({ place: placeOf(block), ...block }));

let folder: string;
let command: CommandProcess | null = null;
let backend: Server | null = null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quire-docs-'));
});

afterEach(async () => {
  command?.dispose();
  command = null;
  backend?.close();
  backend = null;
  await rm(folder, { recursive: true, force: true });
});

test('each block is of one of two kinds', () => {
  expect(blocks.map(({ page }) => page)).toEqual([
    'README.md',
    'README.md',
    'docs/access.md',
    'docs/access.md',
    'docs/quick-start.md',
    'docs/quick-start.md',
  ]);
  expect([...starting('npm start'), ...starting('npx vite')]).toHaveLength(blocks.length);
});

describe('npm start, as the docs write it', () => {
  test.each(starting('npm start'))(
    '$place starts a server that lets in whom the page says',
    async ({ code }) => {
      const started = paste(code.replace('127.0.0.1:3000', await startBackend()));
      const [, url = ''] = await started.says(READY);
      expect(await (await fetch(url)).text()).toContain('<title>Quire</title>');
      const come = async (token: string | null): Promise<number> => {
        const headers: Record<string, string> = token === null ? {} : { Authorization: `Bearer ${token}` };
        return (await fetch(`${url}/v1/documents`, { headers })).status;
      };
      expect([await come(null), await come('of-nobody')]).toEqual(answersOf(code));
      await started.end('SIGTERM', 'group');
      expect(started.output).toContain('everything is on disk');
    },
    TEST_TIMEOUT_MS,
  );
});

describe('npx vite, as the docs write it', () => {
  test.each(starting('npx vite'))(
    '$place serves the examples',
    async ({ code }) => {
      const started = paste(code);
      const [, url = ''] = await started.says(VITE_READY);
      const [, path = 'none'] = /localhost:\d+(\/\S+)/.exec(code) ?? [];
      expect(await (await fetch(new URL(path, url))).text()).toContain('main.ts');
      await started.end('SIGTERM', 'group');
    },
    TEST_TIMEOUT_MS,
  );
});

/** Where the block clones the repository, it gets a link to this checkout, which is set up. Documents lie in a folder of the test. */
function paste(code: string): CommandProcess {
  const clone = 'git() { test "$1" = clone && ln -s "$2" "$3"; }';
  const place = code.includes('git clone') ? folder : root;
  const script = [clone, `cd '${place}'`, code.replace('<this repository>', `'${root}'`)].join('\n');
  const started = runCommand('sh', ['-euc', script], { QUIRE_PORT: '0', QUIRE_DATA: join(folder, 'data') });
  command = started;
  return started;
}

/** One that takes whoever comes for Ada; resolves with its address. */
async function startBackend(): Promise<string> {
  const exp = Date.now() / 1_000 + 600;
  const ada = JSON.stringify({ sub: 'ada', exp, grants: [{ documents: '**', role: 'editor' }] });
  backend = createServer((_, response) => response.end(ada));
  await once(backend.listen(0, '127.0.0.1'), 'listening');
  return `127.0.0.1:${(backend.address() as AddressInfo).port}`;
}

/** To somebody without a token, and with one that nobody has signed. */
function answersOf(code: string): readonly [number, number] {
  if (code.includes('QUIRE_JWT_SECRETS')) return [401, 401];
  if (code.includes('QUIRE_WEBHOOK_URL')) return [401, 200];
  return [200, 200];
}
