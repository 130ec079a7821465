import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';

const kit = dirname(import.meta.dirname);
const SEED = '42';

/** Runs examples that fail as anybody runs tests. */
function runExamples(program: string, command: string, config: string): { stdout: string; stderr: string } {
  const [name = ''] = /^(?:@[^/]+\/)?[^/]+/.exec(program) ?? [];
  const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  const args = [join(folder, program.slice(name.length)), command, '--config', join(kit, 'examples', config)];
  const env = { PATH: process.env.PATH, QUIRE_TEST_SEED: SEED, NO_COLOR: '1' };
  return spawnSync(process.execPath, args, { cwd: kit, env, encoding: 'utf8' });
}

describe('a test that fails says', () => {
  let said: string;

  beforeAll(() => {
    const { stdout, stderr } = runExamples('vitest/vitest.mjs', 'run', 'failing.config.ts');
    said = `${stdout}\n${stderr}`;
  });

  test('in what documents differ, and what went over whose line, once', () => {
    expect(said).toContain('the documents have not converged');
    expect(said).toContain('"body" differs from character 0 on: ada has "Hello" (of 5), ben "" (of 0); by ada');
    expect(said).toMatch(/ada {2}→ update, \d+ bytes/);
    expect(said).toMatch(/ben {2}link: offline/);
    expect(said).toMatch(/failing\.ts:11:\d+/);
    // The people of the fixture are told of where nobody else does: by their names, with a capital.
    expect(said).not.toMatch(/Ben {2}/);
  });

  test('what people did, where the error does not', () => {
    expect(said).toMatch(/Cleo {2}← let in \(read-write\)/);
    expect(said).toMatch(/Cleo {2}→ update, \d+ bytes/);
  });

  test('how it is run again with the same numbers', () => {
    expect(said).toContain(`The seed was ${SEED}. QUIRE_TEST_SEED=${SEED} before the command runs it again`);
  });
});

interface Attachment {
  readonly name: string;
  readonly body: string;
}

test('a test of Playwright that fails has what went over the lines of all, and what the server printed, attached', {
  timeout: 60_000,
}, () => {
  const { stdout } = runExamples('@playwright/test/cli.js', 'test', 'failing-playwright.config.ts');
  const { suites } = JSON.parse(stdout) as {
    readonly suites: readonly {
      readonly specs: readonly {
        readonly tests: readonly { readonly results: readonly { readonly attachments: readonly Attachment[] }[] }[];
      }[];
    }[];
  };
  const attachments = suites
    .flatMap(({ specs }) => specs)
    .flatMap(({ tests }) => tests)
    .flatMap(({ results }) => results)
    .flatMap((result) => result.attachments);
  const read = (name: string): string => {
    const found = attachments.find((attachment) => attachment.name === name);
    return Buffer.from(found?.body ?? '', 'base64').toString();
  };
  expect(read('timeline')).toMatch(/Ada {7}→ update, \d+ bytes/);
  expect(read('timeline')).toMatch(/Ben {7}link: offline/);
  expect(read('timeline')).toMatch(/the page {2}link: delayed by 5 ms/);
  expect(read('server log')).toContain(' is ready at ');
});
