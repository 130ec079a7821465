import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { withoutStartingServices } from './service-policy.mjs';

let folder: string;
let policy: string;
let running: ChildProcess | null = null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quire-policy-'));
  policy = join(folder, 'policy-rc.d');
});

afterEach(() => {
  if (running !== null) killWhole(running);
  running = null;
  rmSync(folder, { recursive: true });
});

/** With what it has started, which would go on without it. */
function killWhole({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}

/** A set-up whose install is a program that would take a minute; resolves once that program runs. */
async function beginLongInstall(): Promise<{ readonly child: ChildProcess; readonly words: () => string }> {
  const modules = JSON.stringify(import.meta.dirname);
  const script = [
    '--input-type=module',
    '-e',
    `const { withoutStartingServices } = await import(${modules} + '/service-policy.mjs');
     const { runInterruptibly } = await import(${modules} + '/command.mjs');
     const install = async (interruption) => {
       const running = runInterruptibly('sleep', ['60'], { cwd: '/', env: process.env, interruption });
       console.log('installing');
       await running;
     };
     await withoutStartingServices(install, ${JSON.stringify(policy)}).catch((error) => console.log(error.message));`,
  ];
  const child = spawn(process.execPath, script, { detached: true });
  running = child;
  let words = '';
  child.stderr.on('data', (text) => {
    words += String(text);
  });
  const begun = Promise.withResolvers<void>();
  child.stdout.on('data', (text) => {
    words += String(text);
    if (words.includes('installing')) begun.resolve();
  });
  child.once('exit', () => begun.reject(new Error(words)));
  await begun.promise;
  return { child, words: () => words };
}

describe('while packages are installed', () => {
  test('no service may start; afterwards all is as before', async () => {
    await withoutStartingServices(async () => {
      expect(spawnSync(policy, ['prometheus', 'start']).status).toBe(101);
    }, policy);
    expect(existsSync(policy)).toBe(false);
  });

  test('a failure leaves no policy behind', async () => {
    const failing = withoutStartingServices(() => Promise.reject(new Error('no such package')), policy);
    await expect(failing).rejects.toThrow('no such package');
    expect(existsSync(policy)).toBe(false);
  });

  test("a machine's own policy holds, and stays", async () => {
    const own = '#!/bin/sh\nexit 0\n';
    writeFileSync(policy, own, { mode: 0o755 });
    await withoutStartingServices(async () => expect(readFileSync(policy, 'utf8')).toBe(own), policy);
    expect(readFileSync(policy, 'utf8')).toBe(own);
  });

  test('what a killed run left behind is taken away by the next', async () => {
    const { child } = await beginLongInstall();
    killWhole(child);
    await once(child, 'close');
    expect(existsSync(policy)).toBe(true);
    await withoutStartingServices(async () => expect(spawnSync(policy).status).toBe(101), policy);
    expect(existsSync(policy)).toBe(false);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s ends the program, takes the policy away, and says so',
    async (signal) => {
      const { child, words } = await beginLongInstall();
      expect(existsSync(policy)).toBe(true);
      child.kill(signal);
      await once(child, 'close');
      expect(words()).toContain(`interrupted by ${signal}`);
      expect(existsSync(policy)).toBe(false);
    },
  );
});
