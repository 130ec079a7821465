import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const ciRun = join(dirname(import.meta.dirname), '.ci', 'run');

let checkout: string;

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'quire-ci-'));
  mkdirSync(join(checkout, 'bin'));
  cpSync(ciRun, join(checkout, '.ci', 'run'));
});

afterEach(() => rmSync(checkout, { recursive: true }));

function runWithNpm(script: string): { status: number | null; lines: string[] } {
  const npm = join(checkout, 'bin', 'npm');
  writeFileSync(npm, `#!/bin/sh\n[ "$*" = test ] || exit 99\n${script}\n`);
  chmodSync(npm, 0o755);
  const { status, stdout } = spawnSync(join(checkout, '.ci', 'run'), {
    encoding: 'utf8',
    cwd: tmpdir(),
    env: { PATH: `${checkout}/bin:/usr/bin:/bin` },
  });
  return { status, lines: stdout.trimEnd().split('\n') };
}

describe('the last line of CI', () => {
  test('is that of a run that passed, once', () => {
    expect(runWithNpm('echo ok; echo "5 passed, 0 failed"')).toEqual({
      status: 0,
      lines: ['ok', '5 passed, 0 failed'],
    });
  });

  test('is that of a run that failed, whatever npm says after it', () => {
    const { status, lines } = runWithNpm('echo "5 passed, 2 failed"; echo "npm error code 1" >&2; exit 1');
    expect({ status, last: lines.at(-1) }).toEqual({ status: 1, last: '5 passed, 2 failed' });
  });

  test('owns up when the run broke off, also after a line that looked like its end', () => {
    expect(runWithNpm('echo "setup: app FAILED" >&2; exit 1')).toMatchObject({
      status: 1,
      lines: expect.arrayContaining(['0 passed, 1 failed']),
    });
    const { status, lines } = runWithNpm('echo "5 passed, 0 failed"; exit 137');
    expect({ status, last: lines.at(-1) }).toEqual({ status: 137, last: '0 passed, 1 failed' });
  });

  test('is never a success without a closing line', () => {
    const { status, lines } = runWithNpm('echo done; exit 0');
    expect({ status, last: lines.at(-1) }).toEqual({ status: 1, last: '0 passed, 1 failed' });
  });
});
