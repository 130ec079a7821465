import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { makeCycle, makeDeletion, makeManyTexts, makeNest, makeUpdate } from '../testing/made-up-updates.ts';
import { type Holdings, judge, type SoundUpdate, unpackSpans } from './judgement.ts';
import { findNewDeletes, findNovelty, readPending, withDeletes } from './novelty.ts';
import { inspectUpdate } from './update-inspection.ts';

const MAX_PARTS = 100_000;

function holdingsOf(document: Y.Doc, ahead: readonly (readonly [number, number])[] = []): Holdings {
  return {
    stateVector: Y.encodeStateVector(document),
    ahead: new Map(ahead),
    pending: readPending(document).spans,
    tombstone: new Map(),
  };
}

function findSound(
  kind: 'update' | 'step-2',
  update: Uint8Array,
  holdings: Holdings,
  serverRoot: string | null = null,
): SoundUpdate {
  const finding = judge({ kind, update, holdings, serverRoot, maxParts: MAX_PARTS });
  if (finding.kind !== 'sound') throw new Error(`it is ${finding.kind}`);
  return finding.sound;
}

/** People who write into one text, and now and then hear of each other. */
function write(script: readonly { who: number; at: number; erase: boolean; sync: boolean }[]): Y.Doc[] {
  const docs = [1, 2, 3].map((clientID) => Object.assign(new Y.Doc(), { clientID }));
  for (const { who, at, erase, sync } of script) {
    const [doc, hub] = [docs[who], docs[0]];
    if (doc === undefined || hub === undefined) continue;
    const text = doc.getText('body');
    if (erase && text.length > 0) text.delete(Math.min(at, text.length - 1), 1);
    else text.insert(Math.min(at, text.length), 'ab');
    if (sync) Y.applyUpdate(hub, Y.encodeStateAsUpdate(doc));
    if (sync) Y.applyUpdate(doc, Y.encodeStateAsUpdate(hub));
  }
  return docs;
}

describe('what is found out about a large update without its document', () => {
  it('[R5] of a step 2 is what the document would have found', () => {
    const step = fc.record({ who: fc.nat(2), at: fc.nat(40), erase: fc.boolean(), sync: fc.boolean() });
    let novel = 0;
    void fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (script) => {
        const [hub, other] = write(script) as [Y.Doc, Y.Doc];
        const update = Y.encodeStateAsUpdate(other);
        const sound = findSound('step-2', update, holdingsOf(hub));
        const deletes = findNewDeletes(hub, inspectUpdate(sound.bytes).deletes, readPending(hub));
        const novelty = findNovelty(hub, inspectUpdate(update));
        const isNovel = sound.structs > 0 || deletes.clients.size > 0;
        expect(isNovel).toBe(novelty !== null);
        if (novelty === null) return;
        novel += 1;
        expect(withDeletes(sound.bytes, sound.deletesAt, deletes)).toEqual(novelty);
        expect(unpackSpans(sound.spans)).toEqual(inspectUpdate(novelty).spans);
      }),
      { numRuns: 200 },
    );
    expect(novel).toBeGreaterThan(20);
  });

  it('says what it builds on that is missing, counting what is on its way', () => {
    const document = new Y.Doc();
    const update = makeManyTexts(7, 10, 5);
    expect(findSound('update', update, holdingsOf(document)).isMissingSomething).toBe(true);
    expect(findSound('update', update, holdingsOf(document, [[7, 4]])).isMissingSomething).toBe(true);
    expect(findSound('update', update, holdingsOf(document, [[7, 5]])).isMissingSomething).toBe(false);
    expect(findSound('update', makeCycle(1, 2), holdingsOf(document)).isMissingSomething).toBe(true);
  });

  it('[R14] says whether it belongs to an earlier life, by what it carries, builds on or deletes', () => {
    const dead = { ...holdingsOf(new Y.Doc()), tombstone: new Map([[7, 3]]) };
    const after = makeUpdate([{ client: 8, clock: 0, items: [{ text: 'x', origin: { client: 7, clock: 2 } }] }]);
    for (const update of [makeManyTexts(7, 1), after, makeDeletion({ client: 7, clock: 1 })]) {
      expect(findSound('step-2', update, dead).belongsToTheDead).toBe(true);
      expect(findSound('step-2', update, holdingsOf(new Y.Doc())).belongsToTheDead).toBe(false);
    }
  });

  it('[G4] says how deep its types lie, and on what those hang that lie in the document', () => {
    const document = new Y.Doc();
    const around = { client: 1, clock: 0 };
    Y.applyUpdate(document, makeNest(around, 3));
    const atRoot = findSound('update', makeNest({ client: 2, clock: 0 }, 7), holdingsOf(document)).types;
    expect(atRoot).toMatchObject({ fromRoot: 7, beneath: null, isCutShort: false });
    const inside = findSound('update', makeNest({ client: 2, clock: 0 }, 7, around), holdingsOf(document)).types;
    expect(inside).toMatchObject({ fromRoot: 0, beneath: 7, isCutShort: false });
    expect([...inside.hangOn]).toEqual([1, 0]);
  });

  it('[G6] says what it hangs on where a part of the document is the server’s alone', () => {
    const item = { text: 'x', origin: { client: 7, clock: 4 } };
    const update = Y.mergeUpdates([makeManyTexts(8, 10, 3), makeUpdate([{ client: 9, clock: 0, items: [item] }])]);
    const holdings = holdingsOf(new Y.Doc());
    const { reach } = findSound('update', update, holdings, 'threads');
    expect(reach?.isInRoot).toBe(false);
    expect(unpackSpans(reach?.named ?? new Float64Array())).toEqual(
      expect.arrayContaining([
        { client: 7, start: 4, end: 5 },
        { client: 8, start: 2, end: 12 },
      ]),
    );
    const thread = new Y.Doc();
    thread.getMap('threads').set('one', 1);
    expect(findSound('update', Y.encodeStateAsUpdate(thread), holdings, 'threads').reach?.isInRoot).toBe(true);
    expect(findSound('update', update, holdings).reach).toBeNull();
  });

  it('is that it is no update, or has too many parts, where that is so', () => {
    const holdings = holdingsOf(new Y.Doc());
    const itself = makeUpdate([{ client: 7, clock: 0, items: [{ text: 'x', origin: { client: 7, clock: 0 } }] }]);
    for (const update of [new Uint8Array([1, 2, 3]), itself]) {
      expect(judge({ kind: 'update', update, holdings, serverRoot: null, maxParts: MAX_PARTS })).toEqual({
        kind: 'bad',
      });
    }
    const many = makeManyTexts(7, 200);
    expect(judge({ kind: 'update', update: many, holdings, serverRoot: null, maxParts: 100 })).toEqual({
      kind: 'too-complex',
    });
  });
});
