import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { isNestedTooDeep, MAX_NESTING } from './nesting.ts';
import { inspectUpdate, UpdateError } from './update-inspection.ts';

function nest(levels: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = {};
  for (let level = 1; level < levels; level += 1) value = wrap(value);
  return value;
}

const nestLists = (levels: number): unknown => nest(levels, (inner) => [inner]);

describe('how deep something is nested', () => {
  it('[G4] is limited for lists, objects and what is behind a prototype', () => {
    const wraps = [
      (inner: unknown) => [1, inner],
      (inner: unknown) => ({ a: 1, b: inner }),
      (inner: unknown) => Object.create(inner as object) as unknown,
    ];
    for (const wrap of wraps) {
      expect(isNestedTooDeep(nest(MAX_NESTING, wrap))).toBe(false);
      expect(isNestedTooDeep(nest(MAX_NESTING + 1, wrap))).toBe(true);
      expect(isNestedTooDeep(nest(100_000, wrap))).toBe(true);
    }
    expect(isNestedTooDeep([new Uint8Array(1_000), null, undefined, 12n, 'x'])).toBe(false);
  });

  it.each([
    ['an array', (doc: Y.Doc, value: unknown) => doc.getArray('list').push([value])],
    ['an embed', (doc: Y.Doc, value: unknown) => doc.getText('body').insertEmbed(0, { value })],
    ['a format', (doc: Y.Doc, value: unknown) => doc.getText('body').insert(0, 'x', { value: value as string })],
    ['a subdocument', (doc: Y.Doc, value: unknown) => doc.getMap('m').set('k', new Y.Doc({ meta: value }))],
  ])('[G4] an update with such a value is none: in %s', (_, write) => {
    for (const [levels, isUpdate] of [
      [MAX_NESTING / 2, true],
      [MAX_NESTING + 1, false],
    ] as const) {
      const doc = new Y.Doc();
      write(doc, nestLists(levels));
      const look = (): unknown => inspectUpdate(Y.encodeStateAsUpdate(doc));
      if (isUpdate) expect(look).not.toThrow();
      else expect(look).toThrow(UpdateError);
    }
  });
});
