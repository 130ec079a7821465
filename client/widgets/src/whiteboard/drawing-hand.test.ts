// @vitest-environment happy-dom
import { afterEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import { h, svg } from '../base/h.ts';
import { type Board, openBoard } from './board.ts';
import { followHand } from './drawing-hand.ts';
import { createPicture, type Picture } from './picture.ts';
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

function touchWithEraser(tool: Tool | null, mayDraw: boolean): Board {
  const { board, picture } = boardWithStroke();
  // What has no layout has no pointers to capture, and no matrix.
  const paper = Object.assign(svg('svg'), { getScreenCTM: () => null, setPointerCapture: () => {} });
  document.body.append(h('div', {}, paper));
  const stop = followHand({
    paper,
    board,
    picture,
    readTool: () => tool,
    mayDraw: () => mayDraw,
    readInk: () => ({ color: '#b3261e', size: 4 }),
    onPoint: () => {},
    onPan: () => {},
  });
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
