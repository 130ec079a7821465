import type { At } from './at.ts';
import type { Board, Ink } from './board.ts';
import { draw, erase, type Gesture, pan, select } from './gestures.ts';
import type { Picture } from './picture.ts';
import { followPinch, type OnScreen } from './pinch.ts';
import type { Selection } from './selection.ts';
import type { Tool } from './tools.ts';

export interface DrawingHandOptions {
  readonly paper: SVGSVGElement;
  readonly board: Board;
  readonly picture: Picture;
  readonly selection: Selection;
  /** What a hand does now; null where it may do nothing. */
  readTool(): Tool | null;
  /** The end of a pen is nobody's choice of a tool: it is asked whether it may erase. */
  mayDraw(): boolean;
  readInk(): Pick<Ink, 'color' | 'size'>;
  onPoint(at: At | null): void;
  /** By so much of the board's units the view moves. */
  onPan(dx: number, dy: number): void;
  /** So many times nearer; what is at that place stays there. */
  onZoom(factor: number, at: At): void;
}

/** The other end of a pen: the button that goes down, and the same among those that are. */
const ERASER_BUTTON = 5;
const ERASER_BUTTONS = 32;
/** Fingers of one hand come down so soon after each other. Later, what has been drawn was meant, and a palm takes nothing of it. */
const PINCH_WITHIN_MS = 500;

/** A press so far beside a stroke is meant for it. A finger covers what it points at. */
const REACH_PX = 6;
const FINGER_REACH_PX = 18;

interface Underway extends Pick<Gesture, 'end' | 'cancel'> {
  readonly down: PointerEvent;
}

/** Draws, erases, selects, moves and pans with whatever points: a mouse, a finger, a pen; two fingers bring the board nearer. Returns how to stop. */
export function followHand({
  paper,
  board,
  picture,
  selection,
  readTool,
  mayDraw,
  readInk,
  onPoint,
  onPan,
  onZoom,
}: DrawingHandOptions): () => void {
  const end = new AbortController();
  const { signal } = end;
  let underway: Underway | null = null;

  const boardAt = ({ clientX, clientY }: OnScreen): At => {
    const matrix = paper.getScreenCTM();
    if (matrix === null) return { x: 0, y: 0 };
    const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(matrix.inverse());
    return { x, y };
  };
  const reachOf = ({ pointerType }: PointerEvent): number =>
    (pointerType === 'touch' ? FINGER_REACH_PX : REACH_PX) / (paper.getScreenCTM()?.a ?? 1);
  const isPinching = followPinch({
    paper,
    signal,
    boardAt,
    mayLook: () => readTool() !== null,
    takeOver(second) {
      if (underway === null) return true;
      const { down } = underway;
      const isSoon = second.timeStamp - down.timeStamp < PINCH_WITHIN_MS;
      const isPinch = down.pointerType === 'touch' && (isSoon || readTool() === 'hand');
      if (isPinch) underway.cancel();
      return isPinch;
    },
    onPan,
    onZoom,
  });
  const begin = (event: PointerEvent): Gesture => {
    const tool = (event.buttons & ERASER_BUTTONS) !== 0 && mayDraw() ? 'eraser' : readTool();
    switch (tool) {
      case 'pen':
        return draw(board, picture, { ...readInk(), hasPressure: event.pointerType === 'pen' });
      case 'eraser':
        return erase(board, picture);
      case 'select':
        return select(selection, picture, { isAdding: event.shiftKey, reach: reachOf(event) });
      case 'hand':
        return pan(onPan);
      case null:
        return { move: () => {}, end: () => {}, cancel: () => {} };
      default:
        return tool satisfies never;
    }
  };

  const onDown = (down: PointerEvent) => {
    const isForUs = down.isPrimary && (down.button === 0 || down.button === ERASER_BUTTON);
    if (!isForUs || isPinching() || underway !== null || readTool() === null) return;
    down.preventDefault();
    paper.parentElement?.focus({ preventScroll: true });
    paper.setPointerCapture(down.pointerId);
    const gesture = begin(down);
    const over = new AbortController();
    const move = (event: PointerEvent) => {
      if (event.pointerId !== down.pointerId) return;
      const all = event.getCoalescedEvents();
      for (const each of all.length > 0 ? all : [event]) gesture.move(boardAt(each), each.pressure);
    };
    const leave = () => {
      underway = null;
      over.abort();
    };
    const hand: Underway = {
      down,
      end() {
        leave();
        gesture.end();
      },
      cancel() {
        leave();
        gesture.cancel();
      },
    };
    underway = hand;
    const finish = (event: PointerEvent) => {
      if (event.pointerId === down.pointerId) hand.end();
    };
    paper.addEventListener('pointermove', move, { signal: over.signal });
    paper.addEventListener('pointerup', finish, { signal: over.signal });
    paper.addEventListener('pointercancel', finish, { signal: over.signal });
    gesture.move(boardAt(down), down.pressure);
  };
  paper.addEventListener('pointerdown', onDown, { signal });
  const onMove = (event: PointerEvent) => {
    if (event.isPrimary) onPoint(boardAt(event));
  };
  paper.addEventListener('pointermove', onMove, { signal });
  paper.addEventListener('pointerleave', () => onPoint(null), { signal });
  paper.addEventListener('pointercancel', () => onPoint(null), { signal });

  return () => {
    underway?.end();
    end.abort();
  };
}
