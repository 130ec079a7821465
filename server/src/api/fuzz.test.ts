import { type DocumentName, problemKinds, problemSchema } from '@quire/protocol';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { type ApiServer, readStored, startApiServer } from '../testing/api-server.ts';
import { valuesOf } from '../testing/schema-values.ts';
import type { ApiDescription, DescribedOperation, JsonSchema } from './openapi/describe-api.ts';

/** Seeds that once found something stay. Another one with QUIRE_FUZZ_SEED, which a failure names. */
const SEEDS = [20261126, 1, 2];
const RUNS = 10;
const REQUESTS = 40;
const THERE = ['plan', 'team/notes', '__proto__', 'constructor'] as DocumentName[];

interface Request {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly type?: string;
}

let stage: ApiServer;
let described: ApiDescription;
beforeEach(async () => {
  stage = await startApiServer();
  described = (await (await stage.ask('/openapi.json')).json()) as ApiDescription;
});
afterEach(() => stage.stop());

/** Some that are there, and some that may be, and whatever else can stand in an address. */
const names = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<string>(...THERE) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 600 }) },
  { weight: 1, arbitrary: fc.constantFrom('~comments/plan', '.', '..', '\0', '%', 'x'.repeat(513)) },
);
const ids = fc.oneof(
  fc.constantFrom('nothing', '__proto__', '0'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
);

/** Documents as editors have them, broken ones, and anything. */
const contents = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc
    .array(
      fc.constantFrom(
        '<p>',
        '</p>',
        '<table>',
        '<td>',
        '<li>',
        '<ul>',
        '<pre>',
        '<br>',
        '<b>',
        '<a href="x">',
        '<img src=x>',
        'text',
        ' ',
        '\n',
        '</b>',
        '<h1>',
        '&#0;',
        '<svg>',
        '<template>',
      ),
      { maxLength: 40 },
    )
    .map((parts) => parts.join('')),
  fc
    .array(
      fc.constantFrom(
        '# ',
        '- ',
        '- [ ] ',
        '1. ',
        '> ',
        '```',
        '\n',
        '\n\n',
        '| a | b |\n| --- | --- |\n',
        '**',
        '~~',
        '[a](',
        ')',
        '`',
        '    ',
        'text',
        '![',
        ']',
      ),
      { maxLength: 40 },
    )
    .map((parts) => parts.join('')),
  nodes().map((node) => JSON.stringify(node)),
);

function nodes(): fc.Arbitrary<unknown> {
  const types = [
    'doc',
    'paragraph',
    'text',
    'heading',
    'bulletList',
    'listItem',
    'table',
    'tableRow',
    'tableCell',
    'image',
    'hardBreak',
    'marquee',
  ];
  const { node } = fc.letrec((tie) => ({
    node: fc.record(
      {
        type: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...types) }, fc.jsonValue()),
        content: fc.oneof(
          { weight: 9, arbitrary: fc.array(tie('node'), { maxLength: 3, depthIdentifier: 'node' }) },
          fc.jsonValue(),
        ),
        attrs: fc.jsonValue({ maxDepth: 2 }),
        marks: fc.oneof(
          fc.array(fc.record({ type: fc.constantFrom('bold', 'link', 'comment', 'none') })),
          fc.jsonValue(),
        ),
        text: fc.oneof(fc.string({ unit: 'binary' }), fc.constant('\ud800')),
      },
      { requiredKeys: ['type'] },
    ),
  }));
  return node;
}

const updates = fc.oneof(
  fc.string({ maxLength: 20 }).map((text) => {
    const doc = new Y.Doc();
    doc.getText('body').insert(0, text);
    return new Uint8Array(Y.encodeStateAsUpdate(doc));
  }),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => new Uint8Array(bytes)),
);

function requestsOf(api: ApiDescription): fc.Arbitrary<Request> {
  const calls = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, call]) => requestOf(path, method.toUpperCase(), call)),
  );
  return fc.oneof(...calls);
}

function requestOf(path: string, method: string, call: DescribedOperation): fc.Arbitrary<Request> {
  const filled = fc.record(
    Object.fromEntries(
      call.parameters
        .filter((parameter) => parameter.in === 'path')
        .map(({ name }) => [name, name === 'name' ? names : ids]),
    ),
  );
  const query = fc.record(
    Object.fromEntries(
      call.parameters
        .filter((parameter) => parameter.in === 'query')
        .map(({ name, schema }) => [
          name,
          fc.oneof({ weight: 3, arbitrary: valuesOf(schema) }, fc.string({ unit: 'binary' })),
        ]),
    ),
    { requiredKeys: [] },
  );
  return fc.tuple(filled, query, bodyOf(call)).map(([parts, asked, sent]) => {
    const search = new URLSearchParams(
      Object.entries(asked).map(([name, value]) => [name, String(value).toWellFormed()] as [string, string]),
    );
    const filledPath = path.replace(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(String(parts[name]).toWellFormed()),
    );
    return { id: call.operationId, method, path: `${filledPath}${search.size === 0 ? '' : `?${search}`}`, ...sent };
  });
}

function bodyOf({ requestBody }: DescribedOperation): fc.Arbitrary<Pick<Request, 'body' | 'type'>> {
  if (requestBody === undefined) return fc.constant({});
  const types = Object.entries(requestBody.content);
  const right = fc.oneof(...types.map(([type, { schema }]) => bodyOfType(type, schema, types.length > 1)));
  const wrong = fc.record({
    body: fc.oneof(
      fc.json(),
      fc.string({ unit: 'binary' }),
      fc.uint8Array({ maxLength: 50 }).map((bytes) => new Uint8Array(bytes)),
    ),
    type: fc.constantFrom('application/json', 'text/plain', 'text/html', 'application/octet-stream', 'nonsense', ''),
  });
  return fc.oneof(
    { weight: 4, arbitrary: right },
    { weight: 1, arbitrary: wrong },
    { weight: 1, arbitrary: fc.constant({}) },
  );
}

function bodyOfType(
  type: string,
  schema: JsonSchema,
  isContent: boolean,
): fc.Arbitrary<Pick<Request, 'body' | 'type'>> {
  if (isContent) return contents.map((body) => ({ body, type }));
  if (type === 'application/json') return valuesOf(schema).map((value) => ({ body: JSON.stringify(value), type }));
  return updates.map((body) => ({ body, type }));
}

/** All that there is on the disk: documents, what is said about them, and what the server keeps for itself, links among it. */
async function readEverything(): Promise<string> {
  const { documents } = await stage.store.list({ limit: 1_000 });
  const parts: string[] = [];
  for (const { document } of documents) {
    const update = Y.encodeStateAsUpdate(await readStored(stage.store, document));
    parts.push(document, Buffer.from(update).toString('base64'));
  }
  return parts.join('\n');
}

async function send({ body, method, path, type }: Request): Promise<Response> {
  return fetch(`${stage.server.url}${path}`, {
    method,
    ...(body === undefined || method === 'GET' ? {} : { body }),
    ...(type === undefined ? {} : { headers: { 'Content-Type': type } }),
  });
}

async function makeThere(name: DocumentName): Promise<void> {
  await stage.ask(`/bin/${encodeURIComponent(name)}/restore`, { method: 'POST' });
  if ((await stage.store.stat(name))?.state !== 'live') await stage.server.documents.create({ name, title: name });
}

function findCall(id: string): DescribedOperation {
  const calls = Object.values(described.paths).flatMap((methods) => Object.values(methods));
  const call = calls.find(({ operationId }) => operationId === id);
  if (call === undefined) throw new Error(`${id} is not described`);
  return call;
}

const chosen = process.env.QUIRE_FUZZ_SEED;

describe('whatever is sent to the HTTP API, as its own description says or not', () => {
  it.each(chosen === undefined ? SEEDS : [Number(chosen)])(
    '[G4] nothing is answered with a server’s error, each answer is one that is described, and what is refused has changed nothing (seed %i)',
    async (seed) => {
      const tally = new Map<string, number>();
      await fc.assert(
        fc.asyncProperty(
          fc.array(requestsOf(described), { minLength: REQUESTS, maxLength: REQUESTS }),
          async (requests) => {
            for (const name of THERE) await makeThere(name);
            let before = await readEverything();
            for (const request of requests) {
              const response = await send(request);
              const { status } = response;
              const what = `${request.method} ${request.path} ${String(request.body)}: ${status}`;
              expect(status, what).toBeLessThan(500);
              expect(Object.keys(findCall(request.id).responses).map(Number), what).toContain(status);
              const isGood = status < 400;
              tally.set(`${request.id} ${isGood}`, (tally.get(`${request.id} ${isGood}`) ?? 0) + 1);
              if (!isGood) {
                const problem = problemSchema.parse(await response.json());
                expect(Object.keys(problemKinds), what).toContain(problem.code);
              } else await response.arrayBuffer();
              const after = await readEverything();
              if (!isGood || request.method === 'GET') expect(after, what).toBe(before);
              before = after;
            }
          },
        ),
        { seed, numRuns: RUNS, endOnFailure: true },
      );
      // It was no fuzz if nothing ever went through.
      const good = [...tally].filter(([key]) => key.endsWith('true'));
      expect(good.length, 'calls that went through').toBeGreaterThan(10);
    },
    120_000,
  );
});
