import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is known to hold of a code block, as the words behind its language say. */
export type Fate =
  /** It is run, with what `given` names around it and what `proofs` behind it. */
  | { readonly kind: 'run'; readonly given: readonly string[]; readonly proofs: readonly string[] }
  /** It is a part of this file, line by line, which other tests run. */
  | { readonly kind: 'copy'; readonly file: string }
  /** This test runs it. */
  | { readonly kind: 'elsewhere'; readonly test: string };

export interface Snippet {
  readonly page: string;
  /** Where it begins, with its language. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
  readonly fate: Fate;
}

/** Whatever a reader may take for a guide: fragments of generated pages too, should they ever have any. */
const PAGES = ['README.md', 'docs/*.md', '{protocol,persistence,server,testing}/*.md', 'client/*/*.md'];

const RUNNABLE = new Set(['js', 'ts', 'sh']);
/** Programs as well, but for a browser, a build, or another server: somebody else has to run them. */
const SHOWN = new Set(['html', 'jsx', 'tsx', 'css', 'vue', 'svelte', 'haproxy', 'nginx', 'yaml']);
/** By these names a program would pass for data. */
const ALIASES: Readonly<Record<string, string>> = {
  javascript: 'js',
  mjs: 'js',
  typescript: 'ts',
  bash: 'sh',
  shell: 'sh',
  zsh: 'sh',
  console: 'sh',
};

const FENCE = /^( *)```([^\n]*)\n([\s\S]*?)^ *```[ \t]*$/gm;

export function listPages(root: string): readonly string[] {
  return globSync(PAGES, { cwd: root, exclude: (path) => path.includes('node_modules') }).sort();
}

export function readSnippets(root: string): readonly Snippet[] {
  return listPages(root).flatMap((page) => findSnippets(page, readFileSync(join(root, page), 'utf8')));
}

/** Those that say of themselves that this test runs them, so that none is left out of it. @param test its path, as the pages write it */
export function readSnippetsFor(root: string, test: string): readonly Snippet[] {
  return readSnippets(root).filter(({ fate }) => fate.kind === 'elsewhere' && fate.test === test);
}

/** @throws where a block says nothing of itself that can be held to it */
export function findSnippets(page: string, text: string): readonly Snippet[] {
  return [...text.matchAll(FENCE)].flatMap((match) => {
    const [, indent = '', info = '', body = ''] = match;
    const [, language = '', words = ''] = /^(\S*)\s*(.*)$/.exec(info.trim()) ?? [];
    const line = text.slice(0, match.index).split('\n').length;
    const place = `${page}:${line}`;
    const proper = ALIASES[language];
    if (proper !== undefined) throw new Error(`${place}: call it ${proper}, as all others are, and not ${language}`);
    if (!RUNNABLE.has(language) && !SHOWN.has(language)) return [];
    const fate = readFate(words, place);
    if (fate.kind === 'run' && SHOWN.has(language)) {
      throw new Error(`${place}: ${language} is not run here; say "file: …" or "tested: …" behind it`);
    }
    const code = body.replaceAll(new RegExp(`^ {0,${indent.length}}`, 'gm'), '');
    return [{ page, line, language, code, fate }];
  });
}

function readFate(words: string, place: string): Fate {
  const [, key = '', value = ''] = /^(file|tested):\s*(.*)$/.exec(words) ?? [];
  if (key !== '' && value === '') throw new Error(`${place}: "${key}:" says nothing`);
  if (key === 'file') return { kind: 'copy', file: value };
  if (key === 'tested') return { kind: 'elsewhere', test: value };
  const asked = /^(?:given:\s*(?<given>[\w, -]+?))?\s*(?:then:\s*(?<then>[\w, -]+))?$/.exec(words);
  if (asked === null) {
    throw new Error(`${place}: "${words}" is none of "given: …", "then: …", "file: …", "tested: …"`);
  }
  return { kind: 'run', given: namesIn(asked.groups?.given), proofs: namesIn(asked.groups?.then) };
}

function namesIn(list: string | undefined): readonly string[] {
  return list === undefined ? [] : list.split(',').map((name) => name.trim());
}

/** What comments say that `console.log` prints, in order; null where not all of its lines say so. */
export function readPromisedOutput(code: string): readonly string[] | null {
  const lines = code.split('\n').filter((line) => line.includes('console.log('));
  const promised = lines.flatMap((line) => /console\.log\(.*\);\s*\/\/ (.+)$/.exec(line)?.[1] ?? []);
  return promised.length === lines.length && lines.length > 0 ? promised : null;
}

/** Whether every line of the block stands in the text, in a row. */
export function isPartOf(code: string, text: string): boolean {
  return `\n${text}`.includes(`\n${code}`);
}

/** What may stand between what is printed and why: a space alone would let `4` pass for `4 apples`. */
const SEPARATOR = /^(?:$|[:,;]\s|\s\()/;

/** What is printed stands at the beginning of what was promised, which may go on to explain it. */
export function isPromised(printed: readonly string[], promised: readonly string[]): boolean {
  return (
    printed.length === promised.length &&
    printed.every((text, at) => {
      const [is, says] = [text.trim(), promised[at]?.trim()];
      return is !== '' && says?.startsWith(is) === true && SEPARATOR.test(says.slice(is.length));
    })
  );
}
