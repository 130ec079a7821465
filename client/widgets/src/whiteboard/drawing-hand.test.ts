// @vitest-environment happy-dom
import { afterEach, describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { h, svg } from '../base/h.ts';
import { type Board, openBoard } from './board.ts';
import { followHand } from './drawing-hand.ts';
import { createPicture, type Picture } from './picture.ts';
import { createSelection } from './selection.ts';
import type { Tool } from './tools.ts';

const ERASER_END = { button: 5, buttons: 32 };

/** A board with a stroke through its corner, where whatever points does so: a paper that is not laid out is nowhere else. */
function boardWithStroke(): { readonly board: Board; readonly picture: Picture } {
  const board = openBoard(new Y.Doc(), 'board', (change) => picture.follow(change));
  const picture = createPicture(board);
  const pen = board.begin({ color: '#b3261e', size: 4, hasPressure: false });
  for (const x of [0, 20]) pen.add({ x, y: 0, pressure: 0.5 });
  pen.end();
  return { board, picture };
}

interface Hand {
  readonly board: Board;
  readonly paper: SVGSVGElement;
  /** How much nearer it has been brought, by two fingers. */
  readonly zooms: number[];
  stop(): void;
}

function takeHand(tool: Tool | null, mayDraw: boolean): Hand {
  const { board, picture } = boardWithStroke();
  // What has no layout has no pointers to capture, and no matrix.
  const paper = Object.assign(svg('svg'), { getScreenCTM: () => null, setPointerCapture: () => {} });
  document.body.append(h('div', {}, paper));
  const zooms: number[] = [];
  const stop = followHand({
    paper,
    board,
    picture,
    selection: createSelection({ board, picture, onChange: () => {} }),
    readTool: () => tool,
    mayDraw: () => mayDraw,
    readInk: () => ({ color: '#b3261e', size: 4 }),
    onPoint: () => {},
    onPan: () => {},
    onZoom: (factor) => zooms.push(factor),
  });
  return { board, paper, zooms, stop };
}

/** What a finger does, or the tip of a pen. */
function touch(
  { paper }: Hand,
  type: 'pointerdown' | 'pointermove' | 'pointerup',
  pointerId: number,
  at: { readonly ms: number; readonly x?: number; readonly pointerType?: string },
): void {
  const { ms, x = 0, pointerType = 'touch' } = at;
  const event = new PointerEvent(type, { pointerType, pointerId, isPrimary: pointerId === 1, clientX: x });
  // It has no clock that could be moved.
  Object.defineProperty(event, 'timeStamp', { value: ms });
  paper.dispatchEvent(event);
}

function touchWithEraser(tool: Tool | null, mayDraw: boolean): Board {
  const { board, paper, stop } = takeHand(tool, mayDraw);
  const init = { pointerType: 'pen', isPrimary: true, pointerId: 1, bubbles: true };
  paper.dispatchEvent(new PointerEvent('pointerdown', { ...init, ...ERASER_END }));
  paper.dispatchEvent(new PointerEvent('pointerup', { ...init, button: 5 }));
  stop();
  return board;
}

afterEach(() => document.body.replaceChildren());

test('the other end of a pen erases, whatever the tool', () => {
  expect(touchWithEraser('pen', true).strokes()).toHaveLength(0);
  expect(touchWithEraser('hand', true).strokes()).toHaveLength(0);
});

test('[G6] the other end of a pen erases nothing for who may not draw, and only looks around', () => {
  expect(touchWithEraser('hand', false).strokes()).toHaveLength(1);
  expect(touchWithEraser(null, false).strokes()).toHaveLength(1);
});

describe('two fingers', () => {
  const spread = (hand: Hand) => {
    touch(hand, 'pointermove', 1, { ms: 2_000, x: -100 });
    touch(hand, 'pointermove', 2, { ms: 2_000, x: 300 });
  };

  test.each(['pen', 'eraser', 'select', 'hand'] as const)(
    'bring a board nearer, and draw and erase nothing, with the %s',
    (tool) => {
      const hand = takeHand(tool, true);
      touch(hand, 'pointerdown', 1, { ms: 0 });
      touch(hand, 'pointerdown', 2, { ms: 200, x: 100 });
      spread(hand);
      expect(hand.zooms).toEqual([2, 2]);
      expect(hand.board.strokes()).toHaveLength(1);
      touch(hand, 'pointerup', 2, { ms: 2_100 });
      touch(hand, 'pointermove', 1, { ms: 2_200, x: 0 });
      touch(hand, 'pointerup', 1, { ms: 2_300 });
      expect([hand.zooms.length, hand.board.strokes().length]).toEqual([2, 1]);
      hand.stop();
    },
  );

  test.each([
    ['a finger has drawn for a while', { ms: 0 }],
    ['a pen has just begun', { ms: 900, pointerType: 'pen' }],
  ])('of which one is a palm take nothing of what %s', (_, begun) => {
    const hand = takeHand('pen', true);
    touch(hand, 'pointerdown', 1, begun);
    touch(hand, 'pointerdown', 2, { ms: 1_000, x: 100 });
    touch(hand, 'pointerdown', 3, { ms: 1_000, x: 120 });
    spread(hand);
    touch(hand, 'pointerup', 1, { ms: 2_100 });
    expect(hand.zooms).toEqual([]);
    expect(hand.board.strokes()).toHaveLength(2);
    hand.stop();
  });

  test('bring it nearer also while one of them has moved it for a while', () => {
    const hand = takeHand('hand', true);
    touch(hand, 'pointerdown', 1, { ms: 0 });
    touch(hand, 'pointerdown', 2, { ms: 1_900, x: 100 });
    spread(hand);
    expect(hand.zooms).toEqual([2, 2]);
    hand.stop();
  });

  test('of who may do nothing are for the page', () => {
    const hand = takeHand(null, false);
    touch(hand, 'pointerdown', 1, { ms: 0 });
    touch(hand, 'pointerdown', 2, { ms: 10, x: 100 });
    spread(hand);
    expect(hand.zooms).toEqual([]);
    hand.stop();
  });
});
