import { closeCodes } from './close-codes.ts';

const BEGIN = '<!-- close-codes:begin -->';
const END = '<!-- close-codes:end -->';

/** The table of close codes in Markdown, for docs/protocol.md. */
export function writeCloseCodeTable(): string {
  const rows = Object.values(closeCodes)
    .toSorted((a, b) => a.code - b.code)
    .map(({ code, name, retry, reason }) => `| ${code} | \`${name}\` | ${retry} | ${reason} |`);
  return ['| code | name | retry | reason |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** Puts the current table between its markers. */
export function renewCloseCodeTable(page: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin === -1 || end < begin) throw new Error('the page has no markers for the table of close codes');
  return `${page.slice(0, begin + BEGIN.length)}\n\n${writeCloseCodeTable()}\n\n${page.slice(end)}`;
}
