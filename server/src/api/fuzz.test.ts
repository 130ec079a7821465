import { type DocumentName, problemKinds, problemSchema, type Role, roles } from '@quire/protocol';
import { eventually, joinWithHocuspocus } from '@quire/testing';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { type ApiServer, readStored, startApiServer } from '../testing/api-server.ts';
import { valuesOf } from '../testing/schema-values.ts';
import type { ApiDescription, DescribedOperation, JsonSchema } from './openapi/describe-api.ts';

/** Seeds that once found something stay. Another one with QUIRE_FUZZ_SEED, which a failure names. */
const SEEDS = [20261126, 1, 2];
const RUNS = 10;
/** Some 1.5 requests in each. */
const GROUPS = 28;
const THERE = ['plan', 'team/notes', '__proto__', 'constructor'] as DocumentName[];

/** So many requests at once, at most: each group is answered before the next is sent. */
const AT_ONCE = 3;

/** One of those that there are at that moment; which of them, by its number. */
interface Known {
  readonly pick: number;
}

interface Request {
  readonly id: string;
  readonly method: string;
  /** With the names of its parameters in braces. */
  readonly path: string;
  readonly parameters: Readonly<Record<string, string | Known>>;
  readonly search: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Nobody: an owner without a name. */
  readonly role: Role | null;
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
  // Of this one more is there than the document, see `makeKnown`.
  { weight: 6, arbitrary: fc.constant<string>('plan') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 600 }) },
  { weight: 1, arbitrary: fc.constantFrom('~comments/plan', '.', '..', '\0', '%', 'x'.repeat(513)) },
);
const ids = fc.oneof(
  { weight: 5, arbitrary: fc.record({ pick: fc.nat() }) },
  { weight: 1, arbitrary: fc.constantFrom('nothing', '__proto__', '0') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }) },
);
/** Mostly those who may do something. */
const askers = fc.oneof(
  { weight: 3, arbitrary: fc.constant(null) },
  { weight: 4, arbitrary: fc.constantFrom(...roles) },
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
          fc.oneof(
            { weight: 3, arbitrary: valuesOf(schema) },
            fc.string({ unit: 'binary' }),
            // Hardly anything that is made up is the `next` of a page.
            ...(name === 'after' ? [{ weight: 12, arbitrary: fc.constant(undefined) }] : []),
          ),
        ]),
    ),
    { requiredKeys: [] },
  );
  const headers = fc.record(
    Object.fromEntries(
      call.parameters
        .filter((parameter) => parameter.in === 'header')
        // What can stand in a header at all.
        .map(({ name }) => [name, fc.oneof(fc.constantFrom('same', 'other'), fc.stringMatching(/^[!-~]{0,300}$/))]),
    ),
    { requiredKeys: [] },
  );
  return fc.tuple(filled, query, headers, bodyOf(call), askers).map(([parameters, asked, sentHeaders, sent, role]) => {
    const search = new URLSearchParams(
      Object.entries(asked)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => [name, String(value).toWellFormed()] as [string, string]),
    );
    const suffix = search.size === 0 ? '' : `?${search}`;
    // Those that are left out are not there as undefined.
    const given = sentHeaders as Record<string, string>;
    return { id: call.operationId, method, path, parameters, search: suffix, headers: given, role, ...sent };
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

/** What there is to be asked for, by the list that has it. */
class KnownIds {
  readonly #lists = new Map<string, string[]>();

  add(list: string, id: string): void {
    this.#lists.set(list, [...(this.#lists.get(list) ?? []), id]);
  }

  pick(list: string, { pick }: Known): string {
    const ids = this.#lists.get(list) ?? [];
    return ids[pick % ids.length] ?? 'nothing';
  }

  /** With its parameters filled in: threads, links and sessions are those of the document, and comments those of the thread. */
  address({ parameters, path, search }: Request): string {
    let within = '';
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
      const given = parameters[name] ?? '';
      const value = typeof given === 'string' ? given : this.pick(`${within}/${name}`, given);
      within = `${within}/${value}`;
      return encodeURIComponent(value.toWellFormed());
    });
    return filled + search;
  }

  /** What an answer tells of. */
  learn({ id, parameters }: Request, answer: unknown): void {
    const { name } = parameters;
    const told = answer as { readonly id?: string; readonly comments?: readonly { readonly id: string }[] };
    if (told.id === undefined) return;
    if (id === 'createLink') this.add(`/${name}/link`, told.id);
    if (id === 'revoke') this.add('/revocation', told.id);
    if (id !== 'startThread') return;
    this.add(`/${name}/thread`, told.id);
    for (const comment of told.comments ?? []) this.add(`/${name}/${told.id}/comment`, comment.id);
  }
}

async function send({ body, headers, method, role, type }: Request, address: string): Promise<Response> {
  return fetch(`${stage.server.url}${address}`, {
    method,
    headers: {
      ...headers,
      ...(role === null ? {} : { Authorization: `Bearer ${role}` }),
      ...(type === undefined ? {} : { 'Content-Type': type }),
    },
    ...(body === undefined || method === 'GET' ? {} : { body }),
  });
}

/** Somebody is in, a thread is begun by each who may, and there is a link and a revocation. */
async function makeKnown(name: DocumentName): Promise<KnownIds> {
  const known = new KnownIds();
  const path = `/documents/${encodeURIComponent(name)}`;
  const sessions = async () => (await (await stage.ask(`${path}/sessions`)).json()) as { sessions: { id: string }[] };
  await eventually(async () => (await sessions()).sessions.length > 0, { what: 'somebody is in' });
  for (const { id } of (await sessions()).sessions) known.add(`/${name}/session`, id);
  const made = async (id: string, at: string, json: unknown, role: Role = 'owner') => {
    const answer = await stage.ask(at, { json, role });
    expect([id, answer.status]).toEqual([id, 201]);
    known.learn({ id, parameters: { name } } as never, await answer.json());
  };
  for (const role of ['commenter', 'editor'] as const) {
    await made('startThread', `${path}/threads`, { text: 'What about this?' }, role);
  }
  await made('createLink', `${path}/links`, { role: 'reader' });
  await made('revoke', '/revocations', { user: 'mallory' });
  return known;
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

/** Most go by themselves: then it is known who has changed something. */
function groupsOf(requests: fc.Arbitrary<Request>): fc.Arbitrary<readonly (readonly Request[])[]> {
  const group = fc.oneof(
    { weight: 2, arbitrary: fc.tuple(requests) },
    { weight: 1, arbitrary: fc.array(requests, { minLength: 2, maxLength: AT_ONCE }) },
  );
  return fc.array(group, { minLength: GROUPS, maxLength: GROUPS });
}

async function textOf(body: ReadableStream<Uint8Array> | null): Promise<string> {
  return body === null ? '' : new Response(body).text();
}

/** What each call was answered with, and how often. */
function describeTally(tally: ReadonlyMap<string, ReadonlyMap<number, number>>): string {
  const lines = [...tally].sort().map(([id, statuses]) => {
    const counts = [...statuses].sort(([one], [other]) => one - other).map(([status, count]) => `${status} × ${count}`);
    return `  ${id}: ${counts.join(', ')}`;
  });
  return lines.join('\n');
}

const chosen = process.env.QUIRE_FUZZ_SEED;

describe('whatever is sent to the HTTP API, as its own description says or not', () => {
  it.each(chosen === undefined ? SEEDS : [Number(chosen)])(
    '[G4] nothing is answered with a server’s error, each answer is one that is described, and what is refused has changed nothing (seed %i)',
    async (seed) => {
      const tally = new Map<string, Map<number, number>>();
      const count = (id: string, status: number): void => {
        const statuses = tally.get(id) ?? new Map<number, number>();
        tally.set(id, statuses.set(status, (statuses.get(status) ?? 0) + 1));
      };
      await fc.assert(
        fc.asyncProperty(groupsOf(requestsOf(described)), async (groups) => {
          for (const name of THERE) await makeThere(name);
          const person = joinWithHocuspocus(stage.server.url.replace('http', 'ws'), 'plan', {});
          const known = await makeKnown('plan' as DocumentName);
          let before = await readEverything();
          for (const group of groups) {
            const answers = await Promise.all(
              group.map(async (request) => {
                const address = known.address(request);
                const { headers, status, body } = await send(request, address);
                return { request, address, status, type: headers.get('content-type'), text: await textOf(body) };
              }),
            );
            const whats = answers.map(
              ({ address, request: { body, method, role }, status }) =>
                `${method} ${address} ${String(body)} as ${role}: ${status}`,
            );
            for (const [index, { request, status, text, type }] of answers.entries()) {
              const what = whats[index];
              count(request.id, status);
              expect(status, what).toBeLessThan(500);
              expect(Object.keys(findCall(request.id).responses).map(Number), what).toContain(status);
              if (status >= 400) {
                expect(type, what).toBe('application/problem+json');
                const problem = problemSchema.parse(JSON.parse(text));
                expect(Object.keys(problemKinds), what).toContain(problem.code);
              } else if (type?.startsWith('application/json') === true) known.learn(request, JSON.parse(text));
            }
            const after = await readEverything();
            const hasChanged = answers.some(({ request, status }) => status < 400 && request.method !== 'GET');
            if (!hasChanged) expect(after, whats.join('\n')).toBe(before);
            before = after;
          }
          person.leave();
        }),
        { seed, numRuns: RUNS, endOnFailure: true },
      );
      // It was no fuzz if nothing ever went through.
      const good = [...tally].filter(([, statuses]) => [...statuses.keys()].some((status) => status < 400));
      console.log(`seed ${seed}\n${describeTally(tally)}`);
      expect(good.length, 'calls that went through').toBeGreaterThan(20);
    },
    120_000,
  );
});
