import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'quire-dev-'));
  mkdirSync(join(root, 'node_modules', '.bin'), { recursive: true });
  mkdirSync(join(root, 'client', 'app'), { recursive: true });
  cpSync(join(import.meta.dirname, 'dev.mjs'), join(root, 'scripts', 'dev.mjs'));
});

afterEach(() => rmSync(root, { recursive: true }));

/** In the place of Node: `vite` and `server` are what it does when it is asked to run them. */
function writeNode({ vite, server }: { readonly vite: string; readonly server: string }): void {
  const path = join(root, 'node_modules', '.bin', 'node');
  writeFileSync(path, `#!/bin/sh\ncase "$*" in\n*vite.js*) ${vite} ;;\n*) ${server} ;;\nesac\n`);
  chmodSync(path, 0o755);
}

function dev(settings: Record<string, string> = {}) {
  return spawnSync(process.execPath, [join(root, 'scripts', 'dev.mjs')], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...settings },
  });
}

describe('npm run dev', () => {
  test('without a Node to start, it ends and says what to do', () => {
    const { status, stderr } = dev();
    expect(status).toBe(1);
    expect(stderr).toContain("dev: the server can't be started: ");
    expect(stderr).toContain('cure: node scripts/setup.mjs deps');
  });

  test('signals nobody in the place of what could not be started', () => {
    // For a child without a pid, Node signals whatever number lies in its memory.
    const watch = join(root, 'watch-signals.cjs');
    writeFileSync(
      watch,
      `const { ChildProcess } = require('node:child_process');
       ChildProcess.prototype.kill = function () { console.log('signalled', this.pid); };`,
    );
    expect(dev({ NODE_OPTIONS: `--require=${watch}` })).toMatchObject({
      status: 1,
      stdout: expect.not.stringContaining('signalled'),
    });
  });

  test('when one half fails it ends the other and says which it was', () => {
    writeNode({ vite: 'exit 3', server: 'exec sleep 60' });
    const { status, stderr } = dev();
    expect({ status, stderr }).toEqual({ status: 1, stderr: 'dev: Vite ended with status 3\n' });
  });

  test('tells the server where Vite looks for it, whatever QUIRE_HOST says', () => {
    writeNode({
      vite: 'echo "vite $QUIRE_DEV_SERVER $*"; touch ../../vite-said; exec sleep 60',
      // Its end is the end of both.
      server: 'echo "server $*"; until [ -e vite-said ]; do sleep 0.02; done',
    });
    const { stdout } = dev({ QUIRE_HOST: '10.0.0.1', QUIRE_PORT: '8123', QUIRE_DEV_PORT: '8124' });
    expect(stdout).toMatch(/^server .*cli\.ts serve --host 127\.0\.0\.1 --port 8123$/m);
    expect(stdout).toMatch(/^vite http:\/\/127\.0\.0\.1:8123 .*vite\.js --port 8124 --strictPort$/m);
  });

  test('refuses a port that nobody knows beforehand', () => {
    expect(dev({ QUIRE_PORT: '0' })).toMatchObject({ status: 1, stderr: expect.stringContaining('a fixed port') });
  });
});
