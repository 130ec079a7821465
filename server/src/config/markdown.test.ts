import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { fields } from './fields.ts';
import { renderConfigTable, renewConfigTable } from './markdown.ts';

it('the README shows the settings as they are: run "node scripts/write-config-table.ts" when this fails', async () => {
  const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8');
  expect(readme).toBe(renewConfigTable(readme));
});

it('gives every setting a row, and no cell breaks the table', () => {
  const rows = renderConfigTable().split('\n').slice(2);
  expect(rows).toHaveLength(fields.length);
  for (const row of rows) expect(row.replaceAll('\\|', '').split('|')).toHaveLength(6);
});

it('keeps the text around the table, and refuses a text without markers', async () => {
  const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8');
  const stale = readme.replace(/\| `port`.*\n/, '');
  expect(stale).not.toBe(readme);
  expect(renewConfigTable(stale)).toBe(readme);
  expect(() => renewConfigTable('# Quire')).toThrow('config:begin');
});
