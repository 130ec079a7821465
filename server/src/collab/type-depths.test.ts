import fc from 'fast-check';
import { createEncoder, toUint8Array, writeUint8, writeVarString, writeVarUint } from 'lib0/encoding';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { type MadeUpId, makeNest } from '../testing/made-up-updates.ts';
import { surveyTypes, TypeDepths } from './type-depths.ts';
import { inspectUpdate } from './update-inspection.ts';

const LIMIT = 20;

/** A document, and what goes to it as a flush would take it there. */
function createStage(document = new Y.Doc()) {
  const typeDepths = new TypeDepths(document);
  let waiting: Uint8Array[] = [];
  return {
    document,
    /** @returns whether it is on its way */
    send(update: Uint8Array, limit = LIMIT): boolean {
      const admitted = typeDepths.admits(inspectUpdate(update), limit);
      if (admitted) waiting.push(update);
      return admitted;
    },
    typeDepths,
    flush() {
      typeDepths.flushBegins();
      for (const update of waiting) Y.applyUpdate(document, update);
      waiting = [];
      typeDepths.flushEnds();
    },
  };
}

/** A text at the root of a list, or inside a type. */
function placeText(client: number, parent: MadeUpId | null): Uint8Array {
  const encoder = createEncoder();
  for (const number of [1, 1, client, 0, 4]) writeVarUint(encoder, number);
  writeVarUint(encoder, parent === null ? 1 : 0);
  if (parent === null) writeVarString(encoder, 'list');
  else for (const number of [parent.client, parent.clock]) writeVarUint(encoder, number);
  writeVarString(encoder, 'x');
  writeVarUint(encoder, 0); // no deletions
  return toUint8Array(encoder);
}

/** An array of which only its neighbour says where it lies. */
function placeBeside(client: number, neighbour: MadeUpId): Uint8Array {
  const encoder = createEncoder();
  for (const number of [1, 1, client, 0]) writeVarUint(encoder, number);
  writeUint8(encoder, 0x87); // a type, with a neighbour before it
  for (const number of [neighbour.client, neighbour.clock, 0, 0]) writeVarUint(encoder, number);
  return toUint8Array(encoder);
}

/** How deep the deepest type of a document lies, found the long way round. */
function measureDeepest(document: Y.Doc): number {
  let deepest = 0;
  for (const structs of document.store.clients.values()) {
    for (const struct of structs) {
      if (!(struct instanceof Y.Item && struct.content instanceof Y.ContentType)) continue;
      let depth = 0;
      for (let at: Y.Item | null = struct; at !== null; at = (at.parent as Y.AbstractType<unknown>)._item) depth += 1;
      deepest = Math.max(deepest, depth);
    }
  }
  return deepest;
}

describe('[G4] shared types inside each other', () => {
  it('may lie as deep as the limit and no deeper: in one update', () => {
    const { send } = createStage();
    expect(send(makeNest({ client: 1, clock: 0 }, LIMIT + 1))).toBe(false);
    expect(send(makeNest({ client: 1, clock: 0 }, LIMIT))).toBe(true);
  });

  it.each(['together', 'one after the other'])('one in each of many updates, which come to the document %s', (how) => {
    const { send, flush } = createStage();
    for (let level = 0; level <= LIMIT; level += 1) {
      const parent = level === 0 ? null : { client: level, clock: 0 };
      expect(send(makeNest({ client: level + 1, clock: 0 }, 1, parent))).toBe(level < LIMIT);
      if (how !== 'together') flush();
    }
  });

  it('beside a text whose depth is not known yet, they come little further than the limit', () => {
    const { document, send, flush } = createStage();
    let depth = 0;
    let refused = 0;
    for (let round = 0; round < 4; round += 1) {
      for (let level = 0; level < 400; level += 1) {
        // A text inside the deepest type, and beside it a type of which only that text says where it lies.
        const [text, type] = [1_000_000 + 2 * depth, 1_000_001 + 2 * depth];
        const inside = depth === 0 ? null : { client: type - 2, clock: 0 };
        const placed = placeText(text, inside);
        const admitted = send(placed) && send(placeBeside(type, { client: text, clock: 0 }));
        if (admitted) depth += 1;
        else refused += 1;
      }
      flush();
    }
    expect(refused).toBeGreaterThan(0);
    expect(measureDeepest(document)).toBeGreaterThan(LIMIT);
    expect(measureDeepest(document)).toBeLessThan(LIMIT + 1_100);
  });

  it('a table of hundreds of rows that is made piece by piece is as deep as it is', () => {
    const { document, send, flush } = createStage();
    const author = new Y.Doc();
    let refused = 0;
    author.on('update', (update: Uint8Array) => {
      if (!send(update, 4)) refused += 1;
    });
    const table = new Y.Array<Y.Array<Y.Text>>();
    author.getArray('page').insert(0, [table]);
    for (let row = 0; row < 300; row += 1) {
      const cells = new Y.Array<Y.Text>();
      table.push([cells]);
      for (let cell = 0; cell < 5; cell += 1) cells.push([new Y.Text(`${row}:${cell}`)]);
    }
    flush();
    expect(refused).toBe(0);
    expect(measureDeepest(document)).toBe(3);
  });

  it('two that wait for each other are no way around it', () => {
    const { send } = createStage();
    const one = makeNest({ client: 1, clock: 0 }, LIMIT, { client: 2, clock: 0 });
    const other = makeNest({ client: 2, clock: 0 }, 1, { client: 1, clock: 0 });
    expect(send(Y.mergeUpdates([one, other]))).toBe(true); // never integrated, so never deep
    expect(send(makeNest({ client: 3, clock: 0 }, 1_100, { client: 1, clock: LIMIT - 1 }))).toBe(false);
  });

  it('are where the document has them, whatever an update says of what the document has already', () => {
    const { document, send, flush } = createStage();
    let [deepest, admitted] = [{ client: 1, clock: LIMIT - 1 }, 0];
    expect(send(makeNest({ client: 1, clock: 0 }, LIMIT))).toBe(true);
    flush();
    for (let round = 0; round < 5; round += 1) {
      // It claims that the deepest of all lies at the root, and has another in it.
      const client = 2 + round;
      const forged = Y.mergeUpdates([
        makeNest(deepest, 1),
        makeNest({ client, clock: 0 }, 1, { client: deepest.client, clock: deepest.clock }),
      ]);
      if (send(forged)) {
        admitted += 1;
        deepest = { client, clock: 0 };
      }
      flush();
    }
    expect([admitted, measureDeepest(document)]).toEqual([0, LIMIT]);
  });

  it.each(['at the disk', 'behind what was at the disk'])(
    'that were %s, which did not take it, leave no trace: the deepest is the deepest that there is',
    (where) => {
      const { typeDepths } = createStage();
      // Each hangs on something that nobody knows, and is taken for as deep as it can be.
      const admits = (client: number, levels: number): boolean =>
        typeDepths.admits(inspectUpdate(makeNest({ client, clock: 0 }, levels, { client: 999, clock: 0 })), LIMIT);
      expect(admits(1, 900)).toBe(true);
      typeDepths.flushBegins();
      if (where === 'at the disk') typeDepths.flushFails();
      typeDepths.flushEnds();
      expect(admits(2, 200)).toBe(true);
    },
  );

  it('of a large update that was surveyed elsewhere lie as deep as the limit and no deeper', () => {
    const { document, typeDepths, send, flush } = createStage();
    const around = { client: 1, clock: 9 };
    expect(send(makeNest({ client: 1, clock: 0 }, 10))).toBe(true);
    flush();
    const clockOf = (client: number): number => Y.getState(document.store, client);
    const admits = (update: Uint8Array): boolean =>
      typeDepths.admitsSurveyed(surveyTypes(inspectUpdate(update).structs, clockOf), LIMIT);
    expect(admits(makeNest({ client: 2, clock: 0 }, LIMIT + 1))).toBe(false);
    expect(admits(makeNest({ client: 2, clock: 0 }, LIMIT))).toBe(true);
    expect(admits(makeNest({ client: 3, clock: 0 }, LIMIT - 9, around))).toBe(false);
    expect(admits(makeNest({ client: 3, clock: 0 }, LIMIT - 10, around))).toBe(true);
    // Nobody can tell how deep that is, beyond that it lies within the limit; so one below it does.
    expect(admits(makeNest({ client: 4, clock: 0 }, 1, { client: 3, clock: 0 }))).toBe(true);
    expect(admits(makeNest({ client: 4, clock: 0 }, 1_100, { client: 3, clock: 0 }))).toBe(false);
  });

  it('that hang on several things, in large updates one after the other, do not add up', () => {
    const { document, typeDepths, send, flush } = createStage();
    expect(send(makeNest({ client: 1, clock: 0 }, 3))).toBe(true);
    flush();
    const clockOf = (client: number): number => Y.getState(document.store, client);
    for (let round = 0; round < 2_000; round += 1) {
      const client = 10 + 2 * round;
      const update = Y.mergeUpdates([
        makeNest({ client, clock: 0 }, 1, { client: 1, clock: 0 }),
        makeNest({ client: client + 1, clock: 0 }, 1, { client: 1, clock: 2 }),
      ]);
      expect(typeDepths.admitsSurveyed(surveyTypes(inspectUpdate(update).structs, clockOf), LIMIT)).toBe(true);
      typeDepths.flushBegins();
      typeDepths.flushEnds();
    }
  });

  it('in ordinary documents are never refused, and what is in the document is measured exactly', () => {
    const place = fc.record({ parent: fc.nat(), flush: fc.boolean(), kind: fc.constantFrom('array', 'map', 'text') });
    let [admitted, refused] = [0, 0];
    fc.assert(
      fc.property(fc.array(place, { minLength: 5, maxLength: 60 }), (places) => {
        const limit = 3;
        const { document, send, flush } = createStage();
        const author = new Y.Doc();
        const depths = new Map<Y.Array<unknown> | Y.Map<unknown>, number>([[author.getArray('root'), 0]]);
        for (const { parent, flush: mayFlush, kind } of places) {
          const [around, depth] = [...depths][parent % depths.size] ?? [author.getArray('root'), 0];
          const made = kind === 'array' ? new Y.Array() : kind === 'map' ? new Y.Map() : new Y.Text('x');
          const vector = Y.encodeStateVector(author);
          if (around instanceof Y.Map) around.set(`key ${admitted}`, made);
          else around.push([made]);
          const isAdmitted = send(Y.encodeStateAsUpdate(author, vector), limit);
          expect(isAdmitted).toBe(depth + 1 <= limit);
          if (!isAdmitted) {
            refused += 1;
            return;
          }
          admitted += 1;
          if (!(made instanceof Y.Text)) depths.set(made, depth + 1);
          if (mayFlush) flush();
        }
        flush();
        expect(measureDeepest(document)).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 300 },
    );
    expect(Math.min(admitted, refused)).toBeGreaterThan(50);
  });
});

describe('[G4] what other nodes have let in', () => {
  /** Puts something deep of another node into the document, and then asks of something that builds on what is missing. */
  function admitsBesides(levels: number, foreign: number, seesIt: boolean, isMeasured: boolean): boolean {
    const { document, typeDepths, flush } = createStage();
    const onMissing = (client: number): Uint8Array => makeNest({ client, clock: 0 }, levels, { client: 999, clock: 0 });
    if (isMeasured)
      typeDepths.admits(inspectUpdate(makeNest({ client: 7, clock: 0 }, 1, { client: 998, clock: 0 })), LIMIT);
    const update = makeNest({ client: 1, clock: 0 }, foreign);
    typeDepths.expect(seesIt ? inspectUpdate(update).structs : null);
    typeDepths.flushBegins();
    Y.applyUpdate(document, update);
    typeDepths.flushEnds();
    flush();
    return typeDepths.admits(inspectUpdate(onMissing(2)), LIMIT);
  }

  it('counts, deep as it may be, whether or not somebody looked at it or had asked before', () => {
    // A guess may go beyond the limit by a thousand: something that hangs on nobody knows what, below the deepest.
    for (const seesIt of [true, false]) {
      for (const isMeasured of [true, false]) {
        expect(admitsBesides(900, 10, seesIt, isMeasured)).toBe(true);
        expect(admitsBesides(900, 200, seesIt, isMeasured)).toBe(false);
      }
    }
  });

  it('takes no time where no types are in it', () => {
    const { typeDepths } = createStage();
    const doc = new Y.Doc();
    doc.getText('body').insert(0, 'x');
    typeDepths.expect(inspectUpdate(Y.encodeStateAsUpdate(doc)).structs, () => {
      throw new Error('nobody asks how far anybody is');
    });
  });
});
