import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = dirname(dirname(import.meta.dirname));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Where the examples run: the first two with vitest, the last in a browser. */
const RUN = ['testing/examples/quick-start.test.ts', 'testing/examples/faults.test.ts', 'e2e/browser/test-kit.spec.ts'];
const PAGES = ['docs/testing.md', 'testing/README.md'];

/** An example within a test stands further in than on a page. */
const withoutIndent = (text: string): string => text.replaceAll(/^[ \t]+/gm, '').trim();

const run = RUN.map((path) => withoutIndent(read(path)));

function fencesOf(page: string): readonly string[] {
  return [...read(page).matchAll(/^```ts[^\n]*\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');
}

describe('what the docs show runs', () => {
  test.each(PAGES.flatMap((page) => fencesOf(page).map((fence) => [page, fence.split('\n')[0], fence] as const)))(
    '%s: %s',
    (_page, _firstLine, fence) => {
      expect(run.filter((text) => text.includes(withoutIndent(fence)))).not.toEqual([]);
    },
  );

  test('and there is something to run on every page', () => {
    expect(PAGES.map((page) => fencesOf(page).length)).toEqual([15, 1]);
  });
});
