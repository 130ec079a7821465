import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { DocumentSize, weighNews } from './document-size.ts';
import { inspectUpdate } from './update-inspection.ts';

const sizeOf = (doc: Y.Doc): number => Y.encodeStateAsUpdate(doc).length;

/** A document that is counted from its beginning; time stands still, so that it may always be measured. */
function count(doc: Y.Doc): {
  size: DocumentSize;
  measured: () => number;
  hasRoomFor: (bytes: number, limit: number) => boolean;
} {
  const size = new DocumentSize(doc, { snapshot: sizeOf(doc), edits: 0 }, () => 0);
  size.watch();
  let measured = 0;
  const hasRoomFor = (bytes: number, limit: number): boolean =>
    size.hasRoomFor(bytes, limit, () => {
      measured += 1;
      size.known(sizeOf(doc));
    });
  return { size, hasRoomFor, measured: () => measured };
}

describe('the size of a document', () => {
  it('[G4] is never more than what is counted, whatever is written and deleted, in whatever pieces', () => {
    const edit = fc.oneof(
      fc.record({ kind: fc.constant('type' as const), at: fc.nat(), text: fc.string({ minLength: 1, maxLength: 40 }) }),
      fc.record({ kind: fc.constant('delete' as const), at: fc.nat(), length: fc.integer({ min: 1, max: 30 }) }),
      fc.record({ kind: fc.constant('set' as const), key: fc.constantFrom('a', 'b'), value: fc.jsonValue() }),
      fc.record({ kind: fc.constant('nest' as const), text: fc.string({ maxLength: 20 }) }),
      fc.record({ kind: fc.constant('drop' as const) }),
    );
    let deleted = 0;
    fc.assert(
      fc.property(fc.array(fc.array(edit, { maxLength: 4 }), { maxLength: 40 }), (transactions) => {
        const doc = new Y.Doc();
        const { size } = count(doc);
        for (const edits of transactions) {
          doc.transact(() => {
            for (const each of edits) if (perform(doc, each)) deleted += 1;
          });
          expect(size.hasRoomFor(0, sizeOf(doc) - 1, () => {})).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
    expect(deleted).toBeGreaterThan(500);
  });

  it('of something that is written over and over stays what it is, without being measured', () => {
    const doc = new Y.Doc();
    const { hasRoomFor, measured } = count(doc);
    for (let round = 0; round < 100; round += 1) {
      expect(hasRoomFor(10_100, 30_000)).toBe(true);
      doc.getMap('blobs').set('one', 'x'.repeat(10_000));
    }
    expect(measured()).toBeLessThan(3);
  });

  it('is found out again only once enough has come to make it worth it: most keystrokes cost nothing', () => {
    const doc = new Y.Doc();
    const { hasRoomFor, measured } = count(doc);
    const text = doc.getText('body');
    const limit = 20_000;
    let typed = 0;
    while (hasRoomFor(30, limit)) {
      text.insert(text.length, 'x');
      typed += 1;
    }
    expect(sizeOf(doc)).toBeGreaterThan(limit * 0.95);
    expect(sizeOf(doc)).toBeLessThanOrEqual(limit);
    expect(measured()).toBeLessThan(typed / 4);
    const before = measured();
    for (let attempt = 0; attempt < 100; attempt += 1) expect(hasRoomFor(30, limit)).toBe(false);
    expect(measured()).toBeLessThanOrEqual(before + 1);
  });

  it('makes room at once for what is deleted', () => {
    const doc = new Y.Doc();
    const { hasRoomFor, measured } = count(doc);
    doc.getText('body').insert(0, 'x'.repeat(10_000));
    expect(hasRoomFor(2_000, 10_200)).toBe(false);
    const before = measured();
    doc.getText('body').delete(0, 5_000);
    expect(hasRoomFor(2_000, 10_200)).toBe(true);
    expect(measured()).toBe(before);
  });

  it('is not found out more often than a twentieth of the time allows', () => {
    const doc = new Y.Doc();
    let now = 0;
    let encoded = 0;
    const size = new DocumentSize(doc, { snapshot: 0, edits: 5_000 }, () => now);
    size.watch();
    const isFull = (): boolean =>
      !size.hasRoomFor(5_000, 1_000, () => {
        now += 10;
        encoded += 1;
        size.known(900);
        doc.getText('body').insert(0, 'x'.repeat(100));
      });
    expect([isFull(), isFull(), encoded]).toEqual([true, true, 1]);
    now += 199;
    expect([isFull(), encoded]).toEqual([true, 1]);
    now += 1;
    expect([isFull(), encoded]).toEqual([true, 2]);
  });
});

describe('the room that an update takes', () => {
  const nothingIsKnown = (): number => 0;

  it('is none when all that it does is to delete, or what it brings was deleted before it was sent', () => {
    const doc = new Y.Doc();
    const updates: Uint8Array[] = [];
    doc.on('update', (update: Uint8Array) => updates.push(update));
    doc.getText('body').insert(0, 'hello');
    doc.getText('body').delete(1, 3);
    doc.transact(() => {
      doc.getText('body').insert(0, 'gone');
      doc.getText('body').delete(0, 4);
    });
    const takesRoom = updates.map((update) => weighNews(inspectUpdate(update), nothingIsKnown).living > 0);
    expect(takesRoom).toEqual([true, false, false]);
  });

  it('is none for what was undone, though an editor keeps it for redo and sends it', () => {
    const doc = new Y.Doc();
    const undo = new Y.UndoManager(doc.getText('body'), { captureTimeout: 0 });
    doc.getText('body').insert(0, 'stays');
    const vector = Y.encodeStateVector(doc);
    doc.getText('body').insert(2, 'x'.repeat(1_000));
    const pasted = inspectUpdate(Y.encodeStateAsUpdate(doc, vector));
    undo.undo();
    const undone = inspectUpdate(Y.encodeStateAsUpdate(doc, vector));
    expect(undone.update.length).toBeGreaterThan(1_000);
    expect([pasted, undone].map((update) => weighNews(update, nothingIsKnown).living > 0)).toEqual([true, false]);
    doc.getText('body').insert(0, 'typed since');
    const more = inspectUpdate(Y.encodeStateAsUpdate(doc, vector));
    expect(weighNews(more, nothingIsKnown).living).toBeGreaterThan(0);
    expect(weighNews(more, nothingIsKnown).living).toBeLessThan(200);
  });

  it('is that of what is not known or on its way, and never more than its bytes', () => {
    const doc = Object.assign(new Y.Doc(), { clientID: 7 });
    doc.getText('body').insert(0, 'x'.repeat(1_000));
    doc.getMap('meta').set('title', 'plan');
    const whole = inspectUpdate(Y.encodeStateAsUpdate(doc));
    expect(weighNews(whole, nothingIsKnown).living).toBe(whole.update.length);
    expect(weighNews(whole, () => 1_001)).toEqual({ living: 0, dead: 0 });
    doc.getText('body').insert(0, 'y');
    const more = inspectUpdate(Y.encodeStateAsUpdate(doc));
    expect(weighNews(more, () => 1_001).living).toBeLessThan(100);
    expect(weighNews(more, () => 1_001).living).toBeGreaterThan(0);
  });

  it('[G4] is what stays of what was deleted before it was sent: the names that lead to it, and a head where it stands apart', () => {
    const doc = new Y.Doc();
    const vector = Y.encodeStateVector(doc);
    doc.transact(() => {
      const meta = doc.getMap('meta');
      meta.set('k'.repeat(10_000), 1);
      meta.delete('k'.repeat(10_000));
      const text = doc.getText('t'.repeat(5_000));
      for (let at = 0; at < 200; at += 1) text.insert(0, 'x');
      text.delete(0, 200);
    });
    const { update, ...rest } = inspectUpdate(Y.encodeStateAsUpdate(doc, vector));
    const { living, dead } = weighNews({ update, ...rest }, nothingIsKnown);
    expect(living).toBe(0);
    expect(dead).toBeGreaterThan(update.length * 0.9);
    const typed = new Y.Doc();
    for (let at = 0; at < 200; at += 1) typed.getText('body').insert(at, 'x');
    typed.getText('body').delete(0, 200);
    const typedAndGone = weighNews(inspectUpdate(Y.encodeStateAsUpdate(typed)), nothingIsKnown);
    expect(typedAndGone.living).toBe(0);
    expect(typedAndGone.dead).toBeLessThan(100);
  });
});

type Edit =
  | { readonly kind: 'type'; readonly at: number; readonly text: string }
  | { readonly kind: 'delete'; readonly at: number; readonly length: number }
  | { readonly kind: 'set'; readonly key: string; readonly value: unknown }
  | { readonly kind: 'nest'; readonly text: string }
  | { readonly kind: 'drop' };

/** @returns whether it deleted something */
function perform(doc: Y.Doc, edit: Edit): boolean {
  const [body, list, map] = [doc.getText('body'), doc.getArray('list'), doc.getMap('meta')];
  switch (edit.kind) {
    case 'type':
      body.insert(edit.at % (body.length + 1), edit.text);
      return false;
    case 'delete': {
      if (body.length === 0) return false;
      const at = edit.at % body.length;
      body.delete(at, Math.min(edit.length, body.length - at));
      return true;
    }
    case 'set':
      map.set(edit.key, edit.value);
      return false;
    case 'nest': {
      const paragraph = new Y.XmlElement('p');
      list.insert(0, [paragraph]);
      paragraph.insert(0, [new Y.XmlText(edit.text)]);
      return false;
    }
    case 'drop':
      if (list.length === 0) return false;
      list.delete(list.length - 1);
      return true;
    default:
      return edit satisfies never;
  }
}
