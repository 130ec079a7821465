import {
  type Answer,
  type Body,
  type Needed,
  type Operation,
  type ProblemCode,
  problemKinds,
  problemSchema,
} from '@quire/protocol';
import { type OperationName, operations } from '@quire/protocol/rest';
import { z } from 'zod';
import { operationWords } from './operation-words.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

export interface MediaTypes {
  readonly [type: string]: { readonly schema: JsonSchema };
}

export interface DescribedAnswer {
  readonly description: string;
  readonly content?: MediaTypes;
}

export interface DescribedOperation {
  readonly operationId: OperationName;
  readonly tags: readonly [string];
  readonly summary: string;
  readonly description: string;
  readonly security: readonly Readonly<Record<string, readonly []>>[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: MediaTypes };
  readonly responses: Readonly<Record<string, DescribedAnswer>>;
}

export interface ApiDescription {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly [{ readonly url: '/' }];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly securitySchemes: Readonly<Record<string, JsonSchema>>;
  };
}

const INFO = {
  title: 'Quire',
  version: '1',
  description:
    'Documents over HTTP. Times are ISO 8601 in UTC. The name of a document is one segment of the path, percent-encoded whole: `team%2Fplan`. Errors are problems (RFC 9457) with a stable `code`; where trying again helps, `Retry-After` says when. Pages of other origins may call this as far as they may open a WebSocket (CORS): those of this machine, and those that `allowedOrigins` names. From all others, what changes something is refused, and no answer can be read. What changes something is answered once it is on the disk of the node that is asked and, in a cluster, confirmed as `cluster.receipts` has it. Where that takes more than 10 seconds, the answer is `unconfirmed`: it is done on that node and goes on to the others by itself, so look what is there before you ask for it again. Content that is sent once more changes nothing.',
} as const;

const neededWords = {
  anybody: 'For everybody who may enter.',
  reader: 'Takes the role reader in the document.',
  commenter: 'Takes the role commenter in the document.',
  editor: 'Takes the role editor in the document.',
  owner: 'Takes the role owner in the document.',
  'owner-of-all': 'Takes the role owner in every document.',
} as const satisfies Record<Needed, string>;

const parameterWords: Readonly<Record<string, string>> = {
  name: 'Name of the document, percent-encoded whole',
  after: 'The `next` of the page before',
  limit: 'Most that one page holds',
  prefix: 'What the name begins with',
  order: '`name`: by the name; `recent`: the last edited first',
  search: 'Words that the title holds',
  since: 'A state vector of Yjs, as Base64url',
  format: 'What the text is written as',
  user: 'Id of a user, as `sub` of a token has it',
  'Idempotency-Key': 'What is sent again under the same key counts once',
};

/** What any call may be answered with. */
export const COMMON_PROBLEMS = [
  'bad-request',
  'bad-document-name',
  'unauthorized',
  'forbidden',
  'host-refused',
  'document-in-bin',
  'not-found',
  'method-not-allowed',
  'internal-error',
  'auth-unavailable',
  'service-restart',
] as const satisfies readonly ProblemCode[];

const BODY_PROBLEMS = ['body-too-large', 'unsupported-media-type'] as const satisfies readonly ProblemCode[];
const CHANGE_PROBLEMS = ['origin-refused'] as const satisfies readonly ProblemCode[];

const PROBLEM = { $ref: '#/components/schemas/Problem' } as const;
const BINARY = { type: 'string', contentMediaType: 'application/octet-stream' } as const;
const TEXT = { type: 'string' } as const;

/** The HTTP API as OpenAPI 3.1 says it, made of the same schemas that check what is sent. */
export function describeApi(): ApiDescription {
  const paths: Record<string, Record<string, DescribedOperation>> = {};
  for (const [name, operation] of Object.entries(operations) as [OperationName, Operation][]) {
    const described = { [operation.method.toLowerCase()]: describeOperation(name, operation) };
    paths[operation.path] = { ...paths[operation.path], ...described };
  }
  return {
    openapi: '3.1.0',
    info: INFO,
    servers: [{ url: '/' }],
    tags: [...new Set(Object.values(operationWords).map(({ group }) => group))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { Problem: schemaOf(problemSchema, 'output') },
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

/** The codes that a call may be answered with, and no others. */
export function problemsOf(operation: Operation): readonly ProblemCode[] {
  const codes: ProblemCode[] = [...COMMON_PROBLEMS, ...operation.problems];
  if (operation.method !== 'GET') codes.push(...CHANGE_PROBLEMS);
  if (operation.body !== undefined) codes.push(...BODY_PROBLEMS);
  if (operation.body?.kind === 'json') codes.push('bad-json');
  return [...new Set(codes)];
}

function describeOperation(name: OperationName, operation: Operation): DescribedOperation {
  const words: { readonly group: string; readonly summary: string; readonly more?: string } = operationWords[name];
  const { body, needs } = operation;
  return {
    operationId: name,
    tags: [words.group],
    summary: words.summary,
    description: [neededWords[needs], words.more].filter((part) => part !== undefined).join(' '),
    // Where everybody is let in, no token is needed.
    security: [{ token: [] }, {}],
    parameters: [
      ...pathParameters(operation.path),
      ...parametersOf('query', operation.query),
      ...parametersOf('header', operation.headers),
    ],
    ...(body === undefined ? {} : { requestBody: describeBody(body) }),
    responses: { ...describeAnswers(operation.answers), ...describeProblems(problemsOf(operation)) },
  };
}

function pathParameters(path: string): readonly Parameter[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    ...describeParameter(name),
    schema: { type: 'string', minLength: 1 },
  }));
}

function parametersOf(where: 'query' | 'header', all: z.ZodType | undefined): readonly Parameter[] {
  if (all === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(all, 'input') as {
    readonly properties?: Readonly<Record<string, JsonSchema>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: where,
    required: required.includes(name),
    ...describeParameter(name),
    schema,
  }));
}

function describeParameter(name: string): { readonly description?: string } {
  const description = parameterWords[name];
  return description === undefined ? {} : { description };
}

function describeBody(body: Body): { readonly required: boolean; readonly content: MediaTypes } {
  switch (body.kind) {
    case 'json':
      return {
        required: body.optional !== true,
        content: { 'application/json': { schema: schemaOf(body.schema, 'input') } },
      };
    case 'raw':
      return { required: true, content: describeTypes(body.types) };
    default:
      return body satisfies never;
  }
}

function describeAnswers(answers: readonly Answer[]): Record<string, DescribedAnswer> {
  const described: Record<string, DescribedAnswer> = {};
  for (const answer of answers) {
    const before = described[answer.status]?.content ?? {};
    switch (answer.kind) {
      case 'json':
        described[answer.status] = {
          description: answer.status === 201 ? 'It is there' : 'What was asked for',
          content: { ...before, 'application/json': { schema: schemaOf(answer.schema, 'output') } },
        };
        break;
      case 'raw':
        described[answer.status] = {
          description: 'What was asked for',
          content: { ...before, ...describeTypes(answer.types) },
        };
        break;
      case 'nothing':
        described[answer.status] = { description: 'It is done' };
        break;
      default:
        answer satisfies never;
    }
  }
  return described;
}

function describeTypes(types: readonly string[]): MediaTypes {
  return Object.fromEntries(types.map((type) => [type, { schema: schemaOfType(type) }]));
}

function schemaOfType(type: string): JsonSchema {
  if (type.startsWith('text/')) return TEXT;
  return type === 'application/json' ? { type: 'object' } : BINARY;
}

function describeProblems(codes: readonly ProblemCode[]): Record<string, DescribedAnswer> {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) {
    const { status } = problemKinds[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const described: Record<string, DescribedAnswer> = {};
  for (const [status, found] of [...byStatus].sort(([one], [other]) => one - other)) {
    const words = found.map((code) => `\`${code}\`: ${problemKinds[code].title}`);
    described[status] = { description: words.join('. '), content: { 'application/problem+json': { schema: PROBLEM } } };
  }
  return described;
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  // Names of documents are checked by code: to a reader they are texts. The dialect is that of OpenAPI 3.1 itself.
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io, target: 'draft-2020-12', unrepresentable: 'any' });
  return described;
}
