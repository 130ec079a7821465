import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  findSnippets,
  isPartOf,
  isPromised,
  listPages,
  readPromisedOutput,
  readSnippets,
  type Snippet,
} from './snippets/read-snippets.ts';
import type { Outcome } from './snippets/run-snippets.ts';

const root = dirname(import.meta.dirname);
const RUN_TIMEOUT_MS = 120_000;

const snippets = readSnippets(root);
const placeOf = ({ page, line, language }: Snippet) => `${page}:${line} (${language})`;
const ofKind = <Kind extends Snippet['fate']['kind']>(kind: Kind) =>
  snippets.flatMap((snippet) => {
    const { fate } = snippet;
    return fate.kind === kind
      ? [{ place: placeOf(snippet), snippet, fate: fate as Extract<typeof fate, { kind: Kind }> }]
      : [];
  });

const run = ofKind('run');
const copies = ofKind('copy');
const elsewhere = ofKind('elsewhere');

describe('the code that readers of the docs copy', () => {
  let outcomes: ReadonlyMap<string, Outcome>;

  beforeAll(async () => {
    outcomes = await runAll({ also: BROKEN });
    console.info(
      `${snippets.length} code blocks: ${run.length} run here, ${copies.length} are files that tests run, ` +
        `${elsewhere.length} run in other tests`,
    );
  }, RUN_TIMEOUT_MS);

  it.each(run)('$place does what it says', ({ snippet }) => {
    const outcome = outcomes.get(`${snippet.page}:${snippet.line}`);
    expect(outcome, 'it was not run at all').toBeDefined();
    expect(outcome?.fault).toBeNull();
  });

  it.each(copies)('$place is as in $fate.file, which tests run', ({ snippet, fate }) => {
    expect(isPartOf(snippet.code, readFileSync(join(root, fate.file), 'utf8'))).toBe(true);
  });

  it.each(elsewhere)('$place is run by $fate.test, which names its page', ({ snippet, fate }) => {
    const path = join(root, fate.test);
    expect(existsSync(path)).toBe(true);
    expect(readFileSync(path, 'utf8')).toContain(basename(snippet.page));
  });

  it.each([
    [5, /gone wrong/],
    [9, /nobody awaits/],
    [14, /it prints \[ '3' \]/],
    [18, /ends with 22/],
    [22, /nobody knows what "nothing of ours" is/],
  ])('a block that does not is found out: line %i of a page that was made up', (line, fault) => {
    expect(outcomes.get(`docs/broken.md:${line}`)?.fault).toMatch(fault);
  });

  it('is all of it run by somebody', () => {
    expect(run.length).toBeGreaterThan(15);
  });

  it('stands in no block without a language, where nobody would run it; nor do settings', () => {
    const unfenced = listPages(root).map((page) => [
      page,
      readFileSync(join(root, page), 'utf8').replaceAll(/^ *```\S[\s\S]*?^ *```$/gm, ''),
    ]);
    const commands = unfenced.flatMap(([page, text = '']) =>
      [
        ...text.matchAll(
          /^ *(?:```\n| {4})(?:\$ |[A-Z][A-Z\d_]*=|(?:\w+=\S+ )*(?:npm|npx|node|quire|curl|docker|kubectl) )\S.*$/gm,
        ),
      ].map(([command]) => `${page}: ${command.trim()}`),
    );
    expect(commands).toEqual([]);
  });
});

/** A page of blocks that fail, each in its own way. */
const BROKEN = `# Broken

Awaited:

\`\`\`js
throw new Error('gone wrong');
\`\`\`

\`\`\`js
queueMicrotask(() => Promise.reject(new Error('nobody awaits this')));
await new Promise((resolve) => setTimeout(resolve));
\`\`\`

\`\`\`js
console.log(1 + 2); // 4
\`\`\`

\`\`\`sh
curl http://localhost:8080/v1/documents/unknown
\`\`\`

\`\`\`js given: nothing of ours
\`\`\`
`;

describe('a block of code', () => {
  const fateOf = (block: string) => findSnippets('docs/page.md', block)[0]?.fate;

  it('is run, unless it says that somebody else does', () => {
    expect(fateOf('```js\nlet a;\n```\n')).toEqual({ kind: 'run', given: [], proofs: [] });
    expect(fateOf('```js given: client, room then: shown\n```\n')).toEqual({
      kind: 'run',
      given: ['client', 'room'],
      proofs: ['shown'],
    });
    expect(fateOf('```ts file: client/examples/tiptap/main.ts\n```\n')).toEqual({
      kind: 'copy',
      file: 'client/examples/tiptap/main.ts',
    });
    expect(fateOf('```js tested: e2e/a.test.ts\n```\n')).toEqual({ kind: 'elsewhere', test: 'e2e/a.test.ts' });
  });

  it.each([
    ['is none of', '```sh no-run: needs Docker\n```\n'],
    ['is none of', '```sh needs Docker\n```\n'],
    ['says nothing', '```sh tested:\n```\n'],
    ['html is not run here', '```html\n```\n'],
    ['call it sh', '```bash\n```\n'],
  ])('is refused where it says nothing that can be held to it: %s', (fault, block) => {
    expect(() => findSnippets('docs/page.md', `Text.\n\n${block}`)).toThrow(fault);
    expect(() => findSnippets('docs/page.md', `Text.\n\n${block}`)).toThrow('docs/page.md:3');
  });

  it('is found within a list, and data is not taken for it', () => {
    const [found, ...others] = findSnippets(
      'docs/page.md',
      '- A list:\n\n  ```js\n  if (a)\n    b();\n  ```\n\n```json\n{}\n```\n',
    );
    expect(found).toMatchObject({ line: 3, language: 'js', code: 'if (a)\n  b();\n' });
    expect(others).toEqual([]);
  });

  it('is part of a file only with whole lines of it, in a row', () => {
    expect(isPartOf('b;\nc;\n', 'a;\nb;\nc;\n')).toBe(true);
    expect(isPartOf('b;\n', 'ab;\n')).toBe(false);
    expect(isPartOf('a;\nc;\n', 'a;\nb;\nc;\n')).toBe(false);
  });

  it('prints what its comments say, where all that it prints has one', () => {
    const code = 'console.log(one()); // 1: the first\nconsole.log(two()); // 2\n';
    const promised = readPromisedOutput(code) ?? [];
    expect(isPromised(['1', '2'], promised)).toBe(true);
    expect(isPromised(['2', '2'], promised)).toBe(false);
    expect(isPromised(['1'], promised)).toBe(false);
    for (const more of ['42', '4.5', '4 apples']) expect(isPromised(['4'], [more])).toBe(false);
    expect(readPromisedOutput(`${code}console.log(three());\n`)).toBeNull();
  });
});

/** Those of this repository, and those of one more page. */
async function runAll({ also }: { readonly also: string }): Promise<ReadonlyMap<string, Outcome>> {
  const folder = mkdtempSync(join(tmpdir(), 'quire-snippet-report-'));
  try {
    mkdirSync(join(folder, 'docs'));
    writeFileSync(join(folder, 'docs', 'broken.md'), also);
    const report = join(folder, 'report.json');
    const program = join(root, 'scripts', 'snippets', 'run-snippets.ts');
    const args = ['--root', root, '--root', folder, '--report', report];
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let complaints = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaints += text;
    });
    await once(child, 'close');
    if (!existsSync(report)) throw new Error(`the blocks could not be run:\n${complaints}`);
    const outcomes: Outcome[] = JSON.parse(readFileSync(report, 'utf8'));
    return new Map(outcomes.map((outcome) => [outcome.place, outcome]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
