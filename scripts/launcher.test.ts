import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const launcher = join(dirname(import.meta.dirname), 'server', 'bin', 'quire.sh');

let project: string;

beforeEach(() => {
  project = realpathSync(mkdtempSync(join(tmpdir(), 'quire launcher ')));
  write('node_modules/@quire/server/package.json', '{ "type": "module" }');
  write(
    'node_modules/@quire/server/dist/cli.js',
    'console.log(JSON.stringify({ pid: process.pid, node: process.execPath, args: process.argv.slice(2) }));',
  );
  cpSync(launcher, join(project, 'node_modules/@quire/server/bin/quire.sh'));
  mkdirSync(join(project, 'node_modules/.bin'));
  symlinkSync('../@quire/server/bin/quire.sh', join(project, 'node_modules/.bin/quire'));
  write('old/node', '#!/bin/sh\n[ "$1" = -p ] && echo 18 || echo "an old Node ran"\n');
  chmodSync(join(project, 'old/node'), 0o755);
});

afterEach(() => rmSync(project, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), text);
}

function installProjectNode(): void {
  symlinkSync(process.execPath, join(project, 'node_modules/.bin/node'));
}

function launch(path: string, ...args: string[]) {
  return spawnSync(path, args, {
    encoding: 'utf8',
    cwd: tmpdir(),
    env: { PATH: `${project}/old:/usr/bin:/bin` },
  });
}

describe('the launcher', () => {
  test("through npm's link it becomes the project's own Node: one process, arguments untouched", async () => {
    installProjectNode();
    const child = spawn(join(project, 'node_modules/.bin/quire'), ['serve', '--data', 'my folder', '*'], {
      env: { PATH: `${project}/old:/usr/bin:/bin` },
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    await once(child, 'close');
    expect(JSON.parse(output)).toEqual({
      pid: child.pid,
      node: process.execPath,
      args: ['serve', '--data', 'my folder', '*'],
    });
  });

  test('V8 has no more threads than there are cores for them: on one core, one beside the server', () => {
    installProjectNode();
    write(
      'node_modules/@quire/server/dist/cli.js',
      `import { readdirSync, readFileSync } from 'node:fs';
      const names = readdirSync('/proc/self/task').map((task) => readFileSync('/proc/self/task/' + task + '/comm', 'utf8').trim());
      console.log(names.filter((name) => name === 'V8Worker').length);`,
    );
    const quire = join(project, 'node_modules/.bin/quire');
    const core = spawnSync('sh', ['-c', 'taskset -cp $$'], { encoding: 'utf8' }).stdout.match(/\d+(?=\D*$)/)?.[0] ?? '';
    expect(launch('taskset', '-c', core, quire)).toMatchObject({ status: 0, stdout: '1\n' });
  });

  test('a relative link and a link to a link lead home too', () => {
    installProjectNode();
    mkdirSync(join(project, 'bin'));
    symlinkSync('../node_modules/.bin/quire', join(project, 'bin/quire'));
    symlinkSync(join(project, 'bin/quire'), join(project, 'quire'));
    expect(launch(join(project, 'quire'), 'x')).toMatchObject({ status: 0, stderr: '' });
  });

  test('sources go before a build, as in a checkout', () => {
    installProjectNode();
    write('node_modules/@quire/server/src/cli.ts', '');
    rmSync(join(project, 'node_modules/@quire/server/dist'), { recursive: true });
    // Node refuses to strip types below node_modules, which is how we see that it was given the source.
    expect(launch(join(project, 'node_modules/.bin/quire')).stderr).toContain('src/cli.ts');
  });

  test("without a Node of the project's, an old one on PATH is refused with the cure", () => {
    const result = launch(join(project, 'node_modules/.bin/quire'), 'serve');
    expect(result).toMatchObject({ status: 1, stdout: '' });
    expect(result.stderr).toContain('npm install node@24');
  });

  test('without a command line to run it says so', () => {
    rmSync(join(project, 'node_modules/@quire/server/dist'), { recursive: true });
    expect(launch(join(project, 'node_modules/.bin/quire'))).toMatchObject({ status: 1, stdout: '' });
  });
});
