import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { isNestedTooDeep, MAX_NESTING } from './nesting.ts';
import { measureTypeNesting, TypesAhead } from './type-nesting.ts';
import { inspectUpdate, UpdateError } from './update-inspection.ts';

function nest(levels: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = {};
  for (let level = 1; level < levels; level += 1) value = wrap(value);
  return value;
}

const nestLists = (levels: number): unknown => nest(levels, (inner) => [inner]);

/** Maps in maps, one update a level. */
function nestTypes(levels: number, doc = new Y.Doc()): Uint8Array[] {
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  let inner = doc.getMap('root');
  for (let level = 0; level < levels; level += 1) {
    const next = new Y.Map<unknown>();
    inner.set('k', next);
    inner = next;
  }
  return updates;
}

const structsOf = (...updates: readonly Uint8Array[]) =>
  inspectUpdate(updates.length === 1 ? (updates[0] as Uint8Array) : Y.mergeUpdates([...updates])).structs;

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

  it('of types is counted from the root, through what is there and what comes', () => {
    const updates = nestTypes(12);
    const there = new Y.Doc();
    for (const update of updates.slice(0, 5)) Y.applyUpdate(there, update);
    expect(measureTypeNesting(structsOf(...updates), new Y.Doc())).toEqual({ deepest: 12, deepestAhead: 0 });
    expect(measureTypeNesting(structsOf(...updates.slice(5)), there)).toEqual({ deepest: 12, deepestAhead: 0 });
    // Six, in something whose own place is not known.
    expect(measureTypeNesting(structsOf(...updates.slice(6)), there)).toEqual({ deepest: 0, deepestAhead: 7 });
  });

  it('of types is found through their neighbours, which alone name a parent', () => {
    const doc = new Y.Doc();
    const fragment = doc.getXmlFragment('default');
    const outer = new Y.XmlElement('ul');
    fragment.insert(0, [outer]);
    const updates: Uint8Array[] = [];
    doc.on('update', (update: Uint8Array) => updates.push(update));
    const before = Y.encodeStateAsUpdate(doc);
    outer.insert(0, [new Y.XmlElement('li')]);
    outer.insert(1, [new Y.XmlElement('li')]);
    const there = new Y.Doc();
    Y.applyUpdate(there, before);
    Y.applyUpdate(there, updates[0] ?? new Uint8Array());
    expect(measureTypeNesting(structsOf(updates[1] ?? new Uint8Array()), there)).toEqual({
      deepest: 2,
      deepestAhead: 0,
    });
  });

  it('of types that wait for each other comes to an end', () => {
    const [typeBesideAnother, map] = [0x87, 1];
    const part = (client: number, other: number): number[] => [1, client, 0, typeBesideAnother, other, 0, map];
    const circle = new Uint8Array([2, ...part(2, 1), ...part(1, 2), 0]);
    expect(measureTypeNesting(structsOf(circle), new Y.Doc())).toEqual({ deepest: 0, deepestAhead: 1 });
  });

  it('of types on their way to the disk is limited over all of them, until they are there', () => {
    const ahead = new TypesAhead();
    ahead.note(400);
    expect(ahead.hasRoomFor(100)).toBe(true);
    expect(ahead.hasRoomFor(101)).toBe(false);
    ahead.flushBegins();
    ahead.note(100);
    expect(ahead.hasRoomFor(1)).toBe(false);
    ahead.flushEnds();
    expect(ahead.hasRoomFor(400)).toBe(true);
    expect(ahead.hasRoomFor(401)).toBe(false);
  });
});
