import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { pickPort, startServer } from '@quire/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findProgram, outerEnvironment } from '../../scripts/setup/command.mjs';
import { readSnippets, readSnippetsFor } from '../../scripts/snippets/read-snippets.ts';

const root = dirname(dirname(import.meta.dirname));
const execute = promisify(execFile);
/** Packing and installing take tens of seconds, and a conformance run as long again, where others want the same cores. */
const BLOCK_TIMEOUT_MS = 300_000;

const blocks = readSnippetsFor(root, 'e2e/packages/docs.test.ts');

/** Has a folder `quire`, in which `npm run pack` packs this checkout, once, and `your-app` beside it. */
let folder: string;
let bin: string;
const app = () => join(folder, 'your-app');

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'quire-install-docs-')));
  bin = join(folder, 'bin');
  for (const each of ['quire', 'bin']) mkdirSync(join(folder, each));
  const pack = `test -d dist-packages || ${process.execPath} ${join(root, 'scripts/pack/main.ts')}`;
  writeFileSync(join(folder, 'quire', 'package.json'), JSON.stringify({ scripts: { pack } }));
  putProgram('npm', `exec ${process.execPath} ${join(import.meta.dirname, 'npm-as-locked.ts')} "$@"`);
});

afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(() => {
  rmSync(app(), { recursive: true, force: true });
  mkdirSync(app());
});

/** The blocks of a page, in the order in which they stand there. */
function blocksOf(page: string): readonly string[] {
  return blocks.filter((block) => block.page === page).map(({ code }) => code);
}

test('each block is run by one of the tests below', () => {
  expect(blocks.map(({ page }) => page)).toEqual([
    'docs/conformance.md',
    'docs/conformance.md',
    'docs/quick-start.md',
    'docs/quick-start.md',
    'docs/react.md',
    'docs/testing.md',
    'docs/testing.md',
    'server/README.md',
  ]);
});

describe('what the docs say to install', { timeout: BLOCK_TIMEOUT_MS }, () => {
  test('docs/quick-start.md: the client, and Tiptap in the versions of the tests', async () => {
    const [client = '', tiptap = ''] = blocksOf('docs/quick-start.md');
    await paste(client);
    expect(await runModule("import { connect } from '@quire/client'; console.log(typeof connect);")).toBe('function\n');
    await paste(tiptap);
    const program = "for (const name of ['core', 'extension-collaboration']) import.meta.resolve('@tiptap/' + name);";
    expect(await runModule(program)).toBe('');
  });

  test('docs/react.md: the client with its hooks', async () => {
    const [install = ''] = blocksOf('docs/react.md');
    await paste(install);
    const program = "import { useRoom } from '@quire/client/react'; console.log(typeof useRoom);";
    expect(await runModule(program)).toBe('function\n');
  });

  test('docs/testing.md: the test kit, which runs the first test of the page with vitest', async () => {
    const [install = ''] = blocksOf('docs/testing.md');
    await paste(install);
    const [example] = readSnippets(root).filter(
      ({ page, language }) => page === 'docs/testing.md' && language === 'ts',
    );
    writeFileSync(join(app(), 'tunnel.test.ts'), example?.code ?? '');
    writeFileSync(join(app(), 'vitest.config.ts'), 'export default { test: { testTimeout: 30_000 } };');
    expect(await bash('npx vitest run', app())).toMatch(/Tests +1 passed/);
  });

  test('docs/testing.md: the test kit, with Playwright', async () => {
    const [, install = ''] = blocksOf('docs/testing.md');
    await paste(install);
    const program = "import { test } from '@quire/testing/playwright'; console.log(typeof test.extend);";
    expect(await runModule(program)).toBe('function\n');
  });
});

describe('what the docs say to install and to run', { timeout: BLOCK_TIMEOUT_MS }, () => {
  test('server/README.md: a server, which says that it is ready', async () => {
    const [serve = ''] = blocksOf('server/README.md');
    // In the background, as the last command of a shell that goes on.
    const then = ["until_said 'is ready'", 'kill $!', "until_said 'everything is on disk'"];
    await paste([UNTIL_SAID, `${serve.trimEnd()} > said 2>&1 &`, ...then].join('\n'));
  });

  test('docs/conformance.md: the suite against servers, of which one is killed and restarted', async () => {
    const [suite = '', killing = ''] = blocksOf('docs/conformance.md');
    await using server = await startServer();
    const addressed = suite
      .replace('ws://localhost:8080', server.wsUrl)
      .replace('ws://localhost:1234', `${server.wsUrl}/yjs`);
    expect(await paste(addressed)).toMatch(
      /in the hocuspocus dialect.*, 0 failed.*in the y-websocket dialect.*, 0 failed/s,
    );

    const port = await pickPort();
    putProgram('systemctl', [`cd ${app()}`, `export QUIRE_PORT=${port} QUIRE_LOG_LEVEL=silent`, SERVICE].join('\n'));
    await bash('systemctl start quire', app());
    try {
      const report = await bash(killing.replace('localhost:8080', `localhost:${port}`), app());
      expect(report).toMatch(/passed +G1 +receipted-survives/);
      expect(report).toMatch(/, 0 failed/);
    } finally {
      await bash('systemctl kill --signal=KILL quire', app());
    }
  });
});

/** Waits until a file has these words, for half a minute at most. */
const UNTIL_SAID = `
until_said() {
  tries=0
  until grep -q "$1" said; do
    tries=$((tries + 1))
    if [ $tries -gt 300 ]; then cat said >&2; exit 1; fi
    sleep 0.1
  done
}`;

/** A service of that name, as systemd would run it. */
const SERVICE = `${UNTIL_SAID}
case "$*" in
  'start quire')
    : > said
    setsid npx quire serve > said 2>&1 &
    until_said 'is ready' ;;
  'kill --signal=KILL quire') kill -KILL "$(node -p 'require("./data/owner.json").pid')" ;;
  *) exit 2 ;;
esac`;

function putProgram(name: string, script: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, name), 0o755);
}

/** As a reader does: in the checkout where the block says so, and else in their own folder. */
function paste(code: string): Promise<string> {
  return bash(code, code.includes('npm run pack') ? join(folder, 'quire') : app());
}

async function bash(script: string, cwd: string): Promise<string> {
  const env: NodeJS.ProcessEnv = { ...outerEnvironment(process.env), NO_COLOR: '1', QUIRE_PORT: '0' };
  const npm = findProgram('npm', env);
  const path = [bin, dirname(process.execPath), env.PATH].join(delimiter);
  const options = { cwd, env: { ...env, PATH: path, REAL_NPM: npm ?? 'npm' }, timeout: BLOCK_TIMEOUT_MS };
  const { stdout } = await execute('bash', ['-euc', script], options);
  return stdout;
}

async function runModule(code: string): Promise<string> {
  const { stdout } = await execute(process.execPath, ['--input-type=module', '--eval', code], { cwd: app() });
  return stdout;
}
