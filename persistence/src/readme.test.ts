import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { RETRYABLE_BY_CODE } from './errors.ts';

it('README.md lists every error code with its retryability', async () => {
  const text = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const listed = new Map<string, boolean>();
  for (const [, codes = '', retry] of text.matchAll(/^\| (`[A-Z_`, ]+`) \| (yes|no) \|/gm)) {
    for (const [, code = ''] of codes.matchAll(/`([A-Z_]+)`/g)) listed.set(code, retry === 'yes');
  }
  expect(Object.fromEntries(listed)).toEqual({ ...RETRYABLE_BY_CODE });
});
