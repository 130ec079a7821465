import { type DocumentName, type Role, roles } from '@quire/protocol';
import * as fc from 'fast-check';
import * as Y from 'yjs';
import type { ApiDescription, DescribedOperation, JsonSchema } from '../api/openapi/describe-api.ts';
import { valuesOf } from './schema-values.ts';

/** The documents that there are, or were, for those who make requests up. */
export const THERE = ['plan', 'team/notes', '__proto__', 'constructor'] as DocumentName[];

/** So many requests at once, at most: each group is answered before the next is sent. */
const AT_ONCE = 3;

/** One of those that there are at that moment; which of them, by its number. */
export interface Known {
  readonly pick: number;
}

export interface Request {
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

/** Both ends of the shared text `body`, whatever is in it: hardly anything that is made up is a place in a document. */
const WHOLE_TEXT = (() => {
  const encode = (assoc: number) =>
    Buffer.from(Y.encodeRelativePosition(new Y.RelativePosition(null, 'body', null, assoc))).toString('base64');
  return { start: encode(-1), end: encode(0) };
})();

/** Nothing is wrong with these: of what is made up for the same calls, hardly anything goes through. */
const GOOD_BODIES: Readonly<Record<string, object>> = {
  anchorThread: WHOLE_TEXT,
  changeComment: { text: 'Or that?' },
  createLink: { role: 'reader' },
  revoke: { user: 'mallory' },
  startThread: { text: 'What about that?' },
};

/** Asked for more often than others, since much has to come together: who began it asks, or what is asked for is in the bin. */
const RARE: Readonly<Record<string, number>> = { changeComment: 5, restoreDocument: 3 };

export function requestsOf(api: ApiDescription): fc.Arbitrary<Request> {
  const calls = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, call]) => ({
      weight: RARE[call.operationId] ?? 1,
      arbitrary: requestOf(path, method.toUpperCase(), call),
    })),
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

function bodyOf({ operationId, requestBody }: DescribedOperation): fc.Arbitrary<Pick<Request, 'body' | 'type'>> {
  if (requestBody === undefined) return fc.constant({});
  const types = Object.entries(requestBody.content);
  const made = fc.oneof(...types.map(([type, { schema }]) => bodyOfType(type, schema, types.length > 1)));
  const good = GOOD_BODIES[operationId];
  const right = good === undefined ? made : fc.oneof(made, fc.constant(jsonBody(good)));
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
  if (type === 'application/json') return valuesOf(schema).map(jsonBody);
  return updates.map((body) => ({ body, type }));
}

function jsonBody(value: unknown): Pick<Request, 'body' | 'type'> {
  return { body: JSON.stringify(value), type: 'application/json' };
}

/** Most go by themselves: then it is known who has changed something. */
export function groupsOf(
  requests: fc.Arbitrary<Request>,
  count: number,
): fc.Arbitrary<readonly (readonly Request[])[]> {
  const group = fc.oneof(
    { weight: 2, arbitrary: fc.tuple(requests) },
    { weight: 1, arbitrary: fc.array(requests, { minLength: 2, maxLength: AT_ONCE }) },
  );
  return fc.array(group, { minLength: count, maxLength: count });
}
