import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import {
  type MadeUpItem,
  makeCrowd,
  makeDialogue,
  makeManyTexts,
  makeTangle,
  makeUpdate,
} from '../testing/made-up-updates.ts';
import { mayTakeLong, mayTakeLongAlone, takesTooLong } from './integration-cost.ts';
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

/** As many texts as somebody claims to have put at the same place. */
function makePile(client: number, count: number, item: Omit<MadeUpItem, 'text'> = {}): Uint8Array {
  return makeUpdate([{ client, clock: 0, items: Array.from({ length: count }, () => ({ text: 'x', ...item })) }]);
}

function documentOf(...updates: readonly Uint8Array[]): Y.Doc {
  const document = new Y.Doc();
  for (const update of updates) Y.applyUpdate(document, update);
  return document;
}

describe('whether an update takes longer than any may', () => {
  it('[G4] is so where thousands are put at one place at which there are thousands', () => {
    const document = documentOf(makeDialogue(1, 2, 16_000));
    expect(takesTooLong(structsOf(makeCrowd(10, 4_000)), document)).toBe(true);
    expect(takesTooLong(structsOf(makeCrowd(10, 1_000)), document)).toBe(false);
  });

  it('[G4] is so where they have different neighbours, none of which is near', () => {
    const document = documentOf(makeManyTexts(1, 7_900));
    const far = Array.from({ length: 7_900 }, (_, at) => ({
      text: 'x',
      origin: { client: 1, clock: at },
      rightOrigin: { client: 1, clock: 7_899 },
    }));
    expect(takesTooLong(structsOf(makeUpdate([{ client: 2, clock: 0, items: far }])), document)).toBe(true);
  });

  it('[G4] is so where they are many at one place, whatever is there', () => {
    const document = documentOf(makeManyTexts(1, 2));
    const between = { origin: { client: 1, clock: 0 }, rightOrigin: { client: 1, clock: 1 } };
    expect(takesTooLong(structsOf(makePile(2, 7_900, between)), document)).toBe(true);
    expect(takesTooLong(structsOf(makeTangle(14_000)), document)).toBe(true);
  });

  it('is not so for what one person does, however much, in a document however large', () => {
    const document = new Y.Doc();
    const [mine, theirs] = [Object.assign(new Y.Doc(), { clientID: 1 }), Object.assign(new Y.Doc(), { clientID: 2 })];
    const sync = (from: Y.Doc, to: Y.Doc): void => Y.applyUpdate(to, Y.encodeStateAsUpdate(from));
    const text = theirs.getText('body');
    for (let word = 0; word < 5_000; word += 1) text.insert(0, word % 2 === 0 ? 'word ' : 'and ');
    sync(theirs, document);
    sync(theirs, mine);
  it('[G4] is so where somebody puts something behind each of what another has typed on, and before what is far', () => {
    const far = { client: 1, clock: 7_999 };
    const typed = Array.from({ length: 8_000 }, (_, at) => ({
      text: 'x',
      origin: at === 0 ? null : { client: 1, clock: at - 1 },
    }));
    const between = (rightOrigin: typeof far | null) =>
      Array.from({ length: 7_000 }, (_, at) => ({ text: 'y', origin: { client: 1, clock: at }, rightOrigin }));
    const document = new Y.Doc();
    for (const items of [typed, [{ text: 'x'.repeat(8_000) }]]) {
      for (const rightOrigin of [null, far]) {
        const made = makeUpdate([
          { client: 1, clock: 0, items },
          { client: 2, clock: 0, items: between(rightOrigin) },
        ]);
        expect(takesTooLong(structsOf(made), document)).toBe(true);
      }
    }
    // What was put before the very next has nothing to pass.
    const next = Array.from({ length: 7_000 }, (_, at) => ({
      text: 'y',
      origin: { client: 1, clock: at },
      rightOrigin: { client: 1, clock: at + 1 },
    }));
    const woven = makeUpdate([
      { client: 1, clock: 0, items: typed },
      { client: 2, clock: 0, items: next },
    ]);
    expect(takesTooLong(structsOf(woven), document)).toBe(false);
  });

    const vector = Y.encodeStateVector(mine);
    const [list, board, copy] = [mine.getArray('list'), mine.getMap('board'), mine.getText('body')];
    for (let at = 0; at < 3_000; at += 1) {
      list.unshift([at]);
      board.set(`card ${at}`, at);
      board.set('last', at);
      copy.insert((at * 7) % copy.length, 'x');
    }
    mine.transact(() => {
      for (let at = copy.length - 5; at > 0; at -= 5) {
        copy.delete(at, 1);
        copy.insert(at, 'thing');
      }
    });
    const offline = structsOf(Y.encodeStateAsUpdate(mine, vector));
    expect(offline.length).toBeGreaterThan(10_000);
    expect(mayTakeLong(offline, document)).toBe(true);
    expect(takesTooLong(offline, document)).toBe(false);
    // Nor when others went on meanwhile.
    for (let at = 0; at < 1_000; at += 1) {
      text.insert((at * 31) % text.length, 'y');
      theirs.getArray('list').unshift([at]);
      theirs.getMap('board').set('last', at);
    }
    sync(theirs, document);
    expect(takesTooLong(offline, document)).toBe(false);
  });
});
