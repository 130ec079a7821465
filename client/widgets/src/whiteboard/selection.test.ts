// @vitest-environment happy-dom
import { beforeEach, describe, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { type Board, openBoard, type StrokeKey } from './board.ts';
import { type SelectOptions, select } from './gestures.ts';
import { createPicture, type Picture } from './picture.ts';
import { createSelection, type Selection } from './selection.ts';
import { pressOnSelection } from './selection-keys.ts';
import { BOARD_WIDTH } from './view.ts';

let doc: Y.Doc;
let board: Board;
let picture: Picture;
let selection: Selection;
const changed = vi.fn();

/** Three upright strokes, 100 apart, each of 100 from top to bottom. */
beforeEach(() => {
  changed.mockClear();
  doc = new Y.Doc();
  board = openBoard(doc, 'board', (change) => {
    picture.follow(change);
    selection.follow();
  });
  picture = createPicture(board);
  selection = createSelection({ board, picture, onChange: changed });
  for (const x of [100, 200, 300]) {
    const pen = board.begin({ color: '#b3261e', size: 4, hasPressure: false });
    for (const y of [100, 200]) pen.add({ x, y, pressure: 0.5 });
    pen.end();
  }
});

const [FIRST, SECOND, THIRD] = [0, 1, 2];

function keyOf(index: number): StrokeKey {
  const key = board.strokes()[index];
  if (key === undefined) throw new Error(`there is no stroke ${index}`);
  return key;
}

function chosen(): number[] {
  return board.strokes().flatMap((key, index) => (selection.keys.has(key) ? [index] : []));
}

/** Where each stroke begins. */
function places(): [number, number][] {
  return board.strokes().map((key) => {
    const [first] = board.read(key).points;
    return [first?.x ?? Number.NaN, first?.y ?? Number.NaN];
  });
}

const AT_ONCE = { isAdding: false, reach: 10 };

/** Comes down at the first place, goes to each of the others, and is lifted. */
function hand(way: readonly (readonly [number, number])[], options: Partial<SelectOptions> = {}): void {
  const gesture = select(selection, picture, { ...AT_ONCE, ...options });
  for (const [x, y] of way) gesture.move({ x, y }, 0.5);
  gesture.end();
}

function press(...keys: readonly string[]): boolean[] {
  return keys.map((key) => {
    const parts = key.split('+');
    const [shiftKey, ctrlKey] = [parts.includes('Shift'), parts.includes('Control')];
    return pressOnSelection(selection, board, { key: parts.at(-1) ?? '', shiftKey, ctrlKey, metaKey: false }, 10);
  });
}

describe('a hand that selects', () => {
  test('picks the stroke that it presses, or nearly, and none beside all of them', () => {
    hand([[202, 150]]);
    expect(chosen()).toEqual([SECOND]);
    hand([[308, 150]]);
    expect(chosen()).toEqual([THIRD]);
    hand([[150, 150]]);
    expect(chosen()).toEqual([]);
    expect(board.canUndo).toBe(true);
    board.undo();
    expect(board.strokes()).toHaveLength(2);
  });

  test('picks the upper one of strokes that lie over each other', () => {
    const pen = board.begin({ color: '#17754f', size: 4, hasPressure: false });
    for (const x of [50, 350]) pen.add({ x, y: 150, pressure: 0.5 });
    pen.end();
    hand([[200, 150]]);
    expect(chosen()).toEqual([3]);
  });

  test('takes one more in with Shift, and out again', () => {
    hand([[100, 150]]);
    hand([[300, 150]], { isAdding: true });
    expect(chosen()).toEqual([FIRST, THIRD]);
    hand([[100, 150]], { isAdding: true });
    expect(chosen()).toEqual([THIRD]);
    hand([[500, 500]], { isAdding: true });
    expect(chosen()).toEqual([THIRD]);
  });

  test('moves a stroke from where it takes it, in one go that is undone at once', () => {
    hand([
      [200, 150],
      [230, 160],
      [250, 350],
    ]);
    expect([chosen(), places()]).toEqual([
      [SECOND],
      [
        [100, 100],
        [250, 300],
        [300, 100],
      ],
    ]);
    board.undo();
    expect(places()[SECOND]).toEqual([200, 100]);
    expect(chosen()).toEqual([SECOND]);
  });

  test('moves all that is selected, also from between them, and picks one by a press that stays where it is', () => {
    selection.choose(new Set([keyOf(FIRST), keyOf(THIRD)]));
    hand([
      [250, 150],
      [250, 190],
    ]);
    hand([
      [100, 190],
      [110, 190],
      [110, 200],
    ]);
    expect(places()).toEqual([
      [110, 150],
      [200, 100],
      [310, 150],
    ]);
    hand([[310, 200]]);
    expect(chosen()).toEqual([THIRD]);
  });

  test('draws a frame around those that it means', () => {
    hand([
      [50, 50],
      [150, 150],
      [250, 250],
    ]);
    expect(chosen()).toEqual([FIRST, SECOND]);
    hand(
      [
        [280, 50],
        [350, 250],
      ],
      { isAdding: true },
    );
    expect(chosen()).toEqual([FIRST, SECOND, THIRD]);
    hand([
      [80, 50],
      [350, 150],
    ]);
    expect(chosen()).toEqual([]);
  });

  test('that was meant otherwise has selected and moved nothing', () => {
    selection.choose(new Set([keyOf(FIRST)]));
    for (const start of [200, 150]) {
      const gesture = select(selection, picture, AT_ONCE);
      for (const [x, y] of [
        [start, 150],
        [start + 50, 250],
      ] as const) {
        gesture.move({ x, y }, 0.5);
      }
      gesture.cancel();
      expect([chosen(), places()[SECOND]]).toEqual([[FIRST], [200, 100]]);
    }
  });

  test('moves nothing off the board', () => {
    hand([
      [200, 150],
      [-5_000, 150],
    ]);
    expect(places()[SECOND]).toEqual([0, 100]);
    hand([
      [0, 150],
      [5_000, 150],
    ]);
    expect(places()[SECOND]).toEqual([BOARD_WIDTH, 100]);
  });
});

describe('keys that select', () => {
  test('go from stroke to stroke, around, and to all of them', () => {
    const went = ['Enter', 'Enter', 'Enter', 'Enter', 'Shift+Enter', 'Control+a'].map((key) => {
      press(key);
      return chosen();
    });
    expect(went).toEqual([[FIRST], [SECOND], [THIRD], [FIRST], [THIRD], [FIRST, SECOND, THIRD]]);
    press('Escape', 'Shift+Enter');
    expect(chosen()).toEqual([THIRD]);
  });

  test('move what is selected, step by step and undone at once, until something else is', () => {
    press('Enter', 'ArrowRight', 'ArrowDown', 'ArrowDown', 'Enter', 'ArrowLeft');
    expect(places()).toEqual([
      [110, 120],
      [190, 100],
      [300, 100],
    ]);
    selection.settle();
    board.undo();
    expect(places().slice(0, 2)).toEqual([
      [110, 120],
      [200, 100],
    ]);
    board.undo();
    expect(places()[FIRST]).toEqual([100, 100]);
  });

  test('move it on from where somebody else has moved it meanwhile, and tell that it stops at the edge', () => {
    press('Enter', 'ArrowRight');
    expect([places()[FIRST], selection.step]).toEqual([[110, 100], { hasMoved: true, middle: { x: 110, y: 150 } }]);
    const others = openBoard(doc, 'board', () => {}).move([keyOf(FIRST)]);
    others.to({ x: BOARD_WIDTH - 125, y: 0 });
    others.end();
    press('ArrowRight');
    expect(places()[FIRST]).toEqual([BOARD_WIDTH - 5, 100]);
    press('ArrowRight');
    expect(selection.step).toEqual({ hasMoved: true, middle: { x: BOARD_WIDTH, y: 150 } });
    changed.mockClear();
    press('ArrowRight');
    expect([places()[FIRST], selection.step?.hasMoved]).toEqual([[BOARD_WIDTH, 100], false]);
    expect(changed).toHaveBeenCalledTimes(1);
    press('Enter');
    expect(selection.step).toBeNull();
  });

  test('delete what is selected, whole and undone at once', () => {
    press('Control+a', 'Delete');
    expect([board.strokes().length, chosen()]).toEqual([0, []]);
    board.undo();
    expect(board.strokes()).toHaveLength(3);
  });

  test('leave to others what is not for them', () => {
    expect(press('ArrowLeft', 'Delete', 'Escape', 'Control+z', ' ')).toEqual([false, false, false, false, false]);
    expect(press('Enter', '+', 'Tab')).toEqual([true, false, false]);
  });
});

test('a stroke that somebody erases is no longer selected, and said so once', () => {
  selection.choose(new Set([keyOf(FIRST), keyOf(SECOND)]));
  changed.mockClear();
  board.erase(new Set([keyOf(SECOND)]));
  expect(chosen()).toEqual([FIRST]);
  expect(changed).toHaveBeenCalledTimes(1);
});

test.each([
  ['end', [0, 1]],
  ['cancel', [0]],
] as const)('a stroke that somebody erases under the hand is not selected again at its %s', (finish, left) => {
  selection.choose(new Set([keyOf(FIRST), keyOf(SECOND)]));
  const gesture = select(selection, picture, { ...AT_ONCE, isAdding: true });
  gesture.move({ x: 300, y: 150 }, 0.5);
  board.erase(new Set([keyOf(FIRST)]));
  gesture[finish]();
  expect([chosen(), selection.keys.size]).toEqual([left, left.length]);
});
