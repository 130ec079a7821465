import { closeCodes } from './close-codes.ts';
import { putTable } from './marked-table.ts';

/** The table of close codes in Markdown, for docs/protocol.md. */
export function writeCloseCodeTable(): string {
  const rows = Object.values(closeCodes)
    .toSorted((a, b) => a.code - b.code)
    .map(({ code, name, retry, reason }) => `| ${code} | \`${name}\` | ${retry} | ${reason} |`);
  return ['| code | name | retry | reason |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** Puts the current table between its markers. */
export function renewCloseCodeTable(page: string): string {
  return putTable(page, 'close-codes', writeCloseCodeTable());
}
