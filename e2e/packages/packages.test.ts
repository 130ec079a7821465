import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkPackage, createPackageFromTarballData, type Problem } from '@arethetypeswrong/core';
import { startServer } from '@quire/testing';
import { chromium } from 'playwright-core';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serveProgram } from '../browser/page-server.ts';
import { launchOptions } from '../chromium.ts';
import { bundle } from './bundle.ts';
import { type Consumer, installConsumer, publicPackages } from './consumer.ts';

const root = dirname(dirname(import.meta.dirname));
const NAMES = publicPackages.map(({ name }) => name);
const SETUP_TIMEOUT_MS = 180_000;
/** Compiling and running take seconds, and many of them where other tests want the same cores. */
const PROGRAM_TIMEOUT_MS = 120_000;

/** Of the SDK, beyond Yjs and the provider, which a page with collaborative editing has anyway. */
const SDK_BUDGET_BYTES = 25_000;
/** With what comes later, most of it the schemas of `client.api`. */
const WHOLE_SDK_BUDGET_BYTES = 60_000;

let consumer: Consumer;

beforeAll(async () => {
  consumer = await installConsumer();
  const files = ['typed.ts', 'react.tsx', 'widgets.tsx'];
  writeFileSync(join(consumer.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: STRICT, files }));
}, SETUP_TIMEOUT_MS);

afterAll(() => consumer?.remove());

describe('what is packed', () => {
  test.each(NAMES)('%s is a package as others expect one', async (name) => {
    const { messages } = await publint({ pack: { tarball: readTarball(name).buffer }, strict: true });
    expect(messages).toEqual([]);
  });

  test.each(NAMES)('%s has types that fit its modules, however they are resolved', async (name) => {
    const analysis = await checkPackage(createPackageFromTarballData(readTarball(name)));
    if (analysis.types === false) throw new Error(`${name} has no types`);
    expect(analysis.problems.filter((problem) => !isByDesign(problem))).toEqual([]);
  });

  test.each(NAMES)('%s holds what is compiled, its licence and its description, and no tests', (name) => {
    const files = filesIn(name);
    expect(files).toEqual(expect.arrayContaining(['package.json', 'README.md', 'LICENSE']));
    expect(files.filter((path) => /\.test\.|(?<!\.d)\.tsx?$/.test(path))).toEqual([]);
    expect(files.filter((path) => path.endsWith('.js')).length).toBeGreaterThan(5);
  });
});

describe('a program that installs the packages', { timeout: PROGRAM_TIMEOUT_MS }, () => {
  test('in JavaScript runs a server with its app and its threads, and writes through it', async () => {
    const { stdout } = await consumer.run('plain.js');
    expect(stdout.trim().split('\n')).toEqual(['read: Hello', 'read: 300005 characters', 'app: Quire']);
  });

  test('in TypeScript finds every type, and shares its one Yjs with them', async () => {
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const checked = spawnSync(process.execPath, [tsc, '-p', '.'], { cwd: consumer.folder, encoding: 'utf8' });
    expect(checked.stdout).toBe('');
    expect(checked.status).toBe(0);

    const { stdout } = await consumer.run('typed.ts');
    expect(stdout.trim().split('\n')).toEqual([
      'room: saved, 0 unsaved, all of it saved',
      'guest: Hello, one Yjs: true',
      'people: 1',
      'copy: team/copy, comment: Shall we?',
      'folded: 1',
      'protocol: protocol-error, empty',
    ]);
  });

  test('has the command line by npx, through its launcher', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'server', 'package.json'), 'utf8'));
    expect((await consumer.npx('quire', '--version')).stdout.trim()).toBe(version);
  });

  test('has the conformance suite as a command of the server, found beside it', async () => {
    expect((await consumer.npx('quire', 'conformance', '--list')).stdout).toContain('receipted-survives');
  });

  test.each([
    ['@quire/persistence', /^Hello\n$/],
    ['@quire/protocol', /^null\nbackoff\n$/],
    // Between them the log of the server, for people.
    ['@quire/server', /^http:\/\/localhost:\d+$/m],
    ['@quire/testing', /^Hello\n$/],
  ])('finds that the example of %s runs as it stands', async (name, said) => {
    const { stdout, stderr } = await consumer.run(writeExample(name));
    expect(stdout).toMatch(said);
    expect(stderr).toBe('');
  });
});

describe('@quire/client', { timeout: PROGRAM_TIMEOUT_MS }, () => {
  test('is imported where pages are rendered without a window, and leaves nothing running or behind', async () => {
    const { stdout, stderr } = await consumer.run('rendered.js');
    expect(stdout.trim().split('\n')).toEqual(['connect: function', 'left behind:']);
    expect(stderr).toBe('');
  });

  test('has bindings for React that render without a window, and wait there for nobody', async () => {
    const { stdout, stderr } = await consumer.run('rendered-react.js');
    expect(stdout.trim()).toBe('<p>Connecting… not loaded</p>');
    expect(stderr).toBe('');
  });

  test('has an example that runs as it stands, beside a server', async () => {
    const server = await startServer();
    try {
      const example = writeExample('@quire/client', (text) => text.replace('ws://localhost:8080', server.wsUrl));
      expect(await consumer.run(example)).toEqual({ stdout: '', stderr: '' });
      const document = await fetch(`${server.url}/v1/documents/${encodeURIComponent('team/plan')}`);
      expect(document.status).toBe(200);
    } finally {
      await server.stop();
    }
  });

  test('says what to do where there is no WebSocket, and opens documents with another, or without', async () => {
    const { stdout } = await consumer.run('older-node.js');
    expect(stdout.trim().split('\n')).toEqual(['QuireError: no-websocket', 'websocket: Hello', 'http: HelloHello']);
  });

  test('opens a document from a worker', async () => {
    expect((await consumer.run('worker.js')).stdout.trim()).toBe('worker: from a worker');
  });

  test('adds less than 25 kB, gzipped, to what is loaded with a page that has Yjs and the provider, and less than 60 kB in all', async () => {
    const theirs = `
      import * as Y from 'yjs';
      import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider';
      globalThis.theirs = [Y, HocuspocusProvider, HocuspocusProviderWebsocket];`;
    const without = await bundle(consumer.folder, theirs);
    const whole = await bundle(
      consumer.folder,
      `${theirs} import * as quire from '@quire/client'; globalThis.ours = quire;`,
    );
    const addedBytes = whole.gzippedBytes - without.gzippedBytes;
    const addedBytesInAll = whole.gzippedBytesInAll - without.gzippedBytesInAll;
    // Less than this would be a page without the client.
    expect(addedBytes).toBeGreaterThan(10_000);
    expect(addedBytes, `the largest parts: ${JSON.stringify(whole.shares.slice(0, 8))}`).toBeLessThan(SDK_BUDGET_BYTES);
    expect(addedBytesInAll).toBeGreaterThan(addedBytes);
    expect(addedBytesInAll).toBeLessThan(WHOLE_SDK_BUDGET_BYTES);
  });
});

describe('@quire/widgets', { timeout: PROGRAM_TIMEOUT_MS }, () => {
  test('is imported where pages are rendered without a window, and brings its description for tools', async () => {
    const { stdout, stderr } = await consumer.run('rendered-widgets.js');
    expect(stdout.trim().split('\n')).toEqual([
      'elements: 11, described: 11',
      'extensions: true',
      'registry: undefined',
    ]);
    expect(stderr).toBe('');

    const manifest = JSON.parse(
      readFileSync(join(consumer.folder, 'node_modules/@quire/widgets/custom-elements.json'), 'utf8'),
    );
    const paths: readonly string[] = manifest.modules.map(({ path }: { path: string }) => path);
    expect(paths).toHaveLength(11);
    expect(filesIn('@quire/widgets')).toEqual(expect.arrayContaining([...paths]));
  });

  test('is bundled into a page with React 19, which sets properties of the elements, and hears their events', async () => {
    const program = await bundle(consumer.folder, "import './widgets.tsx';");
    await using server = await startServer({ storage: 'memory' });
    const site = await serveProgram(program);
    const browser = await chromium.launch(launchOptions);
    try {
      const page = await browser.newPage();
      await page.goto(`${site.url}/?server=${encodeURIComponent(server.url)}`);
      // Words are an object, which no attribute could hold.
      await page.getByRole('button', { name: 'Senden' }).waitFor();
      await page.locator('quire-chat[channel=table][no-status]').waitFor();
      await page.getByText('saved, 0 unread').waitFor();

      await say(server.url, 'Said by a backend');
      await page.getByText('saved, 1 unread').waitFor();
      expect(await page.title()).toBe('Said by a backend');
      // Whoever points at it has seen it.
      await page.getByRole('log').hover();
      await page.getByText('saved, 0 unread').waitFor();
      await page.getByRole('button', { name: 'Speak' }).click();
      await page.getByRole('log').getByText('Said by Ada').waitFor();

      // From yes to no, and to what is not said any more.
      for (let press = 0; press < 2; press += 1) {
        await page.getByRole('button', { name: 'Show how it goes' }).click();
        await page.locator('quire-chat:not([no-status])').waitFor();
      }
    } finally {
      await browser.close();
      await site.close();
    }
  });
});

/** As a backend does. */
async function say(url: string, text: string): Promise<void> {
  const answer = await fetch(`${url}/v1/documents/team%2Fplan/events`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'table', data: { text } }),
  });
  expect(answer.status).toBe(202);
}

/** As strict as a consumer can be, our declarations included. */
const STRICT = {
  target: 'es2024',
  lib: ['es2024', 'dom'],
  module: 'nodenext',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  types: ['node'],
  jsx: 'react-jsx',
  noEmit: true,
};

/** The packages are ES modules, which today's Node also gives to `require`; TypeScript's resolution of 2012 finds no entries. */
function isByDesign(problem: Problem): boolean {
  if (problem.kind === 'CJSResolvesToESM') return true;
  return 'resolutionKind' in problem && problem.resolutionKind === 'node10';
}

function readTarball(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(consumer.tarballOf(name)));
}

function filesIn(name: string): readonly string[] {
  const folder = `/node_modules/${name}/`;
  const files = createPackageFromTarballData(readTarball(name)).listFiles();
  return files.map((path) => path.slice(folder.length));
}

/** The first example in JavaScript of what a package says about itself, as a program of the consumer. */
function writeExample(name: string, change = (text: string) => text): string {
  const text = readFileSync(join(consumer.folder, 'node_modules', name, 'README.md'), 'utf8');
  const example = /```js\n([\s\S]*?)```/.exec(text)?.[1];
  if (example === undefined) throw new Error(`the README of ${name} has no example`);
  const file = `example-of-${name.replace(/\W/g, '-')}.js`;
  writeFileSync(join(consumer.folder, file), change(example));
  return file;
}
