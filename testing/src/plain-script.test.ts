import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quire-script-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs a program that has only `@quire/testing`. Its temporary files go where it can be seen what is left of them. */
function run(code: string): {
  readonly said: string;
  readonly status: number | null;
  readonly left: readonly string[];
} {
  const script = join(folder, 'script.mjs');
  const kit = JSON.stringify(import.meta.resolve('./index.ts'));
  writeFileSync(script, `import { startServer } from ${kit};\n${code}`);
  const temporary = mkdtempSync(join(folder, 'temporary-'));
  const { stdout, stderr, status } = spawnSync(process.execPath, [script], {
    env: { PATH: process.env.PATH, TMPDIR: temporary },
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { said: stdout + stderr, status, left: readdirSync(temporary) };
}

const JOURNEY = `
  const ada = await server.join('plan', { name: 'Ada' });
  ada.doc.getText('body').insert(0, 'Hello');
  await ada.saved();
  await server.restart();
  await ada.synced();`;

describe('a script without a test runner', () => {
  test.each(['{}', "{ storage: 'memory' }"])(
    'ends by itself once its servers are stopped, has said only what it said itself, and takes signals as ever: startServer(%s)',
    (options) => {
      const { said, status, left } = run(`
        const taken = () => process.eventNames().filter((name) => /^(SIG|uncaught|unhandled)/.test(name)).join();
        {
          await using server = await startServer(${options});
          await using other = await startServer(${options});
          ${JOURNEY}
          console.log('taken:', taken());
        }`);
      expect({ said, status, left }).toEqual({ said: 'taken: \n', status: 0, left: [] });
    },
  );

  test.each(['{}', '{ ownProcess: true }'])(
    'leaves no data behind where it ends without stopping its servers: startServer(%s)',
    (options) => {
      const { status, left } = run(`
        const server = await startServer(${options});
        ${JOURNEY}
        process.exit(3);`);
      expect({ status, left: left.filter((name) => name.startsWith('quire-')) }).toEqual({ status: 3, left: [] });
    },
  );
});
