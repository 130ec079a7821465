import * as protocol from '@quire/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as answers from './answers.ts';
import { type Shape, tryRead } from './shape.ts';
import * as threadAnswers from './thread-answers.ts';

/** One of the schemas of the protocol, as far as it is asked here. */
interface Schema {
  safeParse(value: unknown): { readonly success: boolean; readonly data?: unknown };
}

const time = fc
  .date({ noInvalidDate: true, min: new Date(0), max: new Date('2999-01-01') })
  .map((at) => at.toISOString());
const author = fc.record({ id: fc.string(), name: fc.string() });
const role = fc.constantFrom(...protocol.roles);
const documentFields = {
  name: fc.string(),
  title: fc.string(),
  created: time,
  edited: time,
  size: fc.nat(),
  damaged: fc.boolean(),
};
const linkFields = {
  id: fc.string(),
  role: fc.constantFrom(...protocol.linkRoles),
  label: fc.string(),
  expires: fc.option(time),
  created: time,
  createdBy: fc.string(),
};
const comment = fc.record({ id: fc.string(), author, time, edited: fc.option(time), text: fc.string() });
const thread = fc.record({
  id: fc.string(),
  author,
  created: time,
  quote: fc.string(),
  resolved: fc.option(fc.record({ by: author, time })),
  comments: fc.array(comment, { maxLength: 3 }),
});

const CASES: readonly (readonly [string, Shape<unknown>, Schema, fc.Arbitrary<object>])[] = [
  ['a document', answers.documentShape, protocol.documentSchema, fc.record(documentFields)],
  [
    'a document with a role',
    answers.documentWithRoleShape,
    protocol.documentWithRoleSchema,
    fc.record({ ...documentFields, role }),
  ],
  [
    'a list of documents',
    answers.documentListShape,
    protocol.documentListSchema,
    fc.record({ documents: fc.array(fc.record(documentFields), { maxLength: 3 }), next: fc.option(fc.string()) }),
  ],
  [
    'a link that was created',
    answers.createdLinkShape,
    protocol.createdLinkSchema,
    fc.record({ ...linkFields, token: fc.string(), url: fc.option(fc.string()) }),
  ],
  [
    'a list of links',
    answers.shareLinkListShape,
    protocol.shareLinkListSchema,
    fc.record({ links: fc.array(fc.record(linkFields), { maxLength: 3 }), next: fc.option(fc.string()) }),
  ],
  [
    'a list of what is in the bin',
    answers.binListShape,
    protocol.binListSchema,
    fc.record({
      documents: fc.array(
        fc.record({ name: fc.string(), title: fc.string(), binned: time, binnedBy: fc.string(), purged: time }),
        { maxLength: 3 },
      ),
      next: fc.option(fc.string()),
    }),
  ],
  ['a comment', threadAnswers.commentShape, protocol.commentSchema, comment],
  ['a thread', threadAnswers.threadShape, protocol.threadSchema, thread],
  [
    'who a list of threads is for',
    answers.threadListSpeakerShape,
    protocol.threadListSchema.pick({ you: true }),
    fc.record({ you: fc.record({ id: fc.string(), name: fc.string(), role }) }),
  ],
  [
    'a problem',
    answers.problemShape,
    protocol.problemSchema,
    fc.record({ type: fc.string(), title: fc.string(), status: fc.nat(), code: fc.string(), detail: fc.string() }),
  ],
];

/** What no field of any answer may be. */
const NONSENSE = [undefined, Number.NaN, 1.5, { length: 1 }, ['x', 1], Symbol('s')];

describe('answers are read as the schemas of the protocol have them', () => {
  it.each(CASES)(
    '%s is the same to both, and what else a newer server says is left out',
    (_what, shape, schema, valid) => {
      fc.assert(
        fc.property(valid, (value) => {
          const answer = { ...value, newer: true };
          expect(shape(answer)).toEqual(value);
          expect(schema.safeParse(answer)).toEqual({ success: true, data: value });
        }),
      );
    },
  );

  it.each(CASES)('%s with a field that is wrong or missing is refused by both', (_what, shape, schema, valid) => {
    fc.assert(
      fc.property(valid, fc.nat(), fc.constantFrom(...NONSENSE), (value, pick, nonsense) => {
        const places = placesIn(value);
        const broken = replaceAt(value, places[pick % places.length] ?? [], nonsense);
        expect(schema.safeParse(broken).success).toBe(false);
        expect(tryRead(shape, broken)).toBeNull();
      }),
    );
  });

  it('the message says where the fault is', () => {
    expect(() => answers.documentListShape({ documents: [{ name: 1 }], next: null })).toThrow(
      new TypeError('the answer.documents[0].name is not a text'),
    );
  });

  it('what is thrown by others is not taken for a fault of the answer', () => {
    const broken: Shape<never> = () => {
      throw new RangeError('a bug');
    };
    expect(() => tryRead(broken, {})).toThrow(RangeError);
  });
});

type Place = readonly string[];

/** Every field, at any depth. */
function placesIn(value: unknown): readonly Place[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[key], ...placesIn(inner).map((rest) => [key, ...rest])]);
}

function replaceAt(value: unknown, [key, ...rest]: Place, by: unknown): unknown {
  if (key === undefined) return by;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
  copy[key] = replaceAt(copy[key], rest, by);
  return copy;
}
