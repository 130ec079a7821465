import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Finished, runQuire } from '../testing/run-quire.ts';
import { checkConformance, isMissing } from './conformance-command.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quire-conformance-'));
});
afterEach(() => rm(directory, { recursive: true }));

const run = (args: readonly string[]): Promise<Finished> =>
  runQuire(['conformance', ...args], { directory, environment: {} }).finished;

describe('quire conformance', () => {
  it('hands what it is given to the suite, whatever it is', async () => {
    const { status, stdout } = await run(['--list']);
    expect(status).toBe(0);
    expect(stdout).toContain('receipted-survives');
    const help = await run(['--help']);
    expect(help.stdout).toContain('--kill-command');
  });

  it('ends with 2 when it can not be carried out, and says why', async () => {
    const nobody = await run(['ws://127.0.0.1:1/collab']);
    expect([nobody.status, nobody.stderr]).toEqual([2, expect.stringContaining('ws://127.0.0.1:1/collab')]);
    const noUrl = await run(['--only', 'G1', 'http://localhost:8080']);
    expect([noUrl.status, noUrl.stderr]).toEqual([2, expect.stringContaining('ws://')]);
  });

  it('says what to install where there is no suite', async () => {
    const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      await checkConformance([], '@quire/not-there/conformance');
      expect(process.exitCode).toBe(2);
      expect(written.mock.calls.flat().join('')).toContain('npm install @quire/testing');
    } finally {
      written.mockRestore();
      process.exitCode = 0;
    }
  });

  it.each([
    [
      'nothing of the name',
      'ERR_MODULE_NOT_FOUND',
      "Cannot find package '@quire/testing' imported from /app/server.js",
      true,
    ],
    [
      'one from before there was a suite',
      'ERR_PACKAGE_PATH_NOT_EXPORTED',
      'Package subpath \'./conformance\' is not defined by "exports" in /app/node_modules/@quire/testing/package.json',
      true,
    ],
    [
      'one that lacks something it needs',
      'ERR_MODULE_NOT_FOUND',
      "Cannot find package 'ws' imported from /app/node_modules/@quire/testing/src/frame-socket.js",
      false,
    ],
    [
      'one that lacks a file of its own',
      'ERR_MODULE_NOT_FOUND',
      "Cannot find module '/app/node_modules/@quire/testing/src/gone.js' imported from /app/node_modules/@quire/testing/src/index.js",
      false,
    ],
  ])('tells whether the suite is missing where there is %s', (_, code, message, expected) => {
    expect(isMissing(Object.assign(new Error(message), { code }), '@quire/testing/conformance')).toBe(expected);
  });
});
