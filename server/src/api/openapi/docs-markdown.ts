import { problemKinds } from '@quire/protocol';
import {
  type ApiDescription,
  COMMON_PROBLEMS,
  type DescribedOperation,
  type JsonSchema,
  type MediaTypes,
} from './describe-api.ts';
import { callsOf } from './docs-page.ts';
import { listFields } from './schema-words.ts';

/** docs/api.md, whole. */
export function writeApiMarkdown(api: ApiDescription): string {
  const calls = callsOf(api);
  const parts = api.tags.flatMap(({ name }) => [
    `## ${name}`,
    ...calls.filter(({ call }) => call.tags[0] === name).map((each) => writeCall(each.method, each.path, each.call)),
  ]);
  return `${['# HTTP API', INTRODUCTION, api.info.description, ...parts, writeProblems()].join('\n\n')}\n`;
}

const INTRODUCTION = [
  '<!-- Written by scripts/write-docs.ts from the schemas in protocol/src: changes belong there. -->',
  '',
  'A running server shows this page at `/v1/docs`, and says the same to programs, as OpenAPI 3.1, at `/v1/openapi.json`. Tokens and',
  'roles are those of the sockets ([access.md](access.md)). From JavaScript, `client.api.call(name, input)` of `@quire/client` makes these calls,',
  'by the names under which OpenAPI has them and typed by the same schemas; `client.documents` has the most common ones. Webhooks, and',
  'looking at earlier versions, are not there yet.',
].join('\n');

function writeCall(method: string, path: string, call: DescribedOperation): string {
  return [
    `### \`${method} ${path}\``,
    `${call.summary}. ${call.description}`,
    ...writeParameters('query', call),
    ...writeParameters('header', call),
    ...writeBody(call.requestBody?.content),
    writeAnswers(call),
  ].join('\n\n');
}

function writeParameters(where: 'query' | 'header', { parameters }: DescribedOperation): readonly string[] {
  const rows = parameters
    .filter((parameter) => parameter.in === where)
    .map(({ description = '', name, schema }) => {
      const [field] = listFields({ properties: { [name]: schema } });
      return `| \`${name}\` | ${cell(field?.type ?? '')} | ${cell(description)} |`;
    });
  return rows.length === 0 ? [] : [[`| ${where} | | |`, '| --- | --- | --- |', ...rows].join('\n')];
}

function writeBody(content: MediaTypes | undefined): readonly string[] {
  if (content === undefined) return [];
  const types = Object.keys(content);
  const only = types.length === 1 ? content['application/json'] : undefined;
  if (only === undefined) return [`Body: ${types.map((type) => `\`${type}\``).join(', ')}.`];
  return [writeFields('body', only.schema)];
}

function writeAnswers({ responses }: DescribedOperation): string {
  const good = Object.entries(responses).filter(([status]) => Number(status) < 400);
  const bad = Object.entries(responses).filter(([status]) => Number(status) >= 400);
  const codes = bad
    .flatMap(([, { description }]) => [...description.matchAll(/`([a-z-]+)`/g)].map(([, code = '']) => code))
    .filter((code) => !anywhere.has(code))
    .map((code) => `\`${code}\``);
  const answers = good.map(([status, { content = {} }]) => {
    const types = Object.keys(content);
    const schema = content['application/json']?.schema;
    const fields =
      schema === undefined
        ? ''
        : ` { ${listFields(schema)
            .map(({ name }) => name)
            .join(', ')} }`;
    return `\`${status}\`${types.length === 0 ? '' : ` ${types.map((type) => `\`${type}\``).join(', ')}`}${fields}`;
  });
  const problems = codes.length === 0 ? '' : ` Problems: ${codes.join(', ')}.`;
  return `Answers: ${answers.join('; ')}.${problems}`;
}

function writeFields(what: string, schema: JsonSchema): string {
  const rows = listFields(schema).map(
    ({ name, required, type }) => `| \`${name}\`${required ? '' : ' (may be left out)'} | ${cell(type)} |`,
  );
  return [`| ${what} | |`, '| --- | --- |', ...rows].join('\n');
}

const anywhere: ReadonlySet<string> = new Set(COMMON_PROBLEMS);

function writeProblems(): string {
  const rows = Object.entries(problemKinds).map(
    ([code, { status, title }]) => `| \`${code}\` | ${status} | ${title} |`,
  );
  const common = COMMON_PROBLEMS.map((code) => `\`${code}\``).join(', ');
  return [
    '## Problems',
    `Any call may be answered with ${common}.`,
    ['| code | status | |', '| --- | --- | --- |', ...rows].join('\n'),
  ].join('\n\n');
}

function cell(text: string): string {
  return text.replace(/\|/g, '\\|');
}
