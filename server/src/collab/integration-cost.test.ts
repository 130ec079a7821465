import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import {
  type MadeUpItem,
  makeCrowd,
  makeDialogue,
  makeManyDeletions,
  makeManyTexts,
  makeTangle,
  makeUpdate,
} from '../testing/made-up-updates.ts';
import { countSteps, mayTakeLong, mayTakeLongAlone } from './integration-cost.ts';
import type { Struct } from './integration-order.ts';
import { inspectUpdate } from './update-inspection.ts';

function takesTooLong(structs: readonly Struct[], document: Y.Doc): boolean {
  const steps = countSteps(structs, document);
  while (steps?.isKnown === false) steps.look();
  return steps?.areTooMany === true;
}

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

  it('is not so for what one person does, however much, in a document however large', () => {
    const document = new Y.Doc();
    const [mine, theirs] = [Object.assign(new Y.Doc(), { clientID: 1 }), Object.assign(new Y.Doc(), { clientID: 2 })];
    const sync = (from: Y.Doc, to: Y.Doc): void => Y.applyUpdate(to, Y.encodeStateAsUpdate(from));
    const text = theirs.getText('body');
    for (let word = 0; word < 5_000; word += 1) text.insert(0, word % 2 === 0 ? 'word ' : 'and ');
    sync(theirs, document);
    sync(theirs, mine);
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

  it('[G4] is found out in small looks, however much there is to pass, and at once only where that is little', () => {
    const document = documentOf(makeDialogue(1, 2, 60_000));
    const far = (count: number) =>
      structsOf(
        makeUpdate([
          {
            client: 3,
            clock: 0,
            items: Array.from({ length: count }, (_, at) => ({ text: 'z', origin: { client: 1, clock: at } })),
          },
        ]),
      );
    const steps = countSteps(far(50), document);
    if (steps === null) throw new Error('something to count expected');
    expect(steps.isKnown).toBe(false);
    let looks = 0;
    for (; !steps.isKnown; looks += 1) {
      const before = steps.spent;
      steps.look();
      expect(steps.spent - before).toBeLessThanOrEqual(1_001);
    }
    expect(looks).toBeGreaterThan(1_000);
    expect(steps.areTooMany).toBe(true);
  });

  it('is the same whether the document goes on meanwhile or not', () => {
    // Every other one is gone, so that no two of them are one item.
    const document = documentOf(makeManyTexts(1, 60_000), makeManyDeletions(1, 30_000));
    const [first, last] = [1, 59_999].map((clock) => ({ client: 1, clock }));
    if (first === undefined || last === undefined) throw new Error('two places expected');
    const items = Array.from({ length: 60 }, () => ({ text: 'z', origin: first, rightOrigin: last }));
    const made = structsOf(makeUpdate([{ client: 3, clock: 0, items }]));
    const count = (between: () => void): number => {
      const steps = countSteps(made, document);
      while (steps?.isKnown === false) {
        between();
        steps.look();
      }
      return steps?.spent ?? 0;
    };
    const alone = count(() => {});
    // Deleted neighbours become one, the last one among them.
    const busy = count(() => {
      const body = document.getText('body');
      body.delete(body.length - 200, 200);
    });
    expect(alone).toBeGreaterThan(50_000);
    expect(busy).toBeGreaterThan(0);
    expect(busy).toBeLessThanOrEqual(alone);
  });
});
