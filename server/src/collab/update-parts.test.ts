import fc from 'fast-check';
import {
  createEncoder,
  type Encoder,
  toUint8Array,
  writeAny,
  writeUint8,
  writeVarString,
  writeVarUint,
} from 'lib0/encoding';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { countParts, hasMoreParts } from './update-parts.ts';

/** Beyond anything here: nothing is cut short. */
const NO_LIMIT = 1_000_000;

/** Counted in what Yjs makes of it. */
function countDecoded(update: Uint8Array): number {
  const { structs, ds } = Y.decodeUpdate(update);
  let parts = new Set(structs.map((struct) => struct.id.client)).size + structs.length;
  for (const struct of structs) if (struct instanceof Y.Item) parts += countValues(struct.content);
  for (const ranges of ds.clients.values()) parts += 1 + ranges.length;
  return parts;
}

function countValues(content: Y.Item['content']): number {
  if (content instanceof Y.ContentAny) return content.arr.reduce<number>((sum, value) => sum + countValue(value), 0);
  if (content instanceof Y.ContentDoc) return countValue(content.opts);
  if (content instanceof Y.ContentEmbed) return countJson(JSON.stringify(content.embed));
  if (content instanceof Y.ContentFormat) return countJson(JSON.stringify(content.value));
  return 0;
}

function countValue(value: unknown): number {
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, item) => sum + countValue(item), 1);
}

const countJson = (text: string): number => [...text].filter((character) => ',[{'.includes(character)).length;

/** Without the key that decoding takes for the prototype: what is behind it is read, and in nobody's hands afterwards. */
const json = fc.jsonValue().filter((each) => !JSON.stringify(each).includes('__proto__'));

const value = fc.oneof(
  json,
  fc.constantFrom(1.5, 2 ** 40, -3, new Uint8Array([1, 2, 3]), { a: undefined, b: 12n }, true, 1e300),
);

/** Everything that a document can hold, by one who writes and one who deletes. */
const edits = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('text' as const), text: fc.string({ minLength: 1 }) }),
    fc.record({ kind: fc.constant('embed' as const), value: fc.dictionary(fc.string(), fc.jsonValue()) }),
    fc.record({ kind: fc.constant('format' as const), value: fc.jsonValue() }),
    fc.record({ kind: fc.constant('values' as const), values: fc.array(value, { maxLength: 5 }) }),
    fc.record({ kind: fc.constant('set' as const), key: fc.string(), value }),
    fc.record({ kind: fc.constant('xml' as const), name: fc.string({ minLength: 1 }) }),
    fc.record({ kind: fc.constant('inner' as const) }),
    fc.record({ kind: fc.constant('delete' as const), at: fc.nat() }),
  ),
  { maxLength: 30 },
);

function write(doc: Y.Doc, each: typeof edits extends fc.Arbitrary<(infer E)[]> ? E : never): void {
  const [text, list, map] = [doc.getText('text'), doc.getArray('list'), doc.getMap('map')];
  switch (each.kind) {
    case 'text':
      text.insert(0, each.text);
      return;
    case 'embed':
      text.insertEmbed(0, each.value);
      return;
    case 'format':
      if (text.length > 0) text.format(0, 1, { style: each.value });
      return;
    case 'values':
      list.push(each.values);
      return;
    case 'set':
      map.set(each.key, each.value);
      return;
    case 'xml':
      doc.getXmlFragment('xml').insert(0, [new Y.XmlElement(each.name), new Y.XmlText('x')]);
      return;
    case 'inner':
      map.set('inner', new Y.Doc());
      return;
    case 'delete':
      if (list.length > 0) list.delete(each.at % list.length);
      if (text.length > 0) text.delete(each.at % text.length, 1);
      return;
    default:
      each satisfies never;
  }
}

describe('the parts of an update', () => {
  it('[G4] are as many as Yjs makes of it, whatever is in it', () => {
    let most = 0;
    fc.assert(
      fc.property(edits, edits, (first, second) => {
        const [ada, ben] = [new Y.Doc(), new Y.Doc()];
        for (const each of first) write(ada, each);
        Y.applyUpdate(ben, Y.encodeStateAsUpdate(ada));
        for (const each of second) write(ben, each);
        const update = Y.encodeStateAsUpdate(ben);
        const parts = countDecoded(update);
        most = Math.max(most, parts);
        expect(countParts(update, NO_LIMIT)).toBe(parts);
        if (parts > 0) {
          expect(countParts(update, parts)).toBe(parts);
          expect(countParts(update, parts - 1)).toBe(parts);
        }
      }),
      { numRuns: 300 },
    );
    expect(most).toBeGreaterThan(40);
  });

  it('are counted as far as they can be read, in bytes that are no update', () => {
    const doc = new Y.Doc();
    doc.getArray('list').push([1, 'two', { three: [3] }]);
    const update = Y.encodeStateAsUpdate(doc);
    const whole = countParts(update, NO_LIMIT);
    for (let length = 0; length < update.length; length += 1) {
      expect(countParts(update.subarray(0, length), NO_LIMIT)).toBeLessThanOrEqual(whole);
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(countParts(bytes, NO_LIMIT)).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 2_000 },
    );
  });

  const many = 1_000;
  const crafted: readonly [string, (encoder: Encoder) => void][] = [
    [
      'structs of two bytes',
      (encoder) => {
        for (const number of [1, many, 7, 0]) writeVarUint(encoder, number);
        for (let struct = 0; struct < many; struct += 1) for (const byte of [0, 1]) writeUint8(encoder, byte);
        writeVarUint(encoder, 0);
      },
    ],
    [
      'clients with one struct each',
      (encoder) => {
        writeVarUint(encoder, many);
        for (let client = many; client > 0; client -= 1) for (const n of [1, client, 0, 0, 1]) writeVarUint(encoder, n);
        writeVarUint(encoder, 0);
      },
    ],
    [
      'ranges of deletions',
      (encoder) => {
        for (const number of [0, 1, 7, many]) writeVarUint(encoder, number);
        for (let range = 0; range < many; range += 1) for (const n of [2 * range, 1]) writeVarUint(encoder, n);
      },
    ],
    [
      'values of one byte',
      (encoder) => {
        for (const number of [1, 1, 7, 0, 8, 1]) writeVarUint(encoder, number);
        writeVarString(encoder, 'list');
        writeVarUint(encoder, many);
        for (let value = 0; value < many; value += 1) writeAny(encoder, undefined);
        writeVarUint(encoder, 0);
      },
    ],
    [
      'values inside each other',
      (encoder) => {
        for (const number of [1, 1, 7, 0, 8, 1]) writeVarUint(encoder, number);
        writeVarString(encoder, 'list');
        writeVarUint(encoder, 1);
        for (let depth = 0; depth < many; depth += 1) for (const byte of [117, 1]) writeUint8(encoder, byte);
        for (const number of [126, 0]) writeVarUint(encoder, number);
      },
    ],
    [
      'JSON of an array of arrays',
      (encoder) => {
        for (const number of [1, 1, 7, 0, 5, 1]) writeVarUint(encoder, number);
        writeVarString(encoder, 'text');
        writeVarString(encoder, JSON.stringify(Array(many).fill([])));
        writeVarUint(encoder, 0);
      },
    ],
  ];

  it.each(crafted)('[G4] are told to be too many before they are built: %s', (_what, write) => {
    const encoder = createEncoder();
    write(encoder);
    const update = toUint8Array(encoder);
    Y.decodeUpdate(update); // it can be read
    expect(hasMoreParts(update, many - 1)).toBe(true);
    expect(hasMoreParts(update, 3 * many + 2)).toBe(false);
  });

  it('are no more than the bytes, so that a keystroke need not be looked at', () => {
    const doc = new Y.Doc();
    doc.getText('body').insert(0, 'x');
    const update = Y.encodeStateAsUpdate(doc);
    expect(hasMoreParts(update, update.length)).toBe(false);
    expect(countParts(update, NO_LIMIT)).toBeLessThanOrEqual(update.length);
  });
});
