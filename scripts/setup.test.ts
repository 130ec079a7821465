import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { explainAptFailure } from './setup/install-system-packages.mjs';
import { describeFailure } from './setup/setup-failure.mjs';

const LOCK = { packages: { '': {}, 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' } } };

let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'quire-setup-')));
  cpSync(import.meta.dirname, join(root, 'scripts'), { recursive: true });
  mkdirSync(join(root, 'bin'));
  symlinkSync(process.execPath, join(root, 'bin', 'node'));
  write('package-lock.json', JSON.stringify(LOCK));
  writeNpm();
});

afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function writeProgram(path: string, script: string): void {
  write(path, `#!/bin/sh\n${script}\n`);
  chmodSync(join(root, path), 0o755);
}

/** An npm that notes its calls, and instead of packages installs only the project's Node. */
function writeNpm({ version = '11.0.0', wipe = 'rm -rf node_modules', install = 'true' } = {}): void {
  writeProgram(
    'bin/npm',
    `[ "$1" = --version ] && { echo ${version}; exit 0; }
     echo "$PATH $*" >> ${root}/npm-calls
     ${wipe}
     ${install} || exit 1
     mkdir -p node_modules/.bin && ln -sf ${process.execPath} node_modules/.bin/node`,
  );
}

function setUp(goal: string, path = `${root}/bin:/bin`): { status: number | null; lines: string } {
  const result = spawnSync(process.execPath, [join(root, 'scripts', 'setup.mjs'), goal], {
    encoding: 'utf8',
    env: { ...process.env, PATH: path },
  });
  expect(result.stdout).toBe('');
  return { status: result.status, lines: result.stderr };
}

function npmCalls(): string[] {
  return existsSync(join(root, 'npm-calls')) ? readFileSync(join(root, 'npm-calls'), 'utf8').trim().split('\n') : [];
}

describe('installing dependencies', () => {
  test('the first run installs as locked, the second finds it done', () => {
    expect(setUp('deps')).toMatchObject({
      status: 0,
      lines: expect.stringContaining('setup: dependencies: installed'),
    });
    expect(npmCalls()).toHaveLength(1);
    expect(npmCalls()[0]).toContain(' ci ');
    expect(setUp('deps')).toEqual({ status: 0, lines: 'setup: dependencies: installed as locked\n' });
    expect(npmCalls()).toHaveLength(1);
  });

  test('a changed lock file is installed again', () => {
    setUp('deps');
    write('package-lock.json', JSON.stringify({ ...LOCK, changed: true }));
    expect(setUp('deps').status).toBe(0);
    expect(npmCalls()).toHaveLength(2);
  });

  test('npm runs without the bin folder of the project that it is about to replace', () => {
    setUp('deps', `${root}/node_modules/.bin:${root}/bin:/bin`);
    expect(npmCalls()[0]).toMatch(new RegExp(`^${root}/bin:/bin ci`));
  });

  test('an interrupted install leaves no mark of success', () => {
    setUp('deps');
    write('package-lock.json', JSON.stringify({ ...LOCK, changed: true }));
    writeNpm({ wipe: 'true', install: 'kill -9 $PPID; kill -9 $$' });
    expect(setUp('deps').status).toBe(null);
    write('package-lock.json', JSON.stringify(LOCK));
    writeNpm();
    setUp('deps');
    expect(npmCalls()).toHaveLength(3);
  });

  test('what npm installed by hand stands, if it is what the lock says', () => {
    setUp('deps');
    const changed = { packages: { ...LOCK.packages, 'node_modules/b': { version: '2.0.0', integrity: 'sha512-b' } } };
    write('package-lock.json', JSON.stringify(changed));
    write('node_modules/.package-lock.json', JSON.stringify(LOCK));
    expect(setUp('deps').status).toBe(0);
    expect(npmCalls()).toHaveLength(2);

    write('package-lock.json', JSON.stringify({ ...changed, byHand: true }));
    write('node_modules/.package-lock.json', JSON.stringify(changed));
    expect(setUp('deps')).toMatchObject({ status: 0, lines: expect.stringContaining('npm had installed them') });
    expect(npmCalls()).toHaveLength(2);
  });

  test('a project Node that does not run is installed again', () => {
    setUp('deps');
    rmSync(join(root, 'node_modules', '.bin', 'node'));
    expect(setUp('deps').status).toBe(0);
    expect(npmCalls()).toHaveLength(2);
  });
});

describe('a step that fails names itself, the fault and the cure', () => {
  test.each([
    [
      'no network',
      'echo "npm error code EAI_AGAIN" >&2; false',
      'the npm registry cannot be reached',
      'check the network',
    ],
    ['a stale lock file', 'echo "npm error code EUSAGE" >&2; false', 'package-lock.json disagree', 'npm install'],
    ['a full disk', 'echo "npm error ENOSPC" >&2; false', 'the disk is full', 'free about 1 GB'],
    ['no right to write', 'echo "npm error EACCES" >&2; false', 'may not be written', 'the user who runs this'],
    ['anything else', 'echo "npm error odd" >&2; false', 'npm ci failed', '| npm error odd'],
  ])('%s', (_name, install, fault, cure) => {
    writeNpm({ install });
    const { status, lines } = setUp('deps');
    expect(status).toBe(1);
    expect(lines).toContain('setup: dependencies FAILED');
    expect(lines).toMatch(new RegExp(`fault: .*${fault}`));
    expect(lines).toContain(cure);
  });

  test('an npm that is too old', () => {
    writeNpm({ version: '9.8.1' });
    expect(setUp('deps')).toMatchObject({
      status: 1,
      lines: expect.stringMatching(/npm 9\.8\.1 is too old.*\n.*npm install --global npm/),
    });
  });

  test('no npm at all', () => {
    rmSync(join(root, 'bin', 'npm'));
    expect(setUp('deps', join(root, 'bin'))).toMatchObject({
      status: 1,
      lines: expect.stringContaining('npm is not on PATH'),
    });
  });

  test('an install that brought no Node', () => {
    writeNpm({ install: 'exit 0' });
    expect(setUp('deps')).toMatchObject({ status: 1, lines: expect.stringContaining('allow install scripts') });
  });

  test('an unknown goal', () => {
    expect(setUp('everything')).toMatchObject({ status: 1, lines: expect.stringContaining('deps|app|test') });
    expect(setUp('toString').status).toBe(1);
  });

  test('a machine without apt-get and without the programs of the tests', () => {
    setUp('deps');
    const { status, lines } = setUp('test', join(root, 'bin'));
    expect(status).toBe(1);
    expect(lines).toMatch(
      /fault: chromium-headless-shell prometheus haproxy nginx redis-server docker-compose curl missing, and this machine has no apt-get/,
    );
  });

  test('a machine without apt-get that has Chromium with windows alone, which takes longer, is no failure', () => {
    setUp('deps');
    for (const program of ['chromium', 'prometheus', 'haproxy', 'nginx', 'redis-server', 'docker-compose', 'curl']) {
      writeProgram(`bin/${program}`, 'exit 0');
    }
    const { status, lines } = setUp('test', join(root, 'bin'));
    expect(status).toBe(0);
    expect(lines).toContain(
      'chromium-headless-shell missing, and this machine has no apt-get; chromium takes the place',
    );
    rmSync(join(root, 'bin', 'curl'));
    expect(setUp('test', join(root, 'bin')).lines).toContain('fault: chromium-headless-shell curl missing');
  });
});

describe('what a command sets up', () => {
  const { scripts } = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };

  test.each(['chaos', 'bench', 'dev'])(
    'npm run %s needs neither a browser nor Prometheus nor the built app',
    (name) => {
      const goal = /node scripts\/setup\.mjs (\w+) &&/.exec(scripts[name] ?? '')?.[1] ?? '';
      write('client/app/index.html', '<!doctype html>');
      const { status, lines } = setUp(goal);
      expect({ status, lines }).toEqual({
        status: 0,
        lines: expect.stringMatching(/^setup: dependencies: [^\n]+\nsetup: dependencies: installed\n$/),
      });
    },
  );
});

describe('a failure of apt-get is told by its cause', () => {
  test.each([
    ['Temporary failure resolving deb.debian.org', 'the package mirror cannot be reached', 'check the network'],
    ['E: Could not get lock /var/lib/dpkg/lock-frontend', 'another package manager is at work', 'wait until it ends'],
    ['E: Unable to locate package chromium', 'does not offer the packages', 'so that PATH finds them'],
    ['E: dpkg was interrupted', 'apt-get install failed', 'read what apt-get says'],
  ])('%s', (output, fault, cure) => {
    const words = describeFailure(explainAptFailure(['install', '-y'], output));
    expect(words).toContain('setup: test programs FAILED');
    expect(words).toMatch(new RegExp(`fault: .*${fault}`));
    expect(words).toMatch(new RegExp(`cure: .*${cure}`));
    expect(words).toContain(`| ${output}`);
  });
});

describe('building the app', () => {
  beforeEach(() => {
    setUp('deps');
    write('client/app/index.html', '<!doctype html>');
    write('client/app/src/main.tsx', '');
    write('protocol/src/index.ts', '');
    write('protocol/package.json', '{}');
    write('client/widgets/src/index.ts', '');
    writeVite(`const { mkdirSync, rmSync, writeFileSync } = require('node:fs');
      if (folder === 'app') rmSync(dist, { recursive: true, force: true });
      mkdirSync(dist + '/widgets', { recursive: true });
      const made = { 'app vite.config.ts': 'index.html', 'widgets vite.config.ts': 'widgets/quire.js' };
      writeFileSync(dist + '/' + (made[call] ?? 'widgets/quire.iife.js'), '');`);
  });

  function writeVite(build: string): void {
    write('node_modules/vite/package.json', '{}');
    write(
      'node_modules/vite/bin/vite.js',
      `const folder = require('node:path').basename(process.cwd());
      const call = folder + ' ' + process.argv.at(-1);
      const dist = '${root}/client/app/dist';
      require('node:fs').appendFileSync('${root}/vite-calls', call + '\\n');
      ${build}`,
    );
  }

  function calls(): string[] {
    return existsSync(join(root, 'vite-calls'))
      ? readFileSync(join(root, 'vite-calls'), 'utf8').trim().split('\n')
      : [];
  }

  function builds(): number {
    return calls().filter((call) => call.startsWith('app ')).length;
  }

  test('the widgets come after the app, which empties the folder that theirs is in', () => {
    expect(setUp('app').status).toBe(0);
    expect(calls()).toEqual(['app vite.config.ts', 'widgets vite.config.ts', 'widgets vite.iife.config.ts']);
  });

  test('it is built once, and again when a source of it changed', () => {
    expect(setUp('app').status).toBe(0);
    expect(setUp('app').status).toBe(0);
    expect(builds()).toBe(1);
    write('client/app/src/deep/new.ts', '');
    setUp('app');
    expect(builds()).toBe(2);
    write('protocol/src/index.ts', 'export {};');
    setUp('app');
    expect(builds()).toBe(3);
  });

  test('a changed test of it is no reason to build', () => {
    setUp('app');
    write('client/app/src/main.test.tsx', '');
    setUp('app');
    expect(builds()).toBe(1);
  });

  test('a build that went missing is made again', () => {
    setUp('app');
    rmSync(join(root, 'client', 'app', 'dist'), { recursive: true });
    setUp('app');
    expect(builds()).toBe(2);
  });

  test('a failed build says so, and is tried again although an older one lies there', () => {
    setUp('app');
    write('client/app/src/main.tsx', 'broken');
    writeVite("console.error('main.tsx: unexpected end'); process.exit(1);");
    expect(setUp('app')).toMatchObject({ status: 1, lines: expect.stringContaining('| main.tsx: unexpected end') });
    write('client/app/src/main.tsx', '');
    setUp('app');
    expect(builds()).toBe(3);
  });
});
