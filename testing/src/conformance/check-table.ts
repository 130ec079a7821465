import { checks } from './checks/index.ts';

/** The checks in Markdown, for docs/conformance.md. */
export function writeCheckTable(): string {
  const rows = checks.map(({ id, guarantee, title, does, passes, dialects }) => {
    const where = dialects === undefined ? '' : ` (${dialects.join(', ')})`;
    return `| ${guarantee} | \`${id}\`${where} | ${title} | ${does} | ${passes} |`;
  });
  return ['| | check | rule | what is done | what passes |', '| --- | --- | --- | --- | --- |', ...rows].join('\n');
}

/** Puts the table between its markers. */
export function renewCheckTable(page: string): string {
  const [begin, end] = ['<!-- checks -->', '<!-- /checks -->'];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`the page has no ${begin} followed by ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${writeCheckTable()}\n\n${page.slice(to)}`;
}
