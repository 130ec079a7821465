import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { makeCrowd, makeManyTexts, makeUpdate } from '../testing/made-up-updates.ts';
import { mayTakeLong, mayTakeLongAlone } from './integration-cost.ts';
import { inspectUpdate } from './update-inspection.ts';

const structsOf = (update: Uint8Array) => inspectUpdate(update).structs;

describe('whether an update may take long to be brought into its document', () => {
  it('[G4] is so where thousands hang on one place, in the document or in the update', () => {
    const document = new Y.Doc();
    // Of a low client, so that all others have to be put behind each of them.
    Y.applyUpdate(
      document,
      makeUpdate([{ client: 1, clock: 0, items: Array.from({ length: 3_000 }, () => ({ text: 'x' })) }]),
    );
    const crowd = structsOf(makeCrowd(10, 1_500));
    expect(mayTakeLong(crowd, document)).toBe(true);
    expect(mayTakeLong(structsOf(makeCrowd(10, 5)), document)).toBe(false);
    expect(mayTakeLongAlone(crowd)).toBe(true);
  });

  it('is not so for what editors send: a key, something pasted, a word replaced in many places', () => {
    const document = new Y.Doc();
    const text = document.getText('body');
    text.insert(0, 'word and '.repeat(500));
    const updates: Uint8Array[] = [];
    document.on('update', (update: Uint8Array) => updates.push(update));
    text.insert(20, 'x');
    text.insert(20, 'y'.repeat(100_000));
    document.transact(() => {
      for (let at = 499; at >= 0; at -= 1) {
        text.delete(9 * at, 4);
        text.insert(9 * at, 'thing');
      }
    });
    expect(updates.map((update) => mayTakeLong(structsOf(update), document))).toEqual([false, false, false]);
    const pasted = structsOf(makeManyTexts(7, 50_000));
    expect([mayTakeLong(pasted, document), mayTakeLongAlone(pasted)]).toEqual([false, false]);
  });
});
