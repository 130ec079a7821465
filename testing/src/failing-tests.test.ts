import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';

const kit = dirname(import.meta.dirname);
const SEED = '42';
let said: string;

/** The examples that fail, run as anybody runs tests. */
beforeAll(() => {
  const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
  const args = [vitest, 'run', '--config', join(kit, 'examples', 'failing.config.ts')];
  const env = { PATH: process.env.PATH, QUIRE_TEST_SEED: SEED, NO_COLOR: '1' };
  const run = spawnSync(process.execPath, args, { cwd: kit, env, encoding: 'utf8' });
  said = `${run.stdout}\n${run.stderr}`;
});

describe('a test that fails says', () => {
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
