import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { hasMissingDependencies, inspectUpdate, reachesBelow, UpdateError } from './update-inspection.ts';

function keystrokes(text: string, clientID = 5): Uint8Array[] {
  const doc = Object.assign(new Y.Doc(), { clientID });
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  for (const [index, letter] of [...text].entries()) doc.getText('body').insert(index, letter);
  return updates;
}

const clockIn = (doc: Y.Doc) => (client: number) => Y.getState(doc.store, client);

describe('looking at an update', () => {
  it('any bytes are an update or a typed error', () => {
    const seen = { updates: 0, errors: 0 };
    const base = keystrokes('hello')[2] ?? new Uint8Array();
    void fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 80 }),
          fc.tuple(fc.nat(base.length - 1), fc.nat(255)).map(([at, value]) => base.with(at, value)),
        ),
        (bytes) => {
          try {
            inspectUpdate(bytes);
            seen.updates += 1;
          } catch (error) {
            expect(error).toBeInstanceOf(UpdateError);
            seen.errors += 1;
          }
        },
      ),
      { numRuns: 3_000 },
    );
    expect(seen.updates).toBeGreaterThan(0);
    expect(seen.errors).toBeGreaterThan(0);
  });

  it('[R3] a keystroke whose predecessor is missing is told from one that fits', () => {
    const [first, second, third] = keystrokes('abc');
    if (first === undefined || second === undefined || third === undefined)
      throw new Error('three keystrokes expected');
    const doc = new Y.Doc();
    Y.applyUpdate(doc, first);
    expect(hasMissingDependencies(inspectUpdate(second), clockIn(doc))).toBe(false);
    expect(hasMissingDependencies(inspectUpdate(third), clockIn(doc))).toBe(true);
    expect(hasMissingDependencies(inspectUpdate(Y.mergeUpdates([second, third])), clockIn(doc))).toBe(false);
  });

  it('[R3] it agrees with Yjs on what stays pending', () => {
    let gaps = 0;
    void fc.assert(
      fc.property(
        fc.array(fc.record({ who: fc.nat(2), at: fc.nat(30), erase: fc.boolean() }), { minLength: 2, maxLength: 25 }),
        fc.array(fc.nat(), { minLength: 1, maxLength: 25 }),
        (script, picks) => {
          const updates: Uint8Array[] = [];
          const docs = [1, 2, 3].map((clientID) => Object.assign(new Y.Doc(), { clientID }));
          for (const doc of docs) {
            doc.on('update', (update: Uint8Array, origin: unknown) => {
              if (origin === 'remote') return;
              updates.push(update);
              for (const other of docs) if (other !== doc) Y.applyUpdate(other, update, 'remote');
            });
          }
          for (const { who, at, erase } of script) {
            const text = docs[who]?.getText('body');
            if (text === undefined) continue;
            if (erase && text.length > 0) text.delete(Math.min(at, text.length - 1), 1);
            else text.insert(Math.min(at, text.length), 'x');
          }
          const reader = new Y.Doc();
          for (const pick of picks) {
            const update = updates[pick % updates.length];
            if (update === undefined) continue;
            if (reader.store.pendingStructs !== null || reader.store.pendingDs !== null) break;
            const missing = hasMissingDependencies(inspectUpdate(update), clockIn(reader));
            Y.applyUpdate(reader, update);
            const isPending = reader.store.pendingStructs !== null || reader.store.pendingDs !== null;
            if (missing) gaps += 1;
            expect(missing).toBe(isPending);
          }
        },
      ),
      { numRuns: 300 },
    );
    expect(gaps).toBeGreaterThan(10);
  });

  it('[R14] structs of an earlier life are recognised, new ones of the same client are not', () => {
    const [first, second] = keystrokes('ab', 9);
    const tombstone = new Map([[9, 1]]);
    expect(reachesBelow(inspectUpdate(first ?? new Uint8Array()), tombstone)).toBe(true);
    expect(reachesBelow(inspectUpdate(second ?? new Uint8Array()), tombstone)).toBe(false);
  });
});
