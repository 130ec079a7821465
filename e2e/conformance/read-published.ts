import type { CheckResult } from '@quire/testing/conformance';
import { words } from './publish.ts';

type OutcomeKind = CheckResult['outcome']['kind'];

/** What a page says came out, by the ids of the checks. */
export type Outcomes = Readonly<Record<string, OutcomeKind>>;

const HEAD = /^\| +\| check \| (.+) \|$/m;
const ROW = /^\| G\d \| .*\(`([\w-]+)`\) \| (.+) \|$/gm;
const BLOCK = /^\*\*(.+)\*\*: (\d+) passed, (\d+) failed, (\d+) not checked\.\n\n```text\n([\s\S]*?)^```$/gm;
const LINE = /^(passed|FAILED|not checked) +G\d +([\w-]+) +(.*?)(?: \(\d+ ms\)|: .*)?$/gm;

const kindsByWord: ReadonlyMap<string, OutcomeKind> = new Map(
  (Object.keys(words) as OutcomeKind[]).map((kind) => [words[kind], kind]),
);
const kindsByPrint: ReadonlyMap<string, OutcomeKind> = new Map([
  ['passed', 'passed'],
  ['FAILED', 'failed'],
  ['not checked', 'not-checked'],
]);

/** What the table says, by the labels of the servers. */
export function readTable(page: string): ReadonlyMap<string, Outcomes> {
  const section = resultsIn(page);
  const labels = cellsOf(HEAD.exec(section)?.[1]);
  const rows = [...section.matchAll(ROW)].map(([, id = '', cells]) => ({ id, cells: cellsOf(cells) }));
  return new Map(
    labels.map((label, column) => [
      label,
      Object.fromEntries(rows.map(({ id, cells }) => [id, kindOf(kindsByWord, cells[column])])),
    ]),
  );
}

export interface Printed {
  /** By the ids of the checks, in the order of the lines. */
  readonly titles: Readonly<Record<string, string>>;
  readonly outcomes: Outcomes;
  readonly counts: Readonly<Record<OutcomeKind, number>>;
}

/** What was printed of each check, by the labels of the servers. */
export function readPrinted(page: string): ReadonlyMap<string, Printed> {
  return new Map(
    [...resultsIn(page).matchAll(BLOCK)].map(([, label = '', passed, failed, unchecked, text = '']) => {
      const lines = [...text.matchAll(LINE)].map(([, word, id = '', title = '']) => ({ word, id, title }));
      const printed = {
        titles: Object.fromEntries(lines.map(({ id, title }) => [id, title])),
        outcomes: Object.fromEntries(lines.map(({ id, word }) => [id, kindOf(kindsByPrint, word)])),
        counts: { passed: Number(passed), failed: Number(failed), 'not-checked': Number(unchecked) },
      };
      return [label, printed];
    }),
  );
}

/** In words, each check whose outcome is another one than the page has; a check that the page has not is one of these. */
export function findDifferences(published: Outcomes | undefined, results: readonly CheckResult[]): readonly string[] {
  return results.flatMap(({ check: { id }, outcome: { kind } }) => {
    const before = published?.[id] ?? 'missing';
    return before === kind ? [] : [`${id}: ${kind}, and ${before} on the page`];
  });
}

/** Further up, what the checks are is in a table like it. */
function resultsIn(page: string): string {
  return page.slice(page.indexOf('<!-- results -->'));
}

function cellsOf(line = ''): readonly string[] {
  return line.split(' | ');
}

function kindOf(kinds: ReadonlyMap<string, OutcomeKind>, word = ''): OutcomeKind {
  const kind = kinds.get(word);
  if (kind === undefined) throw new Error(`"${word}" is no outcome of a check`);
  return kind;
}
