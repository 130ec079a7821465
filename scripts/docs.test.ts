import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { renewCloseCodeTable } from '../protocol/src/close-code-table.ts';
import { closeCodes } from '../protocol/src/close-codes.ts';
import { renewLimitTable } from '../protocol/src/limit-table.ts';
import { withRetryHint } from '../protocol/src/retry-hint.ts';
import { describeApi } from '../server/src/api/openapi/describe-api.ts';
import { writeApiMarkdown } from '../server/src/api/openapi/docs-markdown.ts';
import { renewCheckTable } from '../testing/src/conformance/check-table.ts';
import { collectCitations, renewCitations } from './docs/test-citations.ts';
import { renewWidgetReference } from './docs/widget-reference.ts';
import { listPages } from './snippets/read-snippets.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const pages = listPages(root);
const ids = [
  ...Array.from({ length: 8 }, (_, at) => `G${at + 1}`),
  ...Array.from({ length: 16 }, (_, at) => `R${at + 1}`),
];

describe('the docs (node scripts/write-docs.ts renews what they take from the code)', () => {
  it('the table of close codes is the one in the code', () => {
    const page = read('docs/protocol.md');
    expect(page).toBe(renewCloseCodeTable(page));
  });

  it('a retry hint looks as the server writes it', () => {
    const { reason } = withRetryHint(closeCodes.serviceRestart, { minMs: 500, maxMs: 2_500 });
    expect(read('docs/protocol.md')).toContain(`\`${reason}\``);
  });

  it('the table of limits is the one in the code', () => {
    const page = read('docs/protocol.md');
    expect(page).toBe(renewLimitTable(page));
  });

  it('the table of conformance checks is the one in the code', () => {
    const page = read('docs/conformance.md');
    expect(page).toBe(renewCheckTable(page));
  });

  it('the HTTP API is described as the code describes it', () => {
    expect(read('docs/api.md')).toBe(writeApiMarkdown(describeApi()));
  });

  it('the widgets are described as they describe themselves', () => {
    const page = read('docs/widgets.md');
    expect(page).toBe(renewWidgetReference(page));
  });

  it('each guarantee lists the tests that cite it, and only those', () => {
    const page = read('docs/guarantees.md');
    expect(page).toBe(renewCitations(page, collectCitations(root)));
  });

  it.each(ids)('%s has its place, and tests unless it says that it is not built yet', (id) => {
    const section = read('docs/guarantees.md')
      .split(/^## /m)
      .find((candidate) => candidate.startsWith(`${id} `));
    expect(section).toContain(`<!-- tests:${id} -->`);
    const isBuilt = !section?.includes('**Not built yet.**');
    const tests = [...(section ?? '').matchAll(/^- .* \(`.+`\)$/gm)];
    expect(tests.length > 0).toBe(isBuilt);
  });

  it('the quick start installs the versions that its examples are tested with', () => {
    const { dependencies } = JSON.parse(read('client/examples/package.json')) as {
      dependencies: Record<string, string>;
    };
    const blocks = [...read('docs/quick-start.md').matchAll(/^```sh[^\n]*\n([\s\S]*?)^```$/gm)].map(
      ([, code = '']) => code,
    );
    const installs = blocks.filter((code) => code.includes('npm install')).join(' ');
    const packages = installs.split(/\s+/).filter((word) => /^@tiptap\/|\w@\d/.test(word));
    expect(packages.filter((word) => word !== withVersion(dependencies, word))).toEqual([]);
    const ofTiptap = Object.keys(dependencies).filter((name) => name.startsWith('@tiptap/'));
    expect(packages).toEqual(expect.arrayContaining(ofTiptap.map((name) => withVersion(dependencies, name))));
  });

  it.each(pages)('%s installs packages of this repository from their tarballs', (page) => {
    expect(read(page).match(/^npm install .*@quire\/.*$/gm)).toBeNull();
  });

  it.each(pages)('every link of %s leads to a file', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => match[1] ?? '');
    const broken = links.filter((link) => !existsSync(resolve(root, dirname(page), link)));
    expect(broken).toEqual([]);
  });
});

function withVersion(versions: Readonly<Record<string, string>>, word: string): string {
  const [name = ''] = /^@?[^@]+/.exec(word) ?? [];
  return `${name}@${versions[name]}`;
}
