import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { readSnippets } from '../snippets/read-snippets.ts';

const root = join(import.meta.dirname, '..', '..');

it('Prometheus takes the configuration of docs/metrics.md, with the rules that it names beside it', () => {
  const block = readSnippets(root).find(({ page, language }) => page === 'docs/metrics.md' && language === 'yaml');
  const folder = mkdtempSync(join(tmpdir(), 'quire-scrape-docs-'));
  try {
    for (const name of parse(block?.code ?? '').rule_files) {
      copyFileSync(join(root, 'deploy', 'prometheus', name), join(folder, name));
    }
    writeFileSync(join(folder, 'prometheus.yml'), block?.code ?? '');
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'config', 'prometheus.yml'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: expect.stringMatching(/\b\d+ rules found/) });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
