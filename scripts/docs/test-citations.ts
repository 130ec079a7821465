import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface CitingTest {
  readonly file: string;
  readonly title: string;
}

const TEST_FILES = '{protocol,persistence,server,client,testing,e2e,scripts}/**/*.{test,spec}.{ts,tsx}';
/** Whose cases have their titles in a table, beside the test that goes through it. */
const TABLES = ['e2e/bad-input/offences.ts'];
const TITLE =
  /\b(?:it|test|offence)(?:\.each\([\s\S]*?\))?\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g;

/** Tests whose title cites a guarantee or rule, such as `[G1] …`, by that id. */
export function collectCitations(root: string): ReadonlyMap<string, readonly CitingTest[]> {
  const byId = new Map<string, CitingTest[]>();
  const files = globSync([TEST_FILES, ...TABLES], {
    cwd: root,
    exclude: (path) => path.includes('node_modules'),
  }).sort();
  for (const file of files) {
    for (const title of titlesIn(readFileSync(join(root, file), 'utf8'))) {
      for (const [, id = ''] of title.matchAll(/\[([GR]\d+)\]/g)) {
        byId.set(id, [...(byId.get(id) ?? []), { file, title: title.replaceAll(/\[[GR]\d+\] ?/g, '') }]);
      }
    }
  }
  return byId;
}

function titlesIn(source: string): string[] {
  const found = [...source.matchAll(TITLE)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
  return found.map((title) => title.replaceAll(/\\(.)/g, '$1'));
}

/** Puts the tests of each guarantee between its markers. */
export function renewCitations(page: string, citations: ReadonlyMap<string, readonly CitingTest[]>): string {
  return page.replaceAll(/<!-- tests:([GR]\d+) -->[\s\S]*?<!-- \/tests -->/g, (_block, id: string) => {
    const lines = (citations.get(id) ?? []).map(({ file, title }) => `- ${title} (\`${file}\`)`);
    return `<!-- tests:${id} -->\n\n${lines.join('\n')}\n\n<!-- /tests -->`;
  });
}
