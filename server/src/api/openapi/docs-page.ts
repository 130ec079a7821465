import { escapeHtml } from '../../content/escape-html.ts';
import type { ApiDescription, DescribedOperation, JsonSchema, MediaTypes } from './describe-api.ts';
import { exampleOf, listFields } from './schema-words.ts';

/** No script, nothing from elsewhere: a page that shows how to use a server works wherever the server does. */
export const DOCS_PAGE_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'self'",
  'Referrer-Policy': 'no-referrer',
} as const;

const STYLE = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1.25rem; }
code, pre { font: 0.9em/1.5 ui-monospace, monospace; }
nav ul { columns: 18rem; padding-left: 1.2rem; }
article { border-top: 1px solid var(--line); padding: 1.25rem 0; }
h3 { margin: 0 0 0.25rem; font-size: 1.05rem; overflow-wrap: anywhere; }
h4 { margin: 1rem 0 0.25rem; font-size: 0.95rem; }
pre { border: 1px solid var(--line); border-radius: 6px; padding: 0.75rem; overflow-x: auto; margin: 0.25rem 0; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.75rem 0.25rem 0; border-bottom: 1px solid var(--line); }
`;

/** The description of the API as a page for people. */
export function writeDocsPage(api: ApiDescription): string {
  const calls = callsOf(api);
  const groups = api.tags.map(({ name }) => ({ name, calls: calls.filter(({ call }) => call.tags[0] === name) }));
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(api.info.title)}: HTTP API</title><style>${STYLE}</style></head><body>`,
    `<h1>${escapeHtml(api.info.title)}: HTTP API</h1>`,
    `<p>${writeWords(api.info.description)}</p>`,
    '<p>For programs: <a href="/v1/openapi.json">OpenAPI 3.1</a>.</p>',
    '<nav aria-label="Calls">',
    ...groups.flatMap(({ calls: some, name }) => [
      `<h2>${escapeHtml(name)}</h2><ul>`,
      ...some.map(writeEntry),
      '</ul>',
    ]),
    '</nav><main>',
    ...groups.flatMap(({ calls: some, name }) => [`<h2>${escapeHtml(name)}</h2>`, ...some.map(writeCall)]),
    '</main></body></html>',
    '',
  ].join('\n');
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly call: DescribedOperation;
}

export function callsOf({ paths }: ApiDescription): readonly Call[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, call]) => ({ method: method.toUpperCase(), path, call })),
  );
}

function writeEntry({ call }: Call): string {
  return `<li><a href="#${call.operationId}">${escapeHtml(call.summary)}</a></li>`;
}

function writeCall({ call, method, path }: Call): string {
  return [
    `<article id="${call.operationId}"><h3><code>${method} ${escapeHtml(path)}</code></h3>`,
    `<p><strong>${escapeHtml(call.summary)}.</strong> ${writeWords(call.description)}</p>`,
    ...writeParameters('Query', call),
    ...writeParameters('Header', call),
    ...writeBody(call.requestBody?.content),
    '<h4>Answers</h4><table>',
    ...Object.entries(call.responses).map(
      ([status, { content = {}, description }]) =>
        `<tr><th scope="row">${status}</th><td>${writeWords(description)}${writeAnswer(content)}</td></tr>`,
    ),
    '</table></article>',
  ].join('\n');
}

function writeParameters(where: 'Query' | 'Header', { parameters }: DescribedOperation): readonly string[] {
  const found = parameters.filter((parameter) => parameter.in === where.toLowerCase());
  if (found.length === 0) return [];
  const rows = found.map(({ description = '', name, schema }) => {
    const [{ type } = { type: '' }] = listFields({ type: 'object', properties: { [name]: schema } });
    return `<tr><td><code>${escapeHtml(name)}</code></td><td>${escapeHtml(type)}</td><td>${writeWords(description)}</td></tr>`;
  });
  return [`<h4>${where}</h4><table>`, ...rows, '</table>'];
}

function writeBody(content: MediaTypes | undefined): readonly string[] {
  if (content === undefined) return [];
  const types = Object.keys(content).map((type) => `<code>${escapeHtml(type)}</code>`);
  const json = Object.keys(content).length === 1 ? content['application/json'] : undefined;
  return [`<h4>Body</h4><p>${types.join(', ')}</p>`, ...(json === undefined ? [] : [writeExample(json.schema)])];
}

function writeAnswer(content: MediaTypes): string {
  const schema = content['application/json']?.schema;
  const others = Object.keys(content).filter(
    (type) => type !== 'application/json' && type !== 'application/problem+json',
  );
  const types = others.length === 0 ? '' : ` (${others.map((type) => `<code>${escapeHtml(type)}</code>`).join(', ')})`;
  return types + (schema === undefined ? '' : writeExample(schema));
}

function writeExample(schema: JsonSchema): string {
  return `<pre>${escapeHtml(JSON.stringify(exampleOf(schema), null, 2))}</pre>`;
}

/** What stands between backticks is code. */
function writeWords(text: string): string {
  return escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}
