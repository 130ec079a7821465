import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import {
  type Board,
  type BoardChange,
  DEFAULT_COLOR,
  type Ink,
  MAX_SIZE,
  MAX_STROKE_POINTS,
  openBoard,
} from './board.ts';

const ink: Ink = { color: '#b3261e', size: 4, hasPressure: false };

interface Person {
  readonly doc: Y.Doc;
  readonly board: Board;
  readonly changes: BoardChange[];
}

/** Two people at one board, each of whose edits reaches the other at once. */
function sitDown(): readonly [Person, Person] {
  const enter = (): Person => {
    const doc = new Y.Doc();
    const changes: BoardChange[] = [];
    return { doc, changes, board: openBoard(doc, 'board', (change) => changes.push(change)) };
  };
  const [one, other] = [enter(), enter()];
  one.doc.on(
    'update',
    (update: Uint8Array, origin: unknown) => origin !== 'wire' && Y.applyUpdate(other.doc, update, 'wire'),
  );
  other.doc.on(
    'update',
    (update: Uint8Array, origin: unknown) => origin !== 'wire' && Y.applyUpdate(one.doc, update, 'wire'),
  );
  return [one, other];
}

/** Two people who are not connected, and what brings each what the other has. */
function sitApart(): readonly [Person, Person, meet: () => void] {
  const enter = (): Person => {
    const doc = new Y.Doc();
    return { doc, changes: [], board: openBoard(doc, 'board', () => {}) };
  };
  const [one, other] = [enter(), enter()];
  const meet = () => {
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const) {
      Y.applyUpdate(to.doc, Y.encodeStateAsUpdate(from.doc, Y.encodeStateVector(to.doc)));
    }
  };
  return [one, other, meet];
}

/** Moves the stroke at this place in the order of all, in one go. */
function move({ board }: Person, index: number, x: number): void {
  const mover = board.move(board.strokes().slice(index, index + 1));
  mover.to({ x, y: 0 });
  mover.end();
}

/** One who moves a stroke, and in the middle of it another, who moves it by 500. */
function crossHands() {
  const [mara, tomas] = sitDown();
  draw(tomas, 0);
  const mover = mara.board.move(mara.board.strokes());
  mover.to({ x: 10, y: 0 });
  mover.flush();
  move(tomas, 0, 500);
  mover.to({ x: 20, y: 0 });
  return { mara, tomas, mover };
}

function eraseAll({ board }: Person): void {
  board.startStep();
  board.erase(new Set(board.strokes()));
}

function draw({ board }: Person, from: number, count = 3): void {
  const pen = board.begin(ink);
  for (let step = 0; step < count; step += 1) pen.add({ x: from + step, y: 0, pressure: 0.5 });
  pen.end();
}

/** The x of every point of every stroke. */
function look({ board }: Person): number[][] {
  return board.strokes().map((key) => board.read(key).points.map(({ x }) => x));
}

describe('a board', () => {
  it('shows others a stroke while it grows, and when it ends', () => {
    const [mara, tomas] = sitDown();
    const pen = mara.board.begin(ink);
    pen.add({ x: 1, y: 2, pressure: 0.5 });
    expect(look(tomas)).toEqual([]);
    pen.flush();
    expect(look(tomas)).toEqual([[1]]);
    pen.add({ x: 3, y: 4, pressure: 0.5 });
    pen.flush();
    const [key] = tomas.board.strokes();
    expect(look(tomas)).toEqual([[1, 3]]);
    expect(tomas.changes.at(-1)).toEqual({ isOther: false, grown: new Set([key]) });
    expect(key && tomas.board.read(key)).toMatchObject({ ...ink, isDone: false });
    pen.end();
    expect(key && tomas.board.read(key).isDone).toBe(true);
  });

  it('on which a stroke is discarded has nothing of it, on any screen, and nothing of it to undo', () => {
    const [mara, tomas] = sitDown();
    draw(mara, 0);
    const pen = mara.board.begin(ink);
    for (let step = 0; step <= MAX_STROKE_POINTS; step += 1) pen.add({ x: step, y: 9, pressure: 0.5 });
    pen.flush();
    expect(look(tomas)).toHaveLength(3);
    pen.discard();
    expect(look(tomas)).toEqual([[0, 1, 2]]);
    pen.add({ x: 1, y: 1, pressure: 0.5 });
    pen.end();
    expect(look(tomas)).toEqual([[0, 1, 2]]);
    expect([mara.board.canUndo, mara.board.canRedo]).toEqual([true, false]);
    mara.board.undo();
    expect([look(mara), mara.board.canUndo]).toEqual([[], false]);
  });

  it('on which somebody else erases a stroke as it is discarded leaves the one before', () => {
    const [mara, tomas] = sitDown();
    draw(mara, 0);
    const pen = mara.board.begin(ink);
    pen.add({ x: 5, y: 5, pressure: 0.5 });
    pen.flush();
    const key = tomas.board.strokes().at(-1);
    tomas.board.startStep();
    tomas.board.erase(new Set(key === undefined ? [] : [key]));
    pen.discard();
    expect(look(mara)).toEqual([[0, 1, 2]]);
    draw(mara, 10);
    mara.board.undo();
    expect(look(tomas)).toEqual([[0, 1, 2]]);
  });

  it('brings back what was erased a moment ago, and with it nothing from before', () => {
    const [mara, tomas] = sitDown();
    draw(mara, 0);
    mara.board.startStep();
    mara.board.unerase();
    expect(look(tomas)).toEqual([[0, 1, 2]]);
    mara.board.startStep();
    mara.board.erase(new Set(mara.board.strokes()));
    expect(look(tomas)).toEqual([]);
    mara.board.unerase();
    expect(look(tomas)).toEqual([[0, 1, 2]]);
    expect([mara.board.canUndo, mara.board.canRedo]).toEqual([true, false]);
  });

  it('sends nothing where nothing was added', () => {
    const [mara, tomas] = sitDown();
    const pen = mara.board.begin(ink);
    pen.add({ x: 1, y: 1, pressure: 0.5 });
    pen.add({ x: 1.01, y: 1, pressure: 0.9 });
    pen.flush();
    const before = tomas.changes.length;
    pen.flush();
    expect(tomas.changes).toHaveLength(before);
    expect(look(tomas)).toEqual([[1]]);
  });

  it('undoes what its own person did, stroke by stroke, and nothing of others', () => {
    const [mara, tomas] = sitDown();
    draw(mara, 10);
    draw(tomas, 20);
    draw(mara, 30);
    mara.board.undo();
    expect(look(tomas)).toEqual([
      [10, 11, 12],
      [20, 21, 22],
    ]);
    mara.board.undo();
    expect(look(tomas)).toEqual([[20, 21, 22]]);
    expect(mara.board.canUndo).toBe(false);
    mara.board.redo();
    mara.board.redo();
    expect(look(tomas).flat().sort()).toEqual([10, 11, 12, 20, 21, 22, 30, 31, 32]);
    expect(look(mara)).toEqual(look(tomas));
  });

  it('undoes a stroke whole, however many batches it was sent in', () => {
    const [mara] = sitDown();
    const pen = mara.board.begin(ink);
    for (let step = 0; step < 5; step += 1) {
      pen.add({ x: step, y: 0, pressure: 0.5 });
      pen.flush();
    }
    pen.end();
    mara.board.undo();
    expect(look(mara)).toEqual([]);
    mara.board.redo();
    expect(look(mara)).toEqual([[0, 1, 2, 3, 4]]);
  });

  it('erases whose stroke it may be, and brings all of one sweep back at once', () => {
    const [mara, tomas] = sitDown();
    draw(mara, 10);
    draw(mara, 20);
    draw(mara, 30);
    const [first, second] = tomas.board.strokes();
    tomas.board.startStep();
    if (first) tomas.board.erase(new Set([first]));
    if (second) tomas.board.erase(new Set([second]));
    expect(look(mara)).toEqual([[30, 31, 32]]);
    tomas.board.undo();
    expect(look(mara)).toEqual([
      [10, 11, 12],
      [20, 21, 22],
      [30, 31, 32],
    ]);
  });

  it('a stroke that somebody erases while it is drawn stays erased', () => {
    const [mara, tomas] = sitDown();
    const pen = mara.board.begin(ink);
    pen.add({ x: 1, y: 1, pressure: 0.5 });
    pen.flush();
    tomas.board.erase(new Set(tomas.board.strokes()));
    pen.add({ x: 2, y: 2, pressure: 0.5 });
    pen.end();
    expect(look(mara)).toEqual([]);
    expect(look(tomas)).toEqual([]);
  });

  it('[G4] a stroke has no end of points: a long one goes on in another, undone with it', () => {
    const [mara] = sitDown();
    draw(mara, 0, MAX_STROKE_POINTS + 10);
    const strokes = look(mara);
    expect(strokes.map(({ length }) => length)).toEqual([MAX_STROKE_POINTS, 11]);
    expect(strokes[1]?.[0]).toBe(strokes[0]?.at(-1));
    mara.board.undo();
    expect(look(mara)).toEqual([]);
  });

  it('[G4] whatever else is in the array is passed over, and what is odd in a stroke is mended', () => {
    const { doc, board } = sitDown()[0];
    const strokes = doc.getArray<unknown>('board');
    const odd = new Y.Map<unknown>();
    odd.set('color', 'url(https://elsewhere.example)');
    odd.set('size', 1e9);
    odd.set('points', Y.Array.from<string | Uint8Array>(['no', new Uint8Array([2, 4, 255])]));
    const endless = new Y.Map<unknown>();
    endless.set('points', Y.Array.from([new Uint8Array(30_000)]));
    strokes.push(['text', 7, odd, new Y.Map(), endless]);
    const read = board.strokes().map((key) => board.read(key));
    expect(read[0]).toEqual({
      points: [{ x: 0.25, y: 0.5, pressure: 1 }],
      color: DEFAULT_COLOR,
      size: MAX_SIZE,
      hasPressure: false,
      isDone: false,
    });
    expect(read[1]?.points).toEqual([]);
    expect(read[2]?.points).toHaveLength(MAX_STROKE_POINTS);
  });

  it('shows others a stroke where it is moved, while it is, and undoes that whole', () => {
    const [mara, tomas] = sitDown();
    draw(tomas, 0);
    const mover = mara.board.move(mara.board.strokes());
    mover.to({ x: 10, y: 0 });
    expect([look(tomas), mover.ahead]).toEqual([[[0, 1, 2]], { x: 10, y: 0 }]);
    mover.flush();
    expect([look(tomas), mover.ahead]).toEqual([[[10, 11, 12]], { x: 0, y: 0 }]);
    mover.to({ x: 20.1, y: 5 });
    mover.end();
    const [key] = tomas.board.strokes();
    expect(key && tomas.board.read(key).points[0]).toMatchObject({ x: 20, y: 5 });
    expect(tomas.changes.at(-1)).toEqual({ isOther: false, grown: new Set([key]) });
    move(mara, 0, 5);
    expect(look(tomas)).toEqual([[25, 26, 27]]);
    mara.board.undo();
    mara.board.undo();
    expect([look(tomas), mara.board.canUndo]).toEqual([[[0, 1, 2]], false]);
    mara.board.redo();
    expect(look(tomas)).toEqual([[20, 21, 22]]);
    expect(tomas.board.canUndo).toBe(true);
  });

  it('[G2] a stroke that somebody erases while it is moved stays erased, whatever is undone of the move', () => {
    const [mara, tomas, meet] = sitApart();
    draw(tomas, 0);
    meet();
    move(mara, 0, 10);
    eraseAll(tomas);
    meet();
    expect([look(mara), look(tomas)]).toEqual([[], []]);
    mara.board.undo();
    meet();
    mara.board.redo();
    meet();
    expect([look(mara), look(tomas)]).toEqual([[], []]);
  });

  it('on which a stroke is erased by somebody else under the hand that moves it goes on without it', () => {
    const [mara, tomas] = sitDown();
    draw(mara, 0);
    draw(mara, 10);
    const mover = mara.board.move(mara.board.strokes());
    mover.to({ x: 100, y: 0 });
    mover.flush();
    const [first] = tomas.board.strokes();
    tomas.board.erase(new Set(first === undefined ? [] : [first]));
    mover.to({ x: 200, y: 0 });
    mover.end();
    expect([look(mara), look(tomas)]).toEqual([[[210, 211, 212]], [[210, 211, 212]]]);
    mara.board.undo();
    expect(look(tomas)).toEqual([[10, 11, 12]]);
  });

  it('goes on from where somebody else has moved a stroke meanwhile, and puts back no more than its own', () => {
    const { mara, tomas, mover } = crossHands();
    mover.flush();
    expect([look(mara), look(tomas)]).toEqual([[[520, 521, 522]], [[520, 521, 522]]]);
    mover.cancel();
    expect(look(tomas)).toEqual([[500, 501, 502]]);
  });

  it('undoes a move to where somebody else had put the stroke in the middle of it', () => {
    const { mara, tomas, mover } = crossHands();
    mover.end();
    mara.board.undo();
    expect([look(mara), look(tomas)]).toEqual([[[510, 511, 512]], [[510, 511, 512]]]);
    expect(mara.board.canUndo).toBe(false);
  });

  it('[G2] two who move a stroke at once see it in the same place', () => {
    const [mara, tomas, meet] = sitApart();
    draw(tomas, 0);
    meet();
    move(mara, 0, 10);
    move(tomas, 0, 50);
    meet();
    expect(look(mara)).toEqual(look(tomas));
    expect([10, 50]).toContain(look(mara)[0]?.[0]);
  });

  it('brings back what was moved and then erased where it was moved to', () => {
    const [mara, tomas] = sitDown();
    draw(mara, 0);
    move(mara, 0, 10);
    eraseAll(mara);
    mara.board.undo();
    expect(look(tomas)).toEqual([[10, 11, 12]]);
    mara.board.undo();
    expect(look(tomas)).toEqual([[0, 1, 2]]);
  });

  it('puts back what was about to be moved, and has nothing of it to undo, whoever erases it meanwhile', () => {
    const [mara, tomas] = sitDown();
    draw(mara, 0);
    const mover = mara.board.move(mara.board.strokes());
    mover.to({ x: 10, y: 0 });
    mover.cancel();
    expect(look(tomas)).toEqual([[0, 1, 2]]);
    const again = mara.board.move(mara.board.strokes());
    again.to({ x: 10, y: 0 });
    again.flush();
    again.cancel();
    expect([look(tomas), mara.board.canRedo]).toEqual([[[0, 1, 2]], false]);
    draw(mara, 20);
    const last = mara.board.move(mara.board.strokes().slice(0, 1));
    last.to({ x: 10, y: 0 });
    last.flush();
    tomas.board.erase(new Set(tomas.board.strokes().slice(0, 1)));
    last.cancel();
    expect(look(mara)).toEqual([[20, 21, 22]]);
    mara.board.undo();
    expect(look(tomas)).toEqual([]);
  });

  it('[G2] is the same for two who draw, move, erase and undo apart from each other, whatever they do', () => {
    const act = fc.record({
      who: fc.integer({ min: 0, max: 1 }),
      what: fc.constantFrom('draw', 'move', 'erase', 'undo', 'redo', 'meet'),
      index: fc.nat(3),
      x: fc.integer({ min: -50, max: 50 }),
    });
    let moved = 0;
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
        const [mara, tomas, meet] = sitApart();
        for (const { who, what, index, x } of acts) {
          const person = who === 0 ? mara : tomas;
          if (what === 'draw') draw(person, x);
          else if (what === 'move') {
            move(person, index, x);
            moved += person.board.strokes()[index] === undefined ? 0 : 1;
          } else if (what === 'erase') {
            person.board.startStep();
            person.board.erase(new Set(person.board.strokes().slice(index, index + 1)));
          } else if (what === 'meet') meet();
          else person.board[what]();
        }
        meet();
        expect(look(mara)).toEqual(look(tomas));
      }),
    );
    expect(moved).toBeGreaterThan(0);
  });

  it('[G4] a stroke whose place makes no sense is where it was drawn', () => {
    const { doc, board } = sitDown()[0];
    for (const place of ['far', [Number.NaN, 'x'], {}, [1]]) {
      const stroke = new Y.Map<unknown>();
      stroke.set('points', Y.Array.from([new Uint8Array([8, 8, 255])]));
      stroke.set('place', place);
      doc.getArray<unknown>('board').push([stroke]);
    }
    expect(board.strokes().map((key) => board.read(key).points[0]?.x)).toEqual([1, 1, 1, 2]);
  });

  it('says nothing any more once it is closed', () => {
    const [mara, tomas] = sitDown();
    tomas.board.close();
    draw(mara, 0);
    expect(tomas.changes).toEqual([]);
  });
});
