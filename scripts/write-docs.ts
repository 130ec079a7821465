// Renews what docs/ takes from the code: the HTTP API, the tables of close codes, limits and conformance checks, the widgets, and the
// tests that cite each guarantee.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renewCloseCodeTable } from '../protocol/src/close-code-table.ts';
import { renewLimitTable } from '../protocol/src/limit-table.ts';
import { describeApi } from '../server/src/api/openapi/describe-api.ts';
import { writeApiMarkdown } from '../server/src/api/openapi/docs-markdown.ts';
import { renewCheckTable } from '../testing/src/conformance/check-table.ts';
import { collectCitations, renewCitations } from './docs/test-citations.ts';
import { renewWidgetReference } from './docs/widget-reference.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

function renew(path: string, change: (page: string) => string): void {
  writeFileSync(`${root}${path}`, change(readFileSync(`${root}${path}`, 'utf8')));
}

writeFileSync(`${root}docs/api.md`, writeApiMarkdown(describeApi()));
renew('docs/protocol.md', (page) => renewLimitTable(renewCloseCodeTable(page)));
renew('docs/conformance.md', renewCheckTable);
renew('docs/guarantees.md', (page) => renewCitations(page, collectCitations(root)));
renew('docs/widgets.md', renewWidgetReference);
